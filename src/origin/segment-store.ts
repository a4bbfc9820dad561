import type { PartIndex, PartsPerSegment } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import { originalId, type TrackId } from '../protocol/track.ts';
import type { RangeSet } from './ranges.ts';
import { holeOf } from './timeline.ts';

/** `full`: the disk has no room. `failing`: it does not take writes for another reason. Reading goes on in both. */
export type StoreHealth = 'ok' | 'full' | 'failing';

/** A complete segment, immutable: its parts lie one after the other in one place. */
export interface StoredSegment {
  readonly bytes: number;
  /** SHA-256 over the digests of its parts, hex: the strong ETag. */
  readonly etag: string;
  /** `[from, to)` of the segment's bytes, as they are read; the Buffers are shared. */
  read(from: number, to: number): AsyncIterable<Buffer>;
}

/** What is known of a broadcast's shape when it is opened; nothing before it started. */
export interface StoreShape {
  readonly partsPerSegment: PartsPerSegment;
  /** For each track the index after its last part, once the creator has ended. */
  readonly endParts?: Readonly<Record<TrackId, PartIndex>>;
  /** Declared holes: a segment is complete where one begins, and what lies in one is let go of. */
  readonly holes?: readonly PartRange[];
}

/** The half-open range of parts that a segment of a track has when it is complete. */
export function partsOfSegment(shape: StoreShape, track: TrackId, segment: number): PartRange {
  const from = segment * shape.partsPerSegment;
  const to = from + shape.partsPerSegment;
  const hole = holeOf(from, shape.partsPerSegment, shape.holes ?? []);
  return { from, to: Math.min(to, shape.endParts?.[originalId(track)] ?? to, hole?.from ?? to) };
}

/** The bytes of one broadcast. Every view (piece, feed, range) is a slice of it. */
export interface BroadcastStore {
  /** Must be called once, before the first part, and again when the end or a hole is known: segments may be short. */
  setShape(shape: StoreShape): void;
  /** Takes the part: readable at once, durable when `durable` says so. The bytes must not change any more. */
  append(track: TrackId, part: PartIndex, bytes: Buffer, digest: Buffer): 'stored' | 'full' | 'busy';
  /** Undefined when the part is not there. */
  digestOf(track: TrackId, part: PartIndex): Buffer | undefined | Promise<Buffer | undefined>;
  /** One Buffer a part, only those of `[from, to)` that are there. */
  read(track: TrackId, from: PartIndex, to: PartIndex): Promise<readonly Buffer[]>;
  stored(track: TrackId): RangeSet;
  durable(track: TrackId): RangeSet;
  /** The segment, when all of it is in and lies in its final place. */
  segment(track: TrackId, segment: number): Promise<StoredSegment | undefined>;
  /** Durable when the promise resolves. */
  putInit(key: string, bytes: Buffer): Promise<void>;
  /** By `initKey`. */
  inits(): ReadonlyMap<string, Buffer>;
  putPoster(bytes: Buffer): Promise<void>;
  poster(): Promise<Buffer | undefined>;
  /** The small pictures of one segment. */
  putStrip(segment: number, bytes: Buffer): Promise<void>;
  strip(segment: number): Promise<Buffer | undefined>;
  /** Segments that have one. */
  strips(): RangeSet;
  /** Resolves when everything taken so far is durable, or with the health that prevents it. */
  sync(): Promise<StoreHealth>;
  close(): Promise<void>;
}

export interface SegmentStore {
  /** Opens or creates; what an earlier process left is readable when the promise resolves. */
  open(id: string, shape: StoreShape | undefined): Promise<BroadcastStore>;
  remove(id: string): Promise<void>;
  /** What a broadcast takes; 0 when it has nothing. */
  bytesOf(id: string): Promise<number>;
  health(): StoreHealth;
}
