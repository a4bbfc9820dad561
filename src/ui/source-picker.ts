import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { SceneKind } from '../encode/scene.ts';
import { icons } from './icons.ts';
import { SCENE_NAMES, SCENE_SENTENCES } from './scene-words.ts';
import { base, controls } from './theme.ts';

export interface SceneWish {
  readonly scene: SceneKind;
  /** Another screen than the one that is shared. */
  readonly isAnother: boolean;
}

const VIDEO_FILES = 'video/*,.mp4,.mov,.m4v,.mkv,.webm';

const SCENE_ICONS: Readonly<Record<SceneKind, TemplateResult>> = {
  camera: icons.camera,
  screen: icons.screen,
  corner: icons.corner,
  sound: icons.microphone,
  file: icons.film,
};

/** What viewers see: one button for each source this browser has. Fires `scene` with a `SceneWish`, or `file` with a `File`. */
export class SourcePicker extends LitElement {
  static override properties = {
    scenes: { attribute: false },
    chosen: { attribute: false },
    isLost: { attribute: false },
    heading: { attribute: false },
  };
  declare scenes: readonly SceneKind[];
  /** Undefined before anything is in use. */
  declare chosen: SceneKind | undefined;
  /** What was shared is gone: choosing it again is no change of mind. */
  declare isLost: boolean;
  declare heading: string;

  static override styles = [
    base,
    controls,
    css`
      .sources {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 8.5rem), 1fr));
        gap: var(--tc-space-2);
      }
      .button {
        justify-content: flex-start;
        padding: var(--tc-space-2) var(--tc-space-3);
        line-height: var(--tc-leading-tight);
        text-align: start;
        white-space: normal;
      }
      .button[aria-pressed='true'] {
        border-color: var(--tc-color-accent);
        background: var(--tc-color-accent-soft);
        box-shadow: inset 0 0 0 1px var(--tc-color-accent);
      }
      h3 {
        margin-block-end: var(--tc-space-2);
        font-size: var(--tc-text-s);
        font-weight: var(--tc-weight-medium);
        letter-spacing: normal;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-2) var(--tc-space-3);
        margin-block-start: var(--tc-space-2);
      }
      .row p {
        flex: 1 1 12rem;
      }
    `,
  ];

  constructor() {
    super();
    this.scenes = [];
    this.chosen = undefined;
    this.isLost = false;
    this.heading = 'What viewers see';
  }

  /** A file is chosen in the browser's own window; the scene follows when it can be played. */
  #choose(scene: SceneKind): void {
    if (scene === 'file') this.renderRoot.querySelector<HTMLInputElement>('input')?.click();
    else this.#wish(scene, scene === this.chosen && this.isLost);
  }

  #onFile(event: Event): void {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file !== undefined) this.dispatchEvent(new CustomEvent<File>('file', { detail: file }));
    // The same file may be chosen once more.
    input.value = '';
  }

  #wish(scene: SceneKind, isAnother: boolean): void {
    this.dispatchEvent(new CustomEvent<SceneWish>('scene', { detail: { scene, isAnother } }));
  }

  protected override render() {
    const { chosen } = this;
    const isShared = chosen === 'screen' || chosen === 'corner';
    return html`<section aria-labelledby="heading">
      <h3 id="heading">${this.heading}</h3>
      <div class="sources">
        ${this.scenes.map(
          (scene) => html`<button
            class="button"
            type="button"
            aria-pressed=${scene === chosen ? 'true' : 'false'}
            @click=${() => this.#choose(scene)}
          >
            ${SCENE_ICONS[scene]}${SCENE_NAMES[scene]}
          </button>`,
        )}
      </div>
      <input
        type="file"
        hidden
        aria-label="Video file to play out"
        accept=${VIDEO_FILES}
        @change=${(event: Event) => this.#onFile(event)}
      />
      ${
        chosen === undefined
          ? nothing
          : html`<div class="row">
              <p class="small quiet">${SCENE_SENTENCES[chosen]}</p>
              ${
                isShared
                  ? html`<button class="button" type="button" @click=${() => this.#wish(chosen, true)}>
                      ${this.isLost ? 'Share again' : 'Share something else'}
                    </button>`
                  : nothing
              }
            </div>`
      }
    </section>`;
  }
}

customElements.define('source-picker', SourcePicker);

declare global {
  interface HTMLElementTagNameMap {
    'source-picker': SourcePicker;
  }
}
