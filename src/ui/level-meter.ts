import { css, html, LitElement, nothing } from 'lit';
import { icons } from './icons.ts';
import { HEARING_SENTENCES, type Hearing, hearingOf, meterShare } from './level-words.ts';
import { base } from './theme.ts';

/** Long enough to bridge the pauses of speech, short enough to notice a dead microphone before going live. */
const MEMORY_MS = 3000;

/** How loud one sound is: a bar for the eye, a sentence for everybody. */
export class LevelMeter extends LitElement {
  static override properties = {
    label: { attribute: false },
    level: { attribute: false },
    isMuted: { attribute: false },
    isMicrophone: { attribute: false },
  };
  declare label: string;
  /** 0 to 1, the peak of the last 100 ms. */
  declare level: number;
  declare isMuted: boolean;
  /** Other sounds may be silent for good reasons: nothing is said of them. */
  declare isMicrophone: boolean;

  #recent: { readonly atMs: number; readonly level: number }[] = [];

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--tc-space-2);
      }
      .row {
        display: flex;
        align-items: center;
        gap: var(--tc-space-3);
      }
      .track {
        position: relative;
        flex: 1;
        height: 0.625rem;
        overflow: hidden;
        border-radius: var(--tc-radius-pill);
        background: var(--tc-color-surface-sunken);
        box-shadow: inset 0 0 0 1px var(--tc-color-border);
      }
      .fill {
        position: absolute;
        inset: 0;
        background: linear-gradient(
          90deg,
          var(--tc-color-accent) 0 72%,
          var(--tc-color-slow) 86%,
          var(--tc-color-bad) 98%
        );
        clip-path: inset(0 calc(100% - var(--share, 0%)) 0 0);
        transition: clip-path var(--tc-motion-fast) linear;
      }
      .peak {
        position: absolute;
        inset-block: 0;
        left: var(--peak, 0%);
        width: 2px;
        margin-left: -2px;
        background: var(--tc-color-text);
      }
    `,
  ];

  constructor() {
    super();
    this.label = 'Microphone';
    this.isMicrophone = true;
    this.level = 0;
    this.isMuted = false;
  }

  #recentPeak(): number {
    const nowMs = performance.now();
    this.#recent = this.#recent.filter((seen) => nowMs - seen.atMs < MEMORY_MS);
    this.#recent.push({ atMs: nowMs, level: this.level });
    return Math.max(...this.#recent.map((seen) => seen.level));
  }

  #icon() {
    if (this.isMicrophone) return this.isMuted ? icons.microphoneOff : icons.microphone;
    return this.isMuted ? icons.soundOff : icons.sound;
  }

  protected override render() {
    const level = this.isMuted ? 0 : this.level;
    const recentPeak = this.#recentPeak();
    const hearing: Hearing = hearingOf(recentPeak, this.isMuted);
    const percent = Math.round(meterShare(level) * 100);
    const peak = this.isMuted ? 0 : Math.round(meterShare(recentPeak) * 100);
    return html`<div class="row">
        ${this.#icon()}
        <div
          class="track"
          role="meter"
          aria-label=${`${this.label} level`}
          aria-valuemin="0"
          aria-valuemax="100"
          aria-valuenow=${percent}
          aria-valuetext=${this.isMicrophone ? HEARING_SENTENCES[hearing] : `${percent} %`}
          .style=${`--share: ${percent}%; --peak: ${peak}%`}
        >
          <div class="fill"></div>
          <div class="peak" ?hidden=${peak === 0}></div>
        </div>
      </div>
      ${this.isMicrophone ? html`<p class="small quiet">${HEARING_SENTENCES[hearing]}</p>` : nothing}`;
  }
}

customElements.define('level-meter', LevelMeter);

declare global {
  interface HTMLElementTagNameMap {
    'level-meter': LevelMeter;
  }
}
