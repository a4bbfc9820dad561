import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import type { SoundInput } from '../encode/scene.ts';
import { icons } from './icons.ts';
import './level-meter.ts';
import { SOUND_NAMES } from './scene-words.ts';
import type { SoundState } from './studio-state.ts';
import { base, controls } from './theme.ts';

export interface VolumeWish {
  readonly input: SoundInput;
  readonly gain?: number;
  readonly isMuted?: boolean;
}

const MAX_PERCENT = 200;

/** Every sound that viewers hear: how loud it is, its volume, and silence. Fires `volume` with a `VolumeWish`. */
export class SoundMixer extends LitElement {
  static override properties = { sounds: { attribute: false } };
  declare sounds: readonly SoundState[];

  static override styles = [
    base,
    controls,
    css`
      ul {
        display: grid;
        gap: var(--tc-space-4);
      }
      li {
        display: grid;
        gap: var(--tc-space-2);
      }
      h3 {
        font-size: var(--tc-text-s);
        font-weight: var(--tc-weight-medium);
        letter-spacing: normal;
      }
      .volume {
        display: flex;
        align-items: center;
        gap: var(--tc-space-3);
      }
      input {
        flex: 1;
        min-width: 6rem;
        min-height: var(--tc-target);
        margin: 0;
        accent-color: var(--tc-color-accent);
      }
      .percent {
        min-width: 3.25rem;
        text-align: end;
      }
    `,
  ];

  constructor() {
    super();
    this.sounds = [];
  }

  #wish(detail: VolumeWish): void {
    this.dispatchEvent(new CustomEvent<VolumeWish>('volume', { detail }));
  }

  #row({ input, gain, isMuted, level }: SoundState) {
    const name = SOUND_NAMES[input];
    const percent = Math.round(gain * 100);
    return html`<li>
      <h3 id=${input}>${name}</h3>
      <level-meter .label=${name} .level=${level} .isMuted=${isMuted} .isMicrophone=${input === 'microphone'}></level-meter>
      <div class="volume">
        <input
          type="range"
          min="0"
          max=${MAX_PERCENT}
          step="5"
          aria-label=${`Volume: ${name}`}
          aria-valuetext=${`${percent} %`}
          .value=${live(String(percent))}
          @input=${(event: Event) => this.#wish({ input, gain: Number((event.target as HTMLInputElement).value) / 100 })}
        />
        <span class="small numbers percent" aria-hidden="true">${percent} %</span>
        ${
          // The microphone's own button is under the picture, where it is looked for in a hurry.
          input === 'microphone'
            ? nothing
            : html`<button
                class="button"
                type="button"
                aria-pressed=${isMuted ? 'true' : 'false'}
                aria-label=${`Mute: ${name}`}
                @click=${() => this.#wish({ input, isMuted: !isMuted })}
              >
                ${isMuted ? icons.soundOff : icons.sound}
              </button>`
        }
      </div>
    </li>`;
  }

  protected override render() {
    return html`<ul aria-label="What viewers hear">
      ${repeat(
        this.sounds,
        ({ input }) => input,
        (sound) => this.#row(sound),
      )}
    </ul>`;
  }
}

customElements.define('sound-mixer', SoundMixer);

declare global {
  interface HTMLElementTagNameMap {
    'sound-mixer': SoundMixer;
  }
}
