import { afterFailure, ENCODER_NAMES, type EncoderName, HANG_MS, hasHung } from '../src/encode/encoder-choice.ts';
import type { Rung } from '../src/encode/ladder.ts';
import type { PictureContent } from '../src/encode/scene.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { FrameRate } from '../src/protocol/grid.ts';
import type { TrackId } from '../src/protocol/track.ts';
import type { EncoderSource, EncodeTask, OpenEncoder, PictureEncoder } from './picture-encoder.ts';
import { openWasm } from './wasm-encoder.ts';
import { openWebCodecs } from './webcodecs-encoder.ts';

export interface Rendition extends Rung {
  readonly track: TrackId;
}

/** An encoded picture as it leaves an encoder; `slot` is the one it was handed in with. */
export interface EncodedFrame {
  readonly track: TrackId;
  readonly slot: number;
  readonly isKey: boolean;
  readonly data: Uint8Array<ArrayBuffer>;
  /** From `encode` to here. */
  readonly delayMs: number;
}

export interface EncodeCoreEvents {
  onFrame(frame: EncodedFrame): void;
  /** Before the first frame of a rendition, and again should its decoder configuration change. */
  onConfig(track: TrackId, avcC: Uint8Array, colorSpace: VideoColorSpaceInit | undefined): void;
  /** These slots will not come out: the encoder stopped or swallowed one. A new encoder waits for them, in order. */
  onLost(track: TrackId, slots: readonly number[]): void;
  /** An encoder failed: nothing comes out until a frame does again. */
  onStopped?(track: TrackId): void;
  /** The rendition is given up: no implementation is left, until `revive`. */
  onError(track: TrackId, error: StageError): void;
}

export interface EncodeCoreOptions {
  readonly renditions: readonly Rendition[];
  readonly frameRate: FrameRate;
  readonly gopSeconds: number;
  /** `realtime` for a camera, `quality` for a file. */
  readonly latencyMode: LatencyMode;
  readonly contentHint?: PictureContent;
  /** Which implementations are tried, best first; the browser's own alone when not said. */
  readonly encoders?: readonly EncoderName[];
}

const OPEN: Readonly<Record<EncoderName, OpenEncoder>> = { webcodecs: openWebCodecs, wasm: openWasm };

type LaneState =
  | { readonly kind: 'running'; readonly encoder: PictureEncoder }
  /** Between two encoders; what would go in waits at the caller's. */
  | { readonly kind: 'changing' }
  | { readonly kind: 'ended' };

interface Lane {
  readonly rendition: Rendition;
  task: EncodeTask;
  source: EncoderSource;
  state: LaneState;
  /** Slots inside the encoder with the time they went in. */
  readonly sent: Map<number, number>;
  needsKey: boolean;
  failures: readonly number[];
}

/**
 * One picture in, one encoded frame for each rendition out. The caller owns the pictures and closes them. Not tied to a
 * camera: files go through the same code with `ready()`.
 */
export class EncodeCore {
  readonly #events: EncodeCoreEvents;
  readonly #options: EncodeCoreOptions;
  readonly #lanes: Lane[] = [];
  readonly #waiters: (() => void)[] = [];
  #isClosed = false;

  private constructor(options: EncodeCoreOptions, events: EncodeCoreEvents) {
    this.#events = events;
    this.#options = options;
  }

  /** Rejects with StageError `no_encoder` or `no_fallback` when nothing here encodes H.264 in that size. */
  static async open(options: EncodeCoreOptions, events: EncodeCoreEvents): Promise<EncodeCore> {
    const core = new EncodeCore(options, events);
    const { frameRate, gopSeconds, latencyMode, contentHint } = options;
    try {
      for (const rendition of options.renditions) {
        const keyEverySlots = frameRate * gopSeconds;
        const { width, height, bitrateBps } = rendition;
        const size = { width, height, bitrateBps };
        const task = { ...size, frameRate, keyEverySlots, latencyMode, ...(contentHint && { contentHint }) };
        const source = await openFirst(core.#encoders, task);
        const state: LaneState = { kind: 'changing' };
        const lane: Lane = { rendition, task, source, state, sent: new Map(), needsKey: false, failures: [] };
        core.#lanes.push(lane);
        lane.state = { kind: 'running', encoder: await core.#create(lane) };
      }
    } catch (cause) {
      core.close();
      throw cause;
    }
    return core;
  }

  get tracks(): readonly TrackId[] {
    return this.#lanes.map((lane) => lane.rendition.track);
  }

  /** The implementation in use; where renditions differ, the one that is not the browser's own. */
  get encoder(): EncoderName {
    return this.#lanes.find(({ source }) => source.name !== 'webcodecs')?.source.name ?? 'webcodecs';
  }

  /** How many frames more than others the encoders keep inside before the first comes out: their delay, in slots. */
  get heldFrames(): number {
    return Math.max(0, ...this.#lanes.map((lane) => lane.source.heldFrames));
  }

  /** Frames handed in that have not come out. */
  inFlight(track: TrackId): number {
    return this.#lane(track)?.sent.size ?? 0;
  }

  /** The same, beyond those that the encoder always keeps: what says whether it is behind. No end without an encoder. */
  backlog(track: TrackId): number {
    const lane = this.#lane(track);
    if (lane?.state.kind !== 'running') return Number.POSITIVE_INFINITY;
    return Math.max(0, lane.sent.size - lane.source.heldFrames);
  }

  /** Hands one picture to the named renditions as slot `slot`. The picture stays the caller's. */
  encode(picture: VideoFrame, slot: number, isKey: boolean, tracks: readonly TrackId[] = this.tracks): void {
    const slotMicros = 1_000_000 / this.#options.frameRate;
    const stamped = new VideoFrame(picture, {
      timestamp: Math.round(slot * slotMicros),
      duration: Math.round(slotMicros),
    });
    try {
      for (const track of tracks) {
        const lane = this.#lane(track);
        if (lane?.state.kind !== 'running' || this.#isClosed) continue;
        lane.sent.set(slot, performance.now());
        lane.state.encoder.encode(stamped, slot, isKey || lane.needsKey);
        lane.needsKey = false;
      }
    } finally {
      stamped.close();
    }
  }

  /** What the pictures are like from the next key frame on. */
  setContentHint(contentHint: PictureContent): void {
    for (const lane of this.#lanes) {
      if (lane.task.contentHint === contentHint) continue;
      lane.task = { ...lane.task, contentHint };
      lane.source.setContentHint(contentHint);
      if (lane.state.kind === 'running') lane.state.encoder.setContentHint(contentHint);
    }
  }

  /** Begins anew with a rendition that was given up, from the best implementation on. Rejects when none works. */
  async revive(track: TrackId): Promise<void> {
    const lane = this.#lane(track);
    if (lane?.state.kind !== 'ended' || this.#isClosed) return;
    const source = await openFirst(this.#encoders, lane.task);
    // As with a take-over: viewers were told when parts come.
    if (source.heldFrames > this.heldFrames) throw new Error('this encoder would bring every part too late');
    lane.source = source;
    lane.failures = [];
    const encoder = await this.#create(lane);
    if (this.#isClosed) encoder.close();
    else lane.state = { kind: 'running', encoder };
  }

  /** Called now and then: an encoder that has hung is replaced. */
  rescueHung(): void {
    for (const lane of this.#lanes) {
      const [oldest] = lane.sent.values();
      const heldMs = (lane.source.heldFrames * 1000) / this.#options.frameRate;
      if (hasHung(oldest, performance.now(), heldMs))
        this.#onFailure(lane, new Error(`no frame from the encoder of ${lane.rendition.track} for ${HANG_MS} ms`));
    }
  }

  /** Resolves when every encoder holds fewer than `cap` frames, beyond those it always keeps: back-pressure for sources that can wait. */
  async ready(cap: number): Promise<void> {
    const isFull = ({ state, sent, source }: Lane): boolean =>
      state.kind === 'changing' || (state.kind === 'running' && sent.size - source.heldFrames >= cap);
    while (!this.#isClosed && this.#lanes.some(isFull))
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Everything handed in has come out when this resolves. */
  async flush(): Promise<void> {
    while (!this.#isClosed && this.#lanes.some(({ state }) => state.kind === 'changing'))
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    const running = this.#lanes.flatMap(({ state }) => (state.kind === 'running' ? [state.encoder] : []));
    await Promise.all(running.map((encoder) => encoder.flush()));
  }

  close(): void {
    this.#isClosed = true;
    for (const { state } of this.#lanes) if (state.kind === 'running') state.encoder.close();
    this.#wake();
  }

  get #encoders(): readonly EncoderName[] {
    return this.#options.encoders ?? ['webcodecs'];
  }

  #lane(track: TrackId): Lane | undefined {
    return this.#lanes.find((lane) => lane.rendition.track === track);
  }

  #create(lane: Lane): Promise<PictureEncoder> {
    const { track } = lane.rendition;
    // What a replaced encoder still has to say no longer counts.
    let isReplaced = false;
    return lane.source.create({
      onConfig: (avcC, colorSpace) => {
        if (!isReplaced) this.#events.onConfig(track, avcC, colorSpace);
      },
      onFrame: (slot, isKey, data) => {
        if (isReplaced) return;
        const sentAt = lane.sent.get(slot) ?? performance.now();
        lane.sent.delete(slot);
        this.#events.onFrame({ track, slot, isKey, data, delayMs: performance.now() - sentAt });
        this.#wake();
      },
      onFailure: (cause) => {
        if (isReplaced) return;
        isReplaced = true;
        this.#onFailure(lane, cause);
      },
    });
  }

  #onFailure(lane: Lane, cause: Error): void {
    if (this.#isClosed || lane.state.kind !== 'running') return;
    lane.state.encoder.close();
    lane.state = { kind: 'changing' };
    this.#events.onStopped?.(lane.rendition.track);
    const lost = [...lane.sent.keys()];
    lane.sent.clear();
    if (lost.length > 0) this.#events.onLost(lane.rendition.track, lost);
    this.#replace(lane, cause).catch((error: unknown) => this.#giveUp(lane, error));
  }

  /** A new encoder of the same implementation goes on with a key frame; after too many it is one of the next. */
  async #replace(lane: Lane, cause: unknown): Promise<void> {
    for (let why = cause; ; ) {
      const { failures, next } = afterFailure(lane.failures, performance.now());
      lane.failures = failures;
      // The next one may have to be loaded first: should it be needed, it is there.
      if (next === 'again') this.#warmNext(lane);
      else {
        const source = await this.#nextSource(lane, why);
        lane.source = source;
        lane.failures = [];
      }
      try {
        const encoder = await this.#create(lane);
        if (this.#isClosed) encoder.close();
        lane.state = { kind: 'running', encoder };
        lane.needsKey = true;
        // The slots that waited are asked for again.
        this.#events.onLost(lane.rendition.track, []);
        this.#wake();
        return;
      } catch (error) {
        why = error;
      }
    }
  }

  #warmNext({ source, task }: Lane): void {
    const name = this.#encoders[this.#encoders.indexOf(source.name) + 1];
    if (name !== undefined) OPEN[name](task).catch(() => undefined);
  }

  async #nextSource(lane: Lane, cause: unknown): Promise<EncoderSource> {
    const left = this.#encoders.slice(this.#encoders.indexOf(lane.source.name) + 1);
    const source = await openFirst(left, lane.task, cause);
    // Viewers were told when parts come: an encoder that keeps more than the last would bring each of them too late.
    if (source.heldFrames > lane.source.heldFrames) throw cause;
    return source;
  }

  #giveUp(lane: Lane, cause: unknown): void {
    lane.state = { kind: 'ended' };
    this.#wake();
    if (this.#isClosed) return;
    const { track, height } = lane.rendition;
    const who = lane.source.name === 'wasm' ? 'The fallback encoder (ffmpeg.wasm)' : 'This browser’s video encoder';
    const what = lane.source.name === 'wasm' ? 'close other programs' : 'use a smaller camera picture';
    const sentence = `${who} stopped at ${height}p. Reload the page, or ${what}.`;
    this.#events.onError(track, new StageError('encode', 'encoder_failed', sentence, { cause }));
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** The first that works. Rejects with the reason of the last one that was asked, or with `cause` when there is none. */
async function openFirst(names: readonly EncoderName[], task: EncodeTask, cause?: unknown): Promise<EncoderSource> {
  let reason = cause;
  for (const name of ENCODER_NAMES.filter((one) => names.includes(one))) {
    try {
      const source = await OPEN[name](task);
      if (source !== undefined) return source;
    } catch (error) {
      reason = error;
    }
  }
  if (reason !== undefined) throw reason;
  const sentence = names.includes('wasm')
    ? 'Neither this browser’s video encoder nor the fallback encoder (ffmpeg.wasm) works here. Use another browser.'
    : 'This browser cannot encode H.264 video. Use a current Chrome, Edge, Firefox or Safari on a computer, or Chrome on an Android phone.';
  throw new StageError('encode', 'no_encoder', sentence);
}
