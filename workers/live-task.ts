import { parameterSets, withSets } from '../src/encode/avcc.ts';
import { ChunkSplitter } from '../src/lib/chunk-splitter.ts';
import { writePart } from '../src/package/cmaf-part.ts';
import { type ClosedPart, VideoAssembler } from '../src/package/part-assembler.ts';
import { samplesOfPart } from '../src/package/part-samples.ts';
import { StageError } from '../src/protocol/errors.ts';
import {
  firstSlotOfPart,
  isKeySlot,
  type PartIndex,
  partWithinSegment,
  SEGMENT_SECONDS,
  slotTicks,
  VIDEO_TIMESCALE,
} from '../src/protocol/grid.ts';
import type { LendJoined, LendLive } from '../src/protocol/lend.ts';
import { millis } from '../src/protocol/time.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { EncodeCore } from './encode-core.ts';
import type { LendClient } from './lend-client.ts';
import { renditionsOf } from './lend-probe.ts';
import { type LivePart, LiveSender } from './live-sender.ts';

export interface LiveTaskOptions {
  readonly client: LendClient;
  readonly joined: LendJoined;
  readonly live: LendLive;
  /** `avcC` of the source. */
  readonly description: Uint8Array<ArrayBuffer>;
  readonly segment: number;
  /** The first part to make: it begins with a key frame. */
  readonly fromPart: PartIndex;
  readonly onSlots: (slots: number) => void;
}

/** Frames between the decoder and the encoders; more wait as packets. */
const MAX_FRAMES = 4;

/**
 * One segment of a live, or its rest: the growing source is decoded once, from the key frame before, and every
 * rendition of it goes out part by part. Runs until the segment is whole, or `end`.
 */
export class LiveTask {
  readonly segment: number;
  readonly #options: LiveTaskOptions;
  readonly #ending = new AbortController();
  readonly #assemblers: ReadonlyMap<TrackId, VideoAssembler>;
  readonly #sets = new Map<TrackId, Uint8Array>();
  readonly #ticks = new Map<PartIndex, LivePart[]>();
  readonly #sender: LiveSender;
  readonly #firstSlot: number;
  #slots = 0;
  #failure: unknown;
  #encoding: Promise<void> = Promise.resolve();
  #waiting = 0;
  #core: EncodeCore | undefined;

  constructor(options: LiveTaskOptions) {
    const { joined, segment, fromPart, client } = options;
    const { frameRate, partsPerSegment } = joined.grid;
    this.segment = segment;
    this.#options = options;
    this.#firstSlot = firstSlotOfPart(fromPart, frameRate, partsPerSegment);
    this.#assemblers = new Map(
      joined.tracks.map(({ id }) => [id, new VideoAssembler(id, joined.grid, this.#firstSlot)]),
    );
    this.#sender = new LiveSender(client, segment, () => this.end());
  }

  /** 0 to 1. */
  get progress(): number {
    return this.#slots / (SEGMENT_SECONDS * this.#options.joined.grid.frameRate);
  }

  get isEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  end(): void {
    this.#ending.abort();
  }

  /** Rejects when it cannot go on; what was sent until then counts. */
  async run(): Promise<void> {
    const { joined } = this.#options;
    const { frameRate, gopSeconds } = joined.grid;
    const core = await EncodeCore.open(
      { renditions: renditionsOf(joined), frameRate, gopSeconds, latencyMode: 'realtime' },
      {
        // In front of every key frame, as in the creator's own: what the init segment does not say of colours is said there.
        onConfig: (track, avcC) => this.#sets.set(track, parameterSets(avcC)),
        onFrame: ({ track, slot, isKey, data }) => this.#assemble(track, slot, isKey, data),
        onLost: (track) => this.#fail(new StageError('encode', 'frame_lost', `An encoder lost a picture of ${track}.`)),
        onError: (_track, error) => this.#fail(error),
      },
    );
    this.#core = core;
    const decoder = new VideoDecoder({
      output: (frame) => this.#push(frame),
      error: (cause) => this.#fail(cause),
    });
    try {
      decoder.configure({
        codec: this.#options.live.source.codecs,
        description: this.#options.description,
        optimizeForLatency: true,
      });
      await this.#read(decoder);
      if (!this.isEnded) await decoder.flush();
      await this.#encoding;
      if (!this.isEnded) await core.flush();
      await this.#sender.finish();
    } finally {
      if (decoder.state !== 'closed') decoder.close();
      core.close();
      this.end();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #read(decoder: VideoDecoder): Promise<void> {
    const { client, joined, segment, fromPart } = this.#options;
    const { partsPerSegment, frameRate, gopSeconds } = joined.grid;
    const gopParts = (partsPerSegment * gopSeconds) / SEGMENT_SECONDS;
    const within = partWithinSegment(fromPart, partsPerSegment);
    const stream = await client.liveSource(segment, within - (within % gopParts), this.#ending.signal);
    const splitter = new ChunkSplitter(VIDEO_TIMESCALE, partsPerSegment);
    const reader = stream.getReader();
    let isFirst = true;
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#failure !== undefined || decoder.state !== 'configured') return;
      for (const { bytes } of splitter.push(value)) {
        const { startTicks, samples } = samplesOfPart(bytes);
        for (const [i, data] of samples.entries()) {
          const slot = Math.round((startTicks * frameRate) / VIDEO_TIMESCALE) + i;
          const isKey = isFirst || isKeySlot(slot, joined.grid);
          isFirst = false;
          decoder.decode(
            new EncodedVideoChunk({
              type: isKey ? 'key' : 'delta',
              timestamp: Math.round((slot * 1_000_000) / frameRate),
              data,
            }),
          );
        }
        while (this.#waiting > MAX_FRAMES && this.#failure === undefined && !this.isEnded) await this.#encoding;
      }
    }
  }

  /** Takes ownership. */
  #push(frame: VideoFrame): void {
    this.#waiting++;
    this.#encoding = this.#encoding
      .then(() => this.#encode(frame))
      .catch((cause: unknown) => this.#fail(cause))
      .finally(() => {
        frame.close();
        this.#waiting--;
      });
  }

  async #encode(frame: VideoFrame): Promise<void> {
    const core = this.#core;
    const { grid } = this.#options.joined;
    const slot = Math.round((frame.timestamp * grid.frameRate) / 1_000_000);
    if (core === undefined || slot < this.#firstSlot || this.isEnded || this.#failure !== undefined) return;
    await core.ready(MAX_FRAMES);
    core.encode(frame, slot, slot === this.#firstSlot || isKeySlot(slot, grid));
    this.#slots++;
    this.#options.onSlots(1);
  }

  #assemble(track: TrackId, slot: number, isKey: boolean, data: Uint8Array): void {
    try {
      const whole = isKey ? withSets(this.#sets.get(track) ?? new Uint8Array(), data) : data;
      const closed = this.#assemblers.get(track)?.add(slot, isKey, whole);
      if (closed !== undefined) this.#close(closed);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** A tick goes out when its last rendition is there. */
  #close({ track, part, samples }: ClosedPart): void {
    const { joined } = this.#options;
    const { partsPerSegment, frameRate } = joined.grid;
    const firstSlot = firstSlotOfPart(part, frameRate, partsPerSegment);
    const capturedAtMs = millis(
      joined.availabilityStartMs + (slotTicks(firstSlot, frameRate) * 1000) / VIDEO_TIMESCALE,
    );
    const bytes = writePart({ kind: 'video', part, partsPerSegment, capturedAtMs, samples });
    const tick = [...(this.#ticks.get(part) ?? []), { track, part, bytes }];
    this.#ticks.set(part, tick);
    if (tick.length < this.#assemblers.size) return;
    this.#ticks.delete(part);
    this.#sender.add(tick);
  }

  #fail(cause: unknown): void {
    if (this.isEnded) return;
    this.#failure ??= cause;
    this.end();
  }
}
