import { mediaSpans, spanAt } from './media-spans.ts';
import type { Playback } from './player-state.ts';
import { rescueFromHole } from './stuck.ts';

export interface PlayheadHooks {
  onChange(): void;
  /** The person, picture-in-picture or a media key stopped it. */
  onPause(): void;
  /** Nothing to show for a moment; called once for a stall, `atMs` on the clock of `performance.now()`. */
  onStall(atMs: number): void;
  onDuration(): void;
  onLoaded(): void;
  /** It was sent to `mediaMs` and is on its way to somewhere else. */
  onAstray(mediaMs: number): void;
}

/** `HTMLMediaElement.HAVE_FUTURE_DATA` and `HAVE_CURRENT_DATA`. */
const HAVE_FUTURE_DATA = 3;
const HAVE_CURRENT_DATA = 2;
const STALL_COUNTS_ONCE_MS = 2000;
/** Nearer than this to where it was sent, dash.js has its reasons: a key frame, the edge of what there is. */
const ASTRAY_MS = 2500;
/** By then the place has come, or it is away for a reason with which nobody should fight. */
const RETURNS_FOR_MS = 3000;

/** The `<video>` element's place in the broadcast: whether it moves, whether it should, and what keeps it from it. */
export class Playhead {
  readonly #video: HTMLVideoElement;
  readonly #hooks: PlayheadHooks;
  #playback: Playback = 'starting';
  #stalls = 0;
  #lastStallMs = Number.NEGATIVE_INFINITY;
  #lastMove = { positionMs: -1, atMs: 0 };
  /** Where the page has sent it; undefined once it is there. */
  #sentToMs: number | undefined;
  #sentAtMs = 0;
  wantsPlay = true;

  constructor(video: HTMLVideoElement, hooks: PlayheadHooks) {
    this.#video = video;
    this.#hooks = hooks;
  }

  get playback(): Playback {
    return this.#playback;
  }

  get stalls(): number {
    return this.#stalls;
  }

  /** Media time. */
  get positionMs(): number {
    return this.#video.currentTime * 1000;
  }

  get bufferMs(): number {
    const span = spanAt(mediaSpans(this.#video.buffered), this.positionMs);
    return span === undefined ? 0 : span.toMs - this.positionMs;
  }

  /** Whether what is shown can be paced: it plays, or would at once. */
  get isSteady(): boolean {
    return !this.#video.paused && !this.#video.seeking && this.#video.readyState >= HAVE_CURRENT_DATA;
  }

  isBuffered(mediaMs: number): boolean {
    return spanAt(mediaSpans(this.#video.buffered), mediaMs) !== undefined;
  }

  listen(signal: AbortSignal): void {
    const on = (name: keyof HTMLMediaElementEventMap, call: () => void): void =>
      this.#video.addEventListener(name, call, { signal });
    on('playing', () => {
      this.#playback = 'playing';
      this.#hooks.onChange();
    });
    on('pause', () => this.#paused());
    on('play', () => {
      this.wantsPlay = true;
      if (this.#playback === 'paused') this.#playback = 'buffering';
    });
    on('waiting', () => this.#waiting());
    on('ended', () => {
      this.#playback = 'finished';
      this.wantsPlay = false;
      this.#hooks.onChange();
    });
    on('durationchange', () => this.#hooks.onDuration());
    on('volumechange', () => this.#hooks.onChange());
    // Who shares the moment, or types the next one, means the new place at once.
    on('seeking', () => {
      this.#checkWay();
      this.#hooks.onChange();
    });
    on('seeked', () => {
      // The event of an earlier jump comes while the next one is under way.
      if (this.#video.seeking) return;
      if (this.#isAstray()) this.#checkWay();
      else this.#sentToMs = undefined;
    });
    on('loadeddata', () => this.#hooks.onLoaded());
  }

  /** Looks whether it moved; answers for how long it has not, paused or not. */
  look(nowMs: number): number {
    const { positionMs } = this;
    if (Math.abs(positionMs - this.#lastMove.positionMs) > 1) {
      this.#lastMove = { positionMs, atMs: nowMs };
      const canPlay = this.#video.readyState >= HAVE_FUTURE_DATA && !this.#video.paused;
      if (this.#playback === 'buffering' && canPlay) this.#playback = 'playing';
    }
    return nowMs - this.#lastMove.atMs;
  }

  /** Puts a playhead that hangs in a hole behind it; false when nothing was wrong. */
  rescue(stillForMs: number, isAwaited: boolean): boolean {
    const target = rescueFromHole({
      positionMs: this.positionMs,
      stillForMs,
      isPaused: this.#video.paused,
      isSeeking: this.#video.seeking,
      readyState: this.#video.readyState,
      isAwaited,
      buffered: mediaSpans(this.#video.buffered),
    });
    if (target === undefined) return false;
    this.#lastMove = { positionMs: this.positionMs, atMs: performance.now() };
    this.#sentToMs = undefined;
    this.#video.currentTime = target / 1000;
    return true;
  }

  /** A new source: nothing is shown of it yet. */
  restarting(): void {
    this.#playback = 'starting';
    this.#sentToMs = undefined;
  }

  /** Before a jump: the time it takes is no standstill. */
  jumping(toMs: number): void {
    this.#sentToMs = toMs;
    this.#sentAtMs = performance.now();
    if (this.#playback === 'finished') this.#playback = 'paused';
    this.#lastMove = { positionMs: this.#lastMove.positionMs, atMs: performance.now() };
  }

  finish(): void {
    this.wantsPlay = false;
    this.#playback = 'finished';
  }

  /** Of a recording, in media time; undefined before it is known, and of a live. */
  get durationMs(): number | undefined {
    const { duration } = this.#video;
    return Number.isFinite(duration) && duration > 0 ? duration * 1000 : undefined;
  }

  get isPaused(): boolean {
    return this.#video.paused;
  }

  get rate(): number {
    return this.#video.playbackRate;
  }

  setRate(rate: number): void {
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
  }

  #isAstray(): boolean {
    return this.#sentToMs !== undefined && Math.abs(this.positionMs - this.#sentToMs) > ASTRAY_MS;
  }

  /**
   * `adjustSeekTarget` of dash.js 5.2.1 sets the playhead to the start of what the jump before this one appended, when
   * that comes just now, and to the start of anything that lies less than a segment after the place, as long as the
   * place itself has not come. What was asked for goes on coming meanwhile. The way back waits for the end of this
   * event: inside it dash.js would take it for its own doing.
   */
  #checkWay(): void {
    const sentToMs = this.#sentToMs;
    if (sentToMs === undefined || !this.#isAstray() || performance.now() - this.#sentAtMs > RETURNS_FOR_MS) return;
    setTimeout(() => {
      if (this.#sentToMs === sentToMs && this.#isAstray()) this.#hooks.onAstray(sentToMs);
    });
  }

  #paused(): void {
    // Picture-in-picture and media keys stop and start the element without asking the page.
    if (this.#playback !== 'finished' && this.#playback !== 'starting') {
      this.#playback = 'paused';
      this.wantsPlay = false;
      this.#hooks.onPause();
    }
    this.#hooks.onChange();
  }

  #waiting(): void {
    if (this.#playback === 'starting' || this.#playback === 'finished' || this.#video.seeking) return;
    const nowMs = performance.now();
    this.#playback = 'buffering';
    if (nowMs - this.#lastStallMs > STALL_COUNTS_ONCE_MS) {
      this.#stalls += 1;
      this.#lastStallMs = nowMs;
      this.#hooks.onStall(nowMs);
    }
    this.#hooks.onChange();
  }
}
