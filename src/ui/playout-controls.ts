import { css, html, LitElement, nothing } from 'lit';
import { icons } from './icons.ts';
import './problem-note.ts';
import type { PlayoutState, PlayoutWish } from './studio-state.ts';
import { base, boxes, controls } from './theme.ts';
import { clockText } from './time-words.ts';

const MOTION_SENTENCES = {
  ready: 'It begins when you go live, or when you press Play.',
  playing: 'Playing. Pictures and sound go out by the clock.',
  paused: 'Paused. Viewers see a still picture and hear no film.',
  over: 'The film has ended. Viewers see a still picture.',
} as const;

/** A video file that is played out: where it is, and what to do with it. Fires `playout` with a `PlayoutWish`. */
export class PlayoutControls extends LitElement {
  static override properties = { playout: { attribute: false }, isLive: { attribute: false } };
  declare playout: PlayoutState;
  declare isLive: boolean;

  static override styles = [
    base,
    boxes,
    controls,
    css`
      section {
        display: grid;
        gap: var(--tc-space-3);
      }
      h3 {
        overflow-wrap: anywhere;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--tc-space-2) var(--tc-space-3);
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: var(--tc-space-2);
        min-height: var(--tc-target);
      }
      progress {
        width: 100%;
        accent-color: var(--tc-color-accent);
      }
    `,
  ];

  constructor() {
    super();
    this.playout = { kind: 'none' };
    this.isLive = false;
  }

  #wish(detail: PlayoutWish): void {
    this.dispatchEvent(new CustomEvent<PlayoutWish>('playout', { detail }));
  }

  protected override render() {
    const { playout } = this;
    if (playout.kind === 'none') return nothing;
    if (playout.kind === 'failed') return html`<problem-note .problem=${playout.problem}></problem-note>`;
    const { name, motion, positionMs, durationMs, isLooped, isSlow, sound, width, height } = playout;
    const isPlaying = motion === 'playing';
    const words =
      motion === 'ready' && this.isLive ? 'Press Play: viewers see how it begins.' : MOTION_SENTENCES[motion];
    return html`<section aria-labelledby="name">
      <h3 id="name">${name}</h3>
      <progress aria-label="Position in the file" max=${durationMs} value=${positionMs}></progress>
      <p class="small quiet numbers">
        ${clockText(positionMs)} of ${clockText(durationMs)} · ${width} × ${height}
      </p>
      <div class="row">
        <button class="button" type="button" @click=${() => this.#wish({ kind: isPlaying ? 'pause' : 'play' })}>
          ${isPlaying ? icons.pause : icons.play}${isPlaying ? 'Pause' : 'Play'}
        </button>
        <button class="button" type="button" @click=${() => this.#wish({ kind: 'rewind' })}>
          ${icons.refresh}From the start
        </button>
        <label>
          <input
            type="checkbox"
            .checked=${isLooped}
            @change=${(event: Event) => this.#wish({ kind: 'loop', isOn: (event.target as HTMLInputElement).checked })}
          />
          Play again and again
        </label>
      </div>
      <p class="small" role="status">${words}</p>
      ${
        sound === 'undecodable'
          ? html`<p class="small">This browser cannot decode the sound of this file: viewers hear none of it.</p>`
          : nothing
      }
      ${
        isSlow
          ? html`<p class="small">
              This machine is too slow to decode every picture of this file: viewers see fewer of them. A smaller file helps.
            </p>`
          : nothing
      }
    </section>`;
  }
}

customElements.define('playout-controls', PlayoutControls);

declare global {
  interface HTMLElementTagNameMap {
    'playout-controls': PlayoutControls;
  }
}
