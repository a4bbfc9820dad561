import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Facing } from '../capture/devices.ts';
import type { SceneKind } from '../encode/scene.ts';
import { icons } from './icons.ts';
import './playout-controls.ts';
import './sound-mixer.ts';
import type { VolumeWish } from './sound-mixer.ts';
import './source-picker.ts';
import type { SceneWish } from './source-picker.ts';
import type { DeviceChoice, PlayoutState, PlayoutWish, SoundState } from './studio-state.ts';
import { base, controls, fields } from './theme.ts';

export type SetupWish =
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'camera'; readonly id: string }
  | { readonly kind: 'microphone'; readonly id: string }
  | { readonly kind: 'turn-camera' }
  | ({ readonly kind: 'scene' } & SceneWish)
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'playout'; readonly wish: PlayoutWish }
  | ({ readonly kind: 'volume' } & VolumeWish);

const TITLE_CHARACTERS = 120;

/** Title, what is seen and what is heard. Fires `wish` with a `SetupWish`; shows only what it is given back. */
export class StudioSetup extends LitElement {
  static override properties = {
    streamTitle: { attribute: false },
    pastTitles: { attribute: false },
    cameras: { attribute: false },
    microphones: { attribute: false },
    cameraId: { attribute: false },
    facing: { attribute: false },
    microphoneId: { attribute: false },
    sounds: { attribute: false },
    scene: { attribute: false },
    scenes: { attribute: false },
    isLost: { attribute: false },
    playout: { attribute: false },
    isLive: { attribute: false },
    hasDevices: { attribute: false },
  };
  declare streamTitle: string;
  /** Offered while a title is typed. */
  declare pastTitles: readonly string[];
  declare cameras: readonly DeviceChoice[];
  declare microphones: readonly DeviceChoice[];
  declare cameraId: string | undefined;
  declare facing: Facing | undefined;
  declare microphoneId: string | undefined;
  declare sounds: readonly SoundState[];
  declare scene: SceneKind;
  /** Those that this browser has. */
  declare scenes: readonly SceneKind[];
  /** What is shared or played is gone. */
  declare isLost: boolean;
  declare playout: PlayoutState;
  declare isLive: boolean;
  /** False until the browser was allowed to name them. */
  declare hasDevices: boolean;

  static override styles = [
    base,
    controls,
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
      .turn {
        align-self: end;
        justify-content: center;
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
    this.facing = undefined;
    this.microphoneId = undefined;
    this.sounds = [];
    this.scene = 'camera';
    this.scenes = [];
    this.isLost = false;
    this.playout = { kind: 'none' };
    this.isLive = false;
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

  /** On phones: the list says which is which in words of the maker only. */
  #turn() {
    if (this.facing === undefined || (this.scene !== 'camera' && this.scene !== 'corner')) return nothing;
    const other = this.facing === 'user' ? 'back' : 'front';
    return html`<button class="button turn" type="button" @click=${() => this.#wish({ kind: 'turn-camera' })}>
      ${icons.camera}Use the ${other} camera
    </button>`;
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
          ? html`<source-picker
                .scenes=${this.scenes}
                .chosen=${this.scene}
                .isLost=${this.isLost}
                @file=${({ detail }: CustomEvent<File>) => this.#wish({ kind: 'file', file: detail })}
                @scene=${({ detail }: CustomEvent<SceneWish>) => this.#wish({ kind: 'scene', ...detail })}
              ></source-picker>
              <playout-controls
                ?hidden=${this.playout.kind === 'none'}
                .playout=${this.playout}
                .isLive=${this.isLive}
                @playout=${({ detail }: CustomEvent<PlayoutWish>) => this.#wish({ kind: 'playout', wish: detail })}
              ></playout-controls>
              <div class="devices">
                ${
                  this.scene === 'camera' || this.scene === 'corner'
                    ? this.#picker('camera', 'Camera', this.cameras, this.cameraId)
                    : nothing
                }
                ${this.#turn()}
                ${this.#picker('microphone', 'Microphone', this.microphones, this.microphoneId)}
              </div>
              <sound-mixer
                .sounds=${this.sounds}
                @volume=${({ detail }: CustomEvent<VolumeWish>) => this.#wish({ kind: 'volume', ...detail })}
              ></sound-mixer>`
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
