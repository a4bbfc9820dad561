import type { EncoderName } from '../src/encode/encoder-choice.ts';
import type { Rung } from '../src/encode/ladder.ts';
import type { PictureContent } from '../src/encode/scene.ts';
import type { StageError } from '../src/protocol/errors.ts';
import type { FrameRate } from '../src/protocol/grid.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { EncoderLane, type LaneFrame } from './encoder-lane.ts';
import { openFirst, warm } from './open-encoder.ts';

export interface Rendition extends Rung {
  readonly track: TrackId;
}

export interface EncodedFrame extends LaneFrame {
  readonly track: TrackId;
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

/**
 * One picture in, one encoded frame for each rendition out. The caller owns the pictures and closes them. Not tied to a
 * camera: files go through the same code with `ready()`.
 */
export class EncodeCore {
  readonly #events: EncodeCoreEvents;
  readonly #options: EncodeCoreOptions;
  readonly #lanes = new Map<TrackId, EncoderLane>();
  readonly #waiters: (() => void)[] = [];
  #isClosed = false;

  private constructor(options: EncodeCoreOptions, events: EncodeCoreEvents) {
    this.#events = events;
    this.#options = options;
  }

  /** Rejects with StageError `no_encoder` or `no_fallback` when nothing here encodes H.264 in that size. */
  static async open(options: EncodeCoreOptions, events: EncodeCoreEvents): Promise<EncodeCore> {
    const core = new EncodeCore(options, events);
    try {
      for (const rendition of options.renditions)
        core.#lanes.set(rendition.track, await EncoderLane.open(core.#laneOf(rendition)));
    } catch (cause) {
      core.close();
      throw cause;
    }
    return core;
  }

  /** The implementation in use; where renditions differ, the one that is not the browser's own. */
  get encoder(): EncoderName {
    return [...this.#lanes.values()].find(({ encoder }) => encoder !== 'webcodecs')?.encoder ?? 'webcodecs';
  }

  /** How many frames more than others the encoders keep inside before the first comes out: their delay, in slots. */
  get heldFrames(): number {
    return Math.max(0, ...[...this.#lanes.values()].map(({ heldFrames }) => heldFrames));
  }

  /** Frames handed in that have not come out. */
  inFlight(track: TrackId): number {
    return this.#lanes.get(track)?.inFlight ?? 0;
  }

  /** The same, beyond those that the encoder always keeps: what says whether it is behind. No end without an encoder. */
  backlog(track: TrackId): number {
    return this.#lanes.get(track)?.backlog ?? Number.POSITIVE_INFINITY;
  }

  /** Hands one picture to the named renditions, or to all, as slot `slot`. The picture stays the caller's. */
  encode(picture: VideoFrame, slot: number, isKey: boolean, tracks: Iterable<TrackId> = this.#lanes.keys()): void {
    const slotMicros = 1_000_000 / this.#options.frameRate;
    const stamped = new VideoFrame(picture, {
      timestamp: Math.round(slot * slotMicros),
      duration: Math.round(slotMicros),
    });
    try {
      for (const track of tracks) this.#lanes.get(track)?.encode(stamped, slot, isKey);
    } finally {
      stamped.close();
    }
  }

  /** What the pictures are like from the next key frame on. */
  setContentHint(contentHint: PictureContent): void {
    for (const lane of this.#lanes.values()) lane.setContentHint(contentHint);
  }

  /** Begins anew with a rendition that was given up, from the best implementation on. Rejects when none works. */
  async revive(track: TrackId): Promise<void> {
    await this.#lanes.get(track)?.revive(this.heldFrames);
  }

  /** Called some fifty times a second: an encoder that has hung is replaced. */
  rescueHung(): void {
    for (const lane of this.#lanes.values()) lane.rescueIfHung(performance.now());
  }

  /** Resolves when every encoder holds fewer than `cap` frames, beyond those it always keeps: back-pressure for sources that can wait. */
  async ready(cap: number): Promise<void> {
    await this.#until((lane) => lane.isGone || lane.backlog < cap);
  }

  /** Everything handed in has come out when this resolves. */
  async flush(): Promise<void> {
    await this.#until((lane) => !lane.isChanging);
    await Promise.all([...this.#lanes.values()].map((lane) => lane.flush()));
  }

  close(): void {
    this.#isClosed = true;
    for (const lane of this.#lanes.values()) lane.close();
    this.#wake();
  }

  #laneOf({ track, width, height, bitrateBps }: Rendition): Parameters<typeof EncoderLane.open>[0] {
    const { frameRate, gopSeconds, latencyMode, contentHint, encoders = ['webcodecs'] } = this.#options;
    const keyEverySlots = frameRate * gopSeconds;
    const size = { width, height, bitrateBps };
    return {
      task: { ...size, frameRate, keyEverySlots, latencyMode, ...(contentHint && { contentHint }) },
      encoders,
      openFirst,
      warm,
      onFrame: (frame) => this.#events.onFrame({ track, ...frame }),
      onConfig: (avcC, colorSpace) => this.#events.onConfig(track, avcC, colorSpace),
      onLost: (slots) => this.#events.onLost(track, slots),
      onStopped: () => this.#events.onStopped?.(track),
      onGone: (error) => this.#events.onError(track, error),
      onChange: () => this.#wake(),
    };
  }

  /** Of every lane; looked at again whenever one has changed. */
  async #until(isSo: (lane: EncoderLane) => boolean): Promise<void> {
    while (!this.#isClosed && ![...this.#lanes.values()].every(isSo))
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
