import { css, html, LitElement, nothing } from 'lit';
import type { PlayerState, Quality } from '../play/player-state.ts';
import { playerIcons } from './player-icons.ts';
import { megabits } from './player-words.ts';
import { base } from './theme.ts';

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

export type PlayerChoice =
  | { readonly kind: 'quality'; readonly track: string | undefined }
  | { readonly kind: 'mode'; readonly mode: 'live' | 'stable' }
  | { readonly kind: 'speed'; readonly speed: number }
  | { readonly kind: 'statistics'; readonly isShown: boolean };

/** Quality, distance from live, speed and statistics behind one button. Fires `player-choice` with a `PlayerChoice`. */
export class PlayerMenu extends LitElement {
  static override properties = {
    state: { attribute: false },
    isStatisticsShown: { type: Boolean },
    isOpen: { state: true },
  };
  declare state: PlayerState;
  declare isStatisticsShown: boolean;
  declare isOpen: boolean;

  static override styles = [
    base,
    css`
      :host {
        position: relative;
      }
      button {
        display: grid;
        place-items: center;
        width: var(--tc-target);
        height: var(--tc-target);
        border: 0;
        border-radius: var(--tc-radius-m);
        background: transparent;
        color: inherit;
        cursor: pointer;
      }
      button:hover,
      button[aria-expanded='true'] {
        background: rgb(255 255 255 / 0.16);
      }
      .panel {
        position: absolute;
        right: 0;
        bottom: calc(100% + var(--tc-space-3));
        z-index: 2;
        width: 17rem;
        max-width: calc(100vw - 2rem);
        max-height: min(22rem, 60vh);
        overflow: auto;
        padding: var(--tc-space-3);
        border: 1px solid rgb(255 255 255 / 0.14);
        border-radius: var(--tc-radius-l);
        background: rgb(18 20 22 / 0.96);
        color: #fff;
        font-size: var(--tc-text-s);
        box-shadow: var(--tc-shadow-2);
      }
      fieldset {
        margin: 0 0 var(--tc-space-2);
        padding: 0;
        border: 0;
      }
      legend {
        padding: var(--tc-space-1) var(--tc-space-2);
        color: var(--tc-color-on-video-quiet);
        font-size: var(--tc-text-xs);
        font-weight: var(--tc-weight-bold);
      }
      label {
        display: flex;
        align-items: center;
        gap: var(--tc-space-2);
        min-height: 2.25rem;
        padding: 0 var(--tc-space-2);
        border-radius: var(--tc-radius-s);
        cursor: pointer;
      }
      label:hover {
        background: rgb(255 255 255 / 0.1);
      }
      label:has(:focus-visible) {
        outline: 2px solid #8ab4ff;
      }
      input {
        width: 1.05rem;
        height: 1.05rem;
        margin: 0;
        accent-color: #58c8be;
      }
      input:focus-visible {
        outline: none;
      }
      .note {
        margin-inline-start: auto;
        color: var(--tc-color-on-video-quiet);
        font-variant-numeric: tabular-nums;
      }
      .speeds {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
      }
    `,
  ];

  readonly #closeOutside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.isOpen = false;
  };

  constructor() {
    super();
    this.isOpen = false;
    this.isStatisticsShown = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pointerdown', this.#closeOutside);
  }

  override disconnectedCallback(): void {
    removeEventListener('pointerdown', this.#closeOutside);
    super.disconnectedCallback();
  }

  #choose(detail: PlayerChoice): void {
    this.dispatchEvent(new CustomEvent('player-choice', { detail, bubbles: true, composed: true }));
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.isOpen) return;
    this.isOpen = false;
    this.renderRoot.querySelector('button')?.focus();
    event.stopPropagation();
  }

  protected override render() {
    return html`<div @keydown=${(event: KeyboardEvent) => this.#key(event)}>
      <button
        type="button"
        aria-label="Settings"
        aria-expanded=${this.isOpen}
        aria-controls="panel"
        @click=${() => {
          this.isOpen = !this.isOpen;
        }}
      >
        ${playerIcons.settings}
      </button>
      <div class="panel" id="panel" ?hidden=${!this.isOpen}>${this.isOpen ? this.#panel() : nothing}</div>
    </div>`;
  }

  get #isBehindLive(): boolean {
    return this.state.phase.kind !== 'ended' && !this.state.isFollowingLive;
  }

  #panel() {
    const { phase } = this.state;
    return html`
      ${this.#qualities()}
      ${phase.kind === 'ended' ? nothing : this.#modes()}
      <fieldset>
        <legend>${this.#isBehindLive ? 'Speed, above 1× until live' : 'Speed'}</legend>
        <div class="speeds">
          ${SPEEDS.map((speed) =>
            this.#radio('speed', `${speed}×`, this.state.speed === speed, () => this.#choose({ kind: 'speed', speed })),
          )}
        </div>
      </fieldset>
      <label>
        <input
          type="checkbox"
          .checked=${this.isStatisticsShown}
          @change=${(event: Event) =>
            this.#choose({ kind: 'statistics', isShown: (event.target as HTMLInputElement).checked })}
        />
        Statistics
      </label>
    `;
  }

  #qualities() {
    const { qualities, chosenQuality, playingQuality } = this.state;
    const now = playingQuality === undefined ? '' : `now ${playingQuality.height}p`;
    return html`<fieldset>
      <legend>Quality</legend>
      ${this.#radio('quality', 'Auto', chosenQuality === undefined, () => this.#choose({ kind: 'quality', track: undefined }), now)}
      ${qualities.map((entry: Quality) =>
        this.#radio(
          'quality',
          `${entry.height}p`,
          chosenQuality === entry.track,
          () => this.#choose({ kind: 'quality', track: entry.track }),
          megabits(entry.bitrateBps),
        ),
      )}
    </fieldset>`;
  }

  #modes() {
    const { mode } = this.state;
    return html`<fieldset>
      <legend>Distance from live</legend>
      ${this.#radio('mode', 'Live', mode === 'live', () => this.#choose({ kind: 'mode', mode: 'live' }), 'as close as it can be')}
      ${this.#radio('mode', 'Stable', mode === 'stable', () => this.#choose({ kind: 'mode', mode: 'stable' }), '3 s behind')}
    </fieldset>`;
  }

  #radio(name: string, label: string, isChecked: boolean, choose: () => void, note = '') {
    return html`<label>
      <input type="radio" name=${name} .checked=${isChecked} @change=${choose} />
      <span>${label}</span>
      ${note === '' ? nothing : html`<span class="note">${note}</span>`}
    </label>`;
  }
}

customElements.define('player-menu', PlayerMenu);

declare global {
  interface HTMLElementTagNameMap {
    'player-menu': PlayerMenu;
  }
}
