import { css, html, LitElement, nothing } from 'lit';
import { droppedFile, hasFilePicker, pickFile, reopen } from './choose-file.ts';
import { base, controls, surfaces } from './theme.ts';
import type { ChosenFile, LeftUpload } from './upload-state.ts';

/** A file to go on with, of an upload that a closed tab left. */
export interface LeftChoice {
  readonly id: string;
  readonly file: File;
}

/**
 * Where a video file is dropped or chosen, and where uploads that were left wait. Fires `file` with a `ChosenFile` and
 * `left-file` with a `LeftChoice`.
 */
export class UploadDrop extends LitElement {
  static override properties = { left: { attribute: false }, isOver: { state: true }, asked: { state: true } };
  declare left: readonly LeftUpload[];
  declare isOver: boolean;
  /** Of a left upload whose file the browser could not open by itself. */
  declare asked: string | undefined;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .card {
        display: grid;
        gap: var(--tc-space-4);
      }
      .drop {
        display: grid;
        justify-items: start;
        gap: var(--tc-space-3);
        padding: var(--tc-space-4);
        border: 1.5px dashed var(--tc-color-border-strong);
        border-radius: var(--tc-radius-m);
      }
      .drop.over {
        border-style: solid;
        border-color: var(--tc-color-accent);
        background: var(--tc-color-surface-sunken);
      }
      .left {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--tc-space-3);
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.left = [];
    this.isOver = false;
    this.asked = undefined;
  }

  #chosen(chosen: ChosenFile | undefined): void {
    if (chosen === undefined) return;
    const asked = this.left.find(({ id }) => id === this.asked);
    if (asked === undefined) this.dispatchEvent(new CustomEvent<ChosenFile>('file', { detail: chosen }));
    else this.#goOn({ id: asked.id, file: chosen.file });
  }

  #goOn(detail: LeftChoice): void {
    this.dispatchEvent(new CustomEvent<LeftChoice>('left-file', { detail }));
  }

  async #choose(): Promise<void> {
    if (hasFilePicker()) this.#chosen(await pickFile());
    else this.renderRoot.querySelector<HTMLInputElement>('input')?.click();
  }

  async #resume({ id, handle }: LeftUpload): Promise<void> {
    const file = handle === undefined ? undefined : await reopen(handle);
    if (file !== undefined) this.#goOn({ id, file });
    else this.asked = id;
  }

  #left(one: LeftUpload) {
    return html`<div class="left">
      <p>
        ${
          this.asked === one.id
            ? html`<span role="status">Choose <strong>${one.fileName}</strong> below to go on.</span>`
            : html`The upload of <strong>${one.fileName}</strong> is not finished.`
        }
      </p>
      ${
        this.asked === one.id
          ? nothing
          : html`<button class="button primary" type="button" @click=${() => void this.#resume(one)}>Go on</button>`
      }
    </div>`;
  }

  protected override render() {
    return html`<section class="card" aria-labelledby="upload">
      <h2 id="upload">Or upload a recording</h2>
      ${this.left.map((one) => this.#left(one))}
      <div
        class="drop ${this.isOver ? 'over' : ''}"
        @dragover=${(event: DragEvent) => {
          event.preventDefault();
          this.isOver = true;
        }}
        @dragleave=${() => {
          this.isOver = false;
        }}
        @drop=${(event: DragEvent) => {
          event.preventDefault();
          this.isOver = false;
          void droppedFile(event.dataTransfer).then((chosen) => this.#chosen(chosen));
        }}
      >
        <p>
          Drop a video here. This tab makes every quality of it, ten seconds at a time, and it can be watched from the
          first ten seconds on.
        </p>
        <button class="button" type="button" @click=${() => void this.#choose()}>Choose a video…</button>
        <input
          type="file"
          accept="video/*,.mkv,.y4m"
          aria-label="Video file"
          tabindex="-1"
          class="visually-hidden"
          @change=${(event: Event) => {
            const [file] = (event.target as HTMLInputElement).files ?? [];
            this.#chosen(file === undefined ? undefined : { file, handle: undefined });
          }}
        />
      </div>
    </section>`;
  }
}

customElements.define('upload-drop', UploadDrop);

declare global {
  interface HTMLElementTagNameMap {
    'upload-drop': UploadDrop;
  }
}
