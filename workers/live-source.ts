import { ChunkSplitter, type FeedChunk } from '../src/lib/chunk-splitter.ts';
import { partsToDecode } from '../src/mapreduce/live-stand-by.ts';
import { samplesOfPart } from '../src/package/part-samples.ts';
import {
  type Grid,
  isKeySlot,
  type PartIndex,
  partWithinSegment,
  SEGMENT_SECONDS,
  VIDEO_TIMESCALE,
} from '../src/protocol/grid.ts';
import type { LendClient } from './lend-client.ts';

export interface LiveSourceOptions {
  readonly client: LendClient;
  readonly grid: Grid;
  readonly segment: number;
  /** Reading begins at the key picture before it. */
  readonly fromPart: PartIndex;
  readonly codecs: string;
  /** `avcC` of the source. */
  readonly description: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** Takes ownership. `slots`: for how many it stands, from its own on. */
  readonly onFrame: (frame: VideoFrame, slots: number) => void;
  /** Resolves when more pictures can be taken. */
  readonly room: () => Promise<void>;
  readonly onError: (cause: unknown) => void;
}

/**
 * The growing segment that others are made from, decoded once. Until `begin` it is only followed: read to its end and
 * decoded up to a little before, so that the first missing part is the next to be decoded, or soon.
 */
export class LiveSource {
  readonly #options: LiveSourceOptions;
  readonly #decoder: VideoDecoder;
  readonly #begun: Promise<void>;
  /** Read, and not decoded yet. */
  readonly #held: FeedChunk[] = [];
  /** For how many slots the pictures stand that are in the decoder, by timestamp. */
  readonly #slots = new Map<number, number>();
  readonly #firstPart: PartIndex;
  #nextPart: PartIndex;
  #isMaking = false;
  #onBegun: () => void = () => undefined;
  #decoding: Promise<void> = Promise.resolve();

  constructor(options: LiveSourceOptions) {
    const { grid, fromPart, signal, onFrame, onError } = options;
    const gopParts = (grid.partsPerSegment * grid.gopSeconds) / SEGMENT_SECONDS;
    this.#options = options;
    this.#firstPart = fromPart - (partWithinSegment(fromPart, grid.partsPerSegment) % gopParts);
    this.#nextPart = this.#firstPart;
    this.#decoder = new VideoDecoder({
      output: (frame) => {
        const slots = this.#slots.get(frame.timestamp) ?? 1;
        this.#slots.delete(frame.timestamp);
        onFrame(frame, slots);
      },
      error: onError,
    });
    this.#begun = new Promise((resolve) => {
      this.#onBegun = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  }

  /** All there is from here on is decoded. False: it has been decoded beyond that, and somebody has to read it anew. */
  begin(fromPart: PartIndex): boolean {
    if (fromPart < this.#nextPart) return false;
    this.#isMaking = true;
    this.#onBegun();
    void this.#decode();
    return true;
  }

  /** Resolves when the segment is whole and all of it is decoded, or at `signal`. */
  async run(): Promise<void> {
    const { codecs, description, signal } = this.#options;
    try {
      this.#decoder.configure({ codec: codecs, description, optimizeForLatency: true });
      await this.#read();
      await this.#begun;
      await this.#decoding;
      if (!signal.aborted) await this.#decoder.flush();
    } finally {
      if (this.#decoder.state !== 'closed') this.#decoder.close();
    }
  }

  async #read(): Promise<void> {
    const { client, grid, segment, signal } = this.#options;
    const within = partWithinSegment(this.#firstPart, grid.partsPerSegment);
    const stream = await client.liveSource(segment, within, signal);
    const splitter = new ChunkSplitter(VIDEO_TIMESCALE, grid.partsPerSegment);
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      this.#held.push(...splitter.push(value));
      await this.#decode();
    }
  }

  #decode(): Promise<void> {
    this.#decoding = this.#decoding.then(() => this.#decodeHeld()).catch(this.#options.onError);
    return this.#decoding;
  }

  async #decodeHeld(): Promise<void> {
    while (partsToDecode(this.#held.length, this.#isMaking) > 0 && this.#decoder.state === 'configured') {
      const chunk = this.#held.shift();
      if (chunk === undefined) return;
      this.#decodePart(chunk);
      await this.#options.room();
    }
  }

  #decodePart({ part, bytes }: FeedChunk): void {
    const { grid } = this.#options;
    const isFirst = this.#nextPart === this.#firstPart;
    const slotsOf = (ticks: number): number => Math.round((ticks * grid.frameRate) / VIDEO_TIMESCALE);
    this.#nextPart = part + 1;
    for (const [i, { startTicks, durationTicks, data }] of samplesOfPart(bytes).entries()) {
      const slot = slotsOf(startTicks);
      const isKey = (isFirst && i === 0) || isKeySlot(slot, grid);
      const timestamp = Math.round((slot * 1_000_000) / grid.frameRate);
      this.#slots.set(timestamp, slotsOf(durationTicks));
      this.#decoder.decode(new EncodedVideoChunk({ type: isKey ? 'key' : 'delta', timestamp, data }));
    }
  }
}
