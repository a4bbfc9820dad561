import { css, html, LitElement, nothing } from 'lit';
import { holeAt } from '../play/holes.ts';
import type { MediaRange, SegmentRange } from '../protocol/broadcast.ts';
import { clockLength, gapText, seekValueText, wallClock } from './player-words.ts';
import './seek-picture.ts';
import { base } from './theme.ts';

const STEP_MS = 5000;
const PAGE_MS = 60_000;

/**
 * The slider over everything since the start. Fires `player-seek` with `detail` in milliseconds of media time, and
 * `player-live` for its end while the broadcast is on the air.
 */
export class PlayerSeekBar extends LitElement {
  static override properties = {
    positionMs: { type: Number },
    endMs: { type: Number },
    bufferMs: { type: Number },
    startedAtMs: { attribute: false },
    isLive: { type: Boolean },
    isAtLive: { type: Boolean },
    broadcastId: { attribute: false },
    strips: { attribute: false },
    holes: { attribute: false },
    dragMs: { state: true },
    isKeyed: { state: true },
    hover: { state: true },
  };
  declare positionMs: number;
  declare endMs: number;
  declare bufferMs: number;
  declare startedAtMs: number | undefined;
  declare isLive: boolean;
  declare isAtLive: boolean;
  declare broadcastId: string;
  /** Segments with small pictures. */
  declare strips: readonly SegmentRange[];
  /** Where nothing was recorded. */
  declare holes: readonly MediaRange[];
  declare dragMs: number | undefined;
  /** A key moved it last: what it is at is shown as under a pointer. */
  declare isKeyed: boolean;
  declare hover: { readonly mediaMs: number; readonly share: number } | undefined;

  static override styles = [
    base,
    css`
      :host {
        position: relative;
        touch-action: none;
      }
      input {
        --fill: calc(var(--share) * 100%);
        display: block;
        width: 100%;
        height: 1.75rem;
        margin: 0;
        background: transparent;
        appearance: none;
        cursor: pointer;
      }
      input::-webkit-slider-runnable-track {
        height: 5px;
        border-radius: var(--tc-radius-pill);
        background: linear-gradient(
          to right,
          var(--bar-color) var(--fill),
          rgb(255 255 255 / 0.55) var(--fill) calc(var(--loaded) * 100%),
          rgb(255 255 255 / 0.28) calc(var(--loaded) * 100%)
        );
        transition: height var(--tc-motion-fast);
      }
      input::-moz-range-track {
        height: 5px;
        border-radius: var(--tc-radius-pill);
        background: linear-gradient(
          to right,
          var(--bar-color) var(--fill),
          rgb(255 255 255 / 0.55) var(--fill) calc(var(--loaded) * 100%),
          rgb(255 255 255 / 0.28) calc(var(--loaded) * 100%)
        );
      }
      input::-webkit-slider-thumb {
        width: 15px;
        height: 15px;
        margin-top: -5px;
        border: 0;
        border-radius: 50%;
        background: #fff;
        box-shadow: 0 0 0 1px rgb(0 0 0 / 0.25);
        appearance: none;
      }
      input::-moz-range-thumb {
        width: 15px;
        height: 15px;
        border: 0;
        border-radius: 50%;
        background: #fff;
      }
      input:hover::-webkit-slider-runnable-track {
        height: 7px;
      }
      input:hover::-webkit-slider-thumb {
        margin-top: -4px;
      }
      .holes {
        position: absolute;
        inset: calc(50% - 2.5px) 0 auto;
        height: 5px;
        pointer-events: none;
      }
      .holes li {
        position: absolute;
        inset-block: 0;
        left: calc(var(--from) * 100%);
        width: max(3px, calc(var(--length) * 100%));
        background: repeating-linear-gradient(-55deg, #000 0 3px, rgb(255 255 255 / 0.6) 3px 5px);
      }
      .tip {
        position: absolute;
        bottom: calc(100% + 2px);
        left: clamp(var(--half), calc(var(--at) * 100%), calc(100% - var(--half)));
        padding: 0.2rem;
        border-radius: var(--tc-radius-s);
        background: rgb(0 0 0 / 0.85);
        color: #fff;
        font-size: var(--tc-text-s);
        font-variant-numeric: tabular-nums;
        line-height: 1.5;
        text-align: center;
        white-space: nowrap;
        pointer-events: none;
        transform: translateX(-50%);
      }
      .tip small {
        display: block;
        color: var(--tc-color-on-video-quiet);
        font-size: var(--tc-text-xs);
      }
    `,
  ];

  constructor() {
    super();
    this.positionMs = 0;
    this.endMs = 0;
    this.bufferMs = 0;
    this.isLive = false;
    this.isAtLive = false;
    this.broadcastId = '';
    this.strips = [];
    this.holes = [];
    this.isKeyed = false;
  }

  #hovered(event: PointerEvent): void {
    const box = this.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width)));
    this.isKeyed = false;
    this.hover = { share, mediaMs: share * this.endMs };
  }

  #key(event: KeyboardEvent): void {
    const moves: Record<string, number> = {
      ArrowLeft: -STEP_MS,
      ArrowDown: -STEP_MS,
      ArrowRight: STEP_MS,
      ArrowUp: STEP_MS,
      PageDown: -PAGE_MS,
      PageUp: PAGE_MS,
    };
    const move = moves[event.key];
    if (move !== undefined) this.#seek(this.positionMs + move);
    else if (event.key === 'Home') this.#seek(0);
    else if (event.key === 'End') this.#seek(this.endMs);
    else return;
    this.isKeyed = true;
    event.preventDefault();
    event.stopPropagation();
  }

  #seek(mediaMs: number): void {
    const detail = Math.min(this.endMs, Math.max(0, mediaMs));
    this.dispatchEvent(new CustomEvent('player-seek', { detail, bubbles: true, composed: true }));
  }

  #valueOf(event: Event): number {
    return Number((event.target as HTMLInputElement).value);
  }

  protected override render() {
    const endMs = Math.max(1, this.endMs);
    const shownMs = this.dragMs ?? (this.isAtLive ? endMs : this.positionMs);
    const share = Math.min(1, shownMs / endMs);
    const loaded = Math.min(1, (this.positionMs + this.bufferMs) / endMs);
    const isHere = this.dragMs !== undefined || this.isKeyed;
    const tip = isHere ? { mediaMs: Math.min(endMs, shownMs), share } : this.hover;
    return html`
      <input
        type="range"
        aria-label="Seek"
        aria-valuetext=${seekValueText(shownMs, endMs, this.startedAtMs)}
        min="0"
        max=${Math.round(endMs)}
        step="any"
        .value=${String(shownMs)}
        style="--share: ${share}; --loaded: ${Math.max(share, loaded)}; --bar-color: ${
          this.isLive ? 'var(--tc-color-live)' : '#58c8be'
        }"
        @keydown=${(event: KeyboardEvent) => this.#key(event)}
        @input=${(event: Event) => {
          this.dragMs = this.#valueOf(event);
        }}
        @change=${(event: Event) => {
          this.#seek(this.#valueOf(event));
          this.dragMs = undefined;
        }}
        @pointermove=${(event: PointerEvent) => this.#hovered(event)}
        @blur=${() => {
          this.isKeyed = false;
        }}
        @pointerleave=${() => {
          this.hover = undefined;
        }}
      />
      ${this.holes.length === 0 ? nothing : this.#gaps(endMs)}
      ${tip === undefined ? nothing : this.#tip(tip.mediaMs, tip.share)}
    `;
  }

  #gaps(endMs: number) {
    return html`<ul class="holes" aria-label="Nothing was recorded">
      ${this.holes.map(
        ({ fromMs, toMs }) =>
          html`<li style="--from: ${fromMs / endMs}; --length: ${(toMs - fromMs) / endMs}">
            <span class="visually-hidden">${gapText(fromMs, toMs)}</span>
          </li>`,
      )}
    </ul>`;
  }

  #tip(mediaMs: number, share: number) {
    if (holeAt(mediaMs, this.holes) !== undefined)
      return html`<div class="tip" aria-hidden="true" style="--at: ${share}; --half: 5rem">Nothing was recorded here</div>`;
    return html`<div class="tip" aria-hidden="true" style="--at: ${share}; --half: ${this.strips.length === 0 ? '3rem' : '85px'}">
      <seek-picture .broadcastId=${this.broadcastId} .strips=${this.strips} .mediaMs=${mediaMs}></seek-picture>
      ${this.startedAtMs === undefined ? clockLength(mediaMs) : wallClock(this.startedAtMs + mediaMs)}
      ${this.startedAtMs === undefined ? nothing : html`<small>${clockLength(mediaMs)}</small>`}
    </div>`;
  }
}

customElements.define('player-seek-bar', PlayerSeekBar);

declare global {
  interface HTMLElementTagNameMap {
    'player-seek-bar': PlayerSeekBar;
  }
}
