import { mendAvcC } from '../src/encode/avcc.ts';
import { h264Candidates } from '../src/encode/codec-candidates.ts';
import type { Rung } from '../src/encode/ladder.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { FrameRate } from '../src/protocol/grid.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { tryEncoder } from './encoder-trial.ts';

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
  /** The rendition is given up. */
  onError(track: TrackId, error: StageError): void;
}

export interface EncodeCoreOptions {
  readonly renditions: readonly Rendition[];
  readonly frameRate: FrameRate;
  /** `realtime` for a camera, `quality` for a file. */
  readonly latencyMode: LatencyMode;
  readonly contentHint?: 'motion' | 'detail';
}

interface Lane {
  readonly rendition: Rendition;
  /** Frames that this encoder keeps inside, beyond what any does. */
  readonly heldFrames: number;
  config: VideoEncoderConfig;
  encoder: VideoEncoder;
  /** Slots inside the encoder with the time they went in. */
  readonly sent: Map<number, number>;
  hasConfig: boolean;
  needsKey: boolean;
  failures: number[];
}

const FAILURE_WINDOW_MS = 30_000;
const MAX_FAILURES = 3;
/** An encoder that gives nothing for this long has hung. */
const HANG_MS = 3_000;

/**
 * One picture in, one encoded frame for each rendition out. Every encoder scales by itself on its own thread. The
 * caller owns the pictures and closes them. Not tied to a camera: files go through the same code with `ready()`.
 */
export class EncodeCore {
  readonly #events: EncodeCoreEvents;
  readonly #frameRate: FrameRate;
  readonly #lanes: Lane[] = [];
  readonly #waiters: (() => void)[] = [];
  #isClosed = false;

  private constructor(options: EncodeCoreOptions, events: EncodeCoreEvents) {
    this.#events = events;
    this.#frameRate = options.frameRate;
  }

  /** Rejects with StageError `no_encoder` when this browser cannot encode H.264 in that size. */
  static async open(options: EncodeCoreOptions, events: EncodeCoreEvents): Promise<EncodeCore> {
    const core = new EncodeCore(options, events);
    for (const rendition of options.renditions) {
      const { config, heldFrames } = await supportedConfig(rendition, options);
      const lane: Lane = {
        rendition,
        heldFrames,
        config,
        encoder: undefined as unknown as VideoEncoder,
        sent: new Map(),
        hasConfig: false,
        needsKey: false,
        failures: [],
      };
      lane.encoder = core.#create(lane);
      core.#lanes.push(lane);
    }
    return core;
  }

  get tracks(): readonly TrackId[] {
    return this.#lanes.map((lane) => lane.rendition.track);
  }

  /** How many frames more than others the encoders keep inside before the first comes out: their delay, in slots. */
  get heldFrames(): number {
    return Math.max(0, ...this.#lanes.map((lane) => lane.heldFrames));
  }

  /** Frames handed in that have not come out. */
  inFlight(track: TrackId): number {
    return this.#lane(track)?.sent.size ?? 0;
  }

  /** The same, beyond those that the encoder always keeps: what says whether it is behind. */
  backlog(track: TrackId): number {
    const lane = this.#lane(track);
    return lane === undefined ? 0 : Math.max(0, lane.sent.size - lane.heldFrames);
  }

  /** Hands one picture to the named renditions as slot `slot`. The picture stays the caller's. */
  encode(picture: VideoFrame, slot: number, isKey: boolean, tracks: readonly TrackId[] = this.tracks): void {
    const slotMicros = 1_000_000 / this.#frameRate;
    const stamped = new VideoFrame(picture, {
      timestamp: Math.round(slot * slotMicros),
      duration: Math.round(slotMicros),
    });
    try {
      for (const track of tracks) {
        const lane = this.#lane(track);
        if (lane === undefined || this.#isClosed) continue;
        if (lane.encoder.state !== 'configured') continue;
        lane.sent.set(slot, performance.now());
        lane.encoder.encode(stamped, { keyFrame: isKey || lane.needsKey });
        lane.needsKey = false;
      }
    } finally {
      stamped.close();
    }
  }

  /** Called now and then: an encoder that has hung is replaced. */
  rescueHung(): void {
    for (const lane of this.#lanes) {
      const [oldest] = lane.sent.values();
      const heldMs = (lane.heldFrames * 1000) / this.#frameRate;
      if (oldest !== undefined && performance.now() - oldest > HANG_MS + heldMs)
        this.#onFailure(lane, new Error(`no frame from the encoder of ${lane.rendition.track} for ${HANG_MS} ms`));
    }
  }

  /** Resolves when every encoder holds fewer than `cap` frames, beyond those it always keeps: back-pressure for sources that can wait. */
  async ready(cap: number): Promise<void> {
    while (!this.#isClosed && this.#lanes.some((lane) => lane.sent.size - lane.heldFrames >= cap)) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Everything handed in has come out when this resolves. */
  async flush(): Promise<void> {
    const running = this.#lanes.filter((lane) => lane.encoder.state === 'configured');
    await Promise.all(running.map((lane) => lane.encoder.flush()));
  }

  close(): void {
    this.#isClosed = true;
    for (const lane of this.#lanes) if (lane.encoder.state !== 'closed') lane.encoder.close();
    this.#wake();
  }

  #lane(track: TrackId): Lane | undefined {
    return this.#lanes.find((lane) => lane.rendition.track === track);
  }

  #create(lane: Lane): VideoEncoder {
    const encoder = new VideoEncoder({
      // What a replaced encoder still has to say no longer counts.
      output: (chunk, metadata) => {
        if (lane.encoder === encoder) this.#onChunk(lane, chunk, metadata);
      },
      error: (cause) => {
        if (lane.encoder === encoder) this.#onFailure(lane, cause);
      },
    });
    encoder.configure(lane.config);
    return encoder;
  }

  #onChunk(lane: Lane, chunk: EncodedVideoChunk, metadata: EncodedVideoChunkMetadata | undefined): void {
    const slot = Math.round((chunk.timestamp * this.#frameRate) / 1_000_000);
    const [expected] = lane.sent.keys();
    if (expected !== slot) {
      // Encoders may leave frames out in realtime mode, and every slot needs one.
      lane.config = { ...lane.config, latencyMode: 'quality' };
      this.#onFailure(lane, new Error(`slot ${slot} came where ${expected} was due`));
      return;
    }
    const sentAt = lane.sent.get(slot);
    lane.sent.delete(slot);
    const { track } = lane.rendition;
    const description = metadata?.decoderConfig?.description;
    if (description !== undefined) {
      lane.hasConfig = true;
      this.#events.onConfig(track, mendAvcC(bytesOf(description)), metadata?.decoderConfig?.colorSpace);
    }
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const delayMs = performance.now() - (sentAt ?? performance.now());
    this.#events.onFrame({ track, slot, isKey: chunk.type === 'key', data, delayMs });
    this.#wake();
  }

  /** A new encoder with the same configuration goes on with a key frame; too many of them are an end. */
  #onFailure(lane: Lane, cause: Error): void {
    if (this.#isClosed) return;
    const now = performance.now();
    lane.failures = [...lane.failures.filter((at) => now - at < FAILURE_WINDOW_MS), now];
    const lost = [...lane.sent.keys()];
    lane.sent.clear();
    if (lane.encoder.state !== 'closed') lane.encoder.close();
    this.#wake();
    const { track, height } = lane.rendition;
    if (lane.failures.length >= MAX_FAILURES) {
      const sentence = `This browser's video encoder stopped at ${height}p. Reload the page, or use a smaller camera picture.`;
      this.#events.onError(track, new StageError('encode', 'encoder_failed', sentence, { cause }));
      return;
    }
    lane.encoder = this.#create(lane);
    lane.needsKey = true;
    if (lost.length > 0) this.#events.onLost(track, lost);
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

async function supportedConfig(
  rendition: Rendition,
  options: EncodeCoreOptions,
): Promise<{ config: VideoEncoderConfig; heldFrames: number }> {
  const { width, height, bitrateBps } = rendition;
  if (typeof VideoEncoder !== 'undefined') {
    for (const codec of h264Candidates(width, height, options.frameRate)) {
      const config: VideoEncoderConfig = {
        codec,
        width,
        height,
        bitrate: bitrateBps,
        framerate: options.frameRate,
        latencyMode: options.latencyMode,
        bitrateMode: 'variable',
        avc: { format: 'avc' },
        ...(options.contentHint === undefined ? {} : { contentHint: options.contentHint }),
      };
      if (!(await isSupported(config))) continue;
      const trial = await tryEncoder(codec, options.latencyMode);
      if (trial.kind === 'usable') return { config, heldFrames: trial.heldFrames };
    }
  }
  throw new StageError(
    'encode',
    'no_encoder',
    'This browser cannot encode H.264 video. Use a current Chrome, Edge, Firefox or Safari on a computer.',
  );
}

/** Some browsers throw where they should answer no. */
async function isSupported(config: VideoEncoderConfig): Promise<boolean> {
  try {
    return (await VideoEncoder.isConfigSupported(config)).supported === true;
  } catch {
    return false;
  }
}

/** A copy: the encoder may reuse its own. */
function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  const view = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return new Uint8Array(view);
}
