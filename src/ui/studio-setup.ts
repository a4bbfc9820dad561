import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import './level-meter.ts';
import type { DeviceChoice } from './studio-state.ts';
import { base, fields } from './theme.ts';

export type SetupWish =
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'camera'; readonly id: string }
  | { readonly kind: 'microphone'; readonly id: string };

const TITLE_CHARACTERS = 120;

/** Title, camera, microphone and level. Fires `wish` with a `SetupWish`; shows only what it is given back. */
export class StudioSetup extends LitElement {
  static override properties = {
    streamTitle: { attribute: false },
    pastTitles: { attribute: false },
    cameras: { attribute: false },
    microphones: { attribute: false },
    cameraId: { attribute: false },
    microphoneId: { attribute: false },
    level: { attribute: false },
    isMuted: { attribute: false },
    hasDevices: { attribute: false },
  };
  declare streamTitle: string;
  /** Offered while a title is typed. */
  declare pastTitles: readonly string[];
  declare cameras: readonly DeviceChoice[];
  declare microphones: readonly DeviceChoice[];
  declare cameraId: string | undefined;
  declare microphoneId: string | undefined;
  declare level: number;
  declare isMuted: boolean;
  /** False until the browser was allowed to name them. */
  declare hasDevices: boolean;

  static override styles = [
    base,
    fields,
    css`
      section {
        display: grid;
        gap: var(--tc-space-4);
      }
      .devices {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr));
        gap: var(--tc-space-4);
      }
    `,
  ];

  constructor() {
    super();
    this.streamTitle = '';
    this.pastTitles = [];
    this.cameras = [];
    this.microphones = [];
    this.cameraId = undefined;
    this.microphoneId = undefined;
    this.level = 0;
    this.isMuted = false;
    this.hasDevices = false;
  }

  #wish(detail: SetupWish): void {
    this.dispatchEvent(new CustomEvent<SetupWish>('wish', { detail }));
  }

  #picker(
    kind: 'camera' | 'microphone',
    label: string,
    choices: readonly DeviceChoice[],
    chosenId: string | undefined,
  ) {
    const onChange = (event: Event) => this.#wish({ kind, id: (event.target as HTMLSelectElement).value });
    return html`<div class="field">
      <label for=${kind}>${label}</label>
      <select id=${kind} ?disabled=${choices.length === 0} @change=${onChange}>
        ${choices.length === 0 ? html`<option>None found</option>` : nothing}
        ${choices.map(
          ({ id, label: name }, index) =>
            html`<option value=${id} .selected=${live(id === chosenId)}>${name === '' ? `${label} ${index + 1}` : name}</option>`,
        )}
      </select>
    </div>`;
  }

  protected override render() {
    return html`<section aria-label="Your stream">
      <div class="field">
        <label for="title">Title</label>
        <input
          id="title"
          type="text"
          maxlength=${TITLE_CHARACTERS}
          autocomplete="off"
          list="past-titles"
          placeholder="What is it about?"
          .value=${this.streamTitle}
          @change=${(event: Event) => this.#wish({ kind: 'title', title: (event.target as HTMLInputElement).value.trim() })}
        />
        <datalist id="past-titles">${this.pastTitles.map((title) => html`<option value=${title}></option>`)}</datalist>
      </div>
      ${
        this.hasDevices
          ? html`<div class="devices">
                ${this.#picker('camera', 'Camera', this.cameras, this.cameraId)}
                ${this.#picker('microphone', 'Microphone', this.microphones, this.microphoneId)}
              </div>
              <level-meter .level=${this.level} .isMuted=${this.isMuted}></level-meter>`
          : nothing
      }
    </section>`;
  }
}

customElements.define('studio-setup', StudioSetup);

declare global {
  interface HTMLElementTagNameMap {
    'studio-setup': StudioSetup;
  }
}
