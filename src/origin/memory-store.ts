import { createHash } from 'node:crypto';
import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { RangeSet } from './ranges.ts';
import {
  type BroadcastStore,
  partsOfSegment,
  type SegmentStore,
  type StoredSegment,
  type StoreShape,
} from './segment-store.ts';

interface Entry {
  readonly bytes: Buffer;
  readonly digest: Buffer;
}

class MemoryBroadcastStore implements BroadcastStore {
  readonly #parts = new Map<TrackId, Map<PartIndex, Entry>>();
  readonly #stored = new Map<TrackId, RangeSet>();
  readonly #inits = new Map<string, Buffer>();
  #poster: Buffer | undefined;
  readonly #strips = new Map<number, Buffer>();
  readonly #stripSet = new RangeSet();
  #shape: StoreShape | undefined;

  setShape(shape: StoreShape): void {
    this.#shape = shape;
    for (const { from, to } of shape.holes ?? []) {
      for (const ranges of this.#stored.values()) ranges.removeRange(from, to);
      for (const parts of this.#parts.values()) for (let part = from; part < to; part++) parts.delete(part);
    }
  }

  append(track: TrackId, part: PartIndex, bytes: Buffer, digest: Buffer): 'stored' {
    const parts = this.#parts.get(track) ?? new Map<PartIndex, Entry>();
    this.#parts.set(track, parts);
    parts.set(part, { bytes, digest });
    this.stored(track).add(part);
    return 'stored';
  }

  digestOf(track: TrackId, part: PartIndex): Buffer | undefined {
    return this.#parts.get(track)?.get(part)?.digest;
  }

  async read(track: TrackId, from: PartIndex, to: PartIndex): Promise<readonly Buffer[]> {
    return this.#entries(track, from, to).map((entry) => entry.bytes);
  }

  stored(track: TrackId): RangeSet {
    const ranges = this.#stored.get(track) ?? new RangeSet();
    this.#stored.set(track, ranges);
    return ranges;
  }

  durable(track: TrackId): RangeSet {
    return this.stored(track);
  }

  async segment(track: TrackId, segment: number): Promise<StoredSegment | undefined> {
    if (this.#shape === undefined) return undefined;
    const { from, to } = partsOfSegment(this.#shape, track, segment);
    if (from >= to || !this.stored(track).covers(from, to)) return undefined;
    const entries = this.#entries(track, from, to);
    const hash = createHash('sha256');
    for (const entry of entries) hash.update(entry.digest);
    const all = Buffer.concat(entries.map((entry) => entry.bytes));
    return {
      bytes: all.length,
      etag: hash.digest('hex'),
      async *read(start, end) {
        yield all.subarray(start, end);
      },
    };
  }

  async putInit(key: string, bytes: Buffer): Promise<void> {
    this.#inits.set(key, bytes);
  }

  inits(): ReadonlyMap<string, Buffer> {
    return this.#inits;
  }

  async putPoster(bytes: Buffer): Promise<void> {
    this.#poster = bytes;
  }

  async poster(): Promise<Buffer | undefined> {
    return this.#poster;
  }

  async putStrip(segment: number, bytes: Buffer): Promise<void> {
    this.#strips.set(segment, bytes);
    this.#stripSet.add(segment);
  }

  async strip(segment: number): Promise<Buffer | undefined> {
    return this.#strips.get(segment);
  }

  strips(): RangeSet {
    return this.#stripSet;
  }

  async sync(): Promise<'ok'> {
    return 'ok';
  }

  bytes(): number {
    let sum = 0;
    for (const parts of this.#parts.values()) for (const entry of parts.values()) sum += entry.bytes.length;
    for (const strip of this.#strips.values()) sum += strip.length;
    return sum;
  }

  async close(): Promise<void> {}

  #entries(track: TrackId, from: PartIndex, to: PartIndex): Entry[] {
    const parts = this.#parts.get(track);
    const found: Entry[] = [];
    for (let part = from; part < to; part++) {
      const entry = parts?.get(part);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }
}

/** Keeps everything in memory, for tests; reopening a broadcast finds what was there. */
export class MemorySegmentStore implements SegmentStore {
  readonly #broadcasts = new Map<string, MemoryBroadcastStore>();

  async open(id: string, shape: StoreShape | undefined): Promise<BroadcastStore> {
    const store = this.#broadcasts.get(id) ?? new MemoryBroadcastStore();
    this.#broadcasts.set(id, store);
    if (shape !== undefined) store.setShape(shape);
    return store;
  }

  async bytesOf(id: string): Promise<number> {
    return this.#broadcasts.get(id)?.bytes() ?? 0;
  }

  async remove(id: string): Promise<void> {
    this.#broadcasts.delete(id);
  }

  health(): 'ok' {
    return 'ok';
  }
}
