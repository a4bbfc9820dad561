import path from 'node:path';
import type { TrackId } from '../protocol/track.ts';
import { makeDirectoryDurably, TEMP_SUFFIX } from './durable-files.ts';
import type { FileSystem } from './file-system.ts';
import type { MediaCache } from './media-cache.ts';
import {
  type Block,
  DamagedSegment,
  type IndexedPart,
  partsOf,
  readIndex,
  readParts,
  type SegmentIndex,
  writeSegment,
} from './segment-file.ts';
import type { StoredSegment } from './segment-store.ts';

const SEGMENT_PATTERN = /^([0-9]{1,7})\.m4s$/;
/** Segment indices kept in memory per broadcast, about 4 kB each. */
const MAX_INDICES = 256;

/** Where files are, and what of finished ones is kept in memory for all broadcasts together. */
export interface Disk {
  readonly files: FileSystem;
  readonly cache: MediaCache;
}

/** The complete segments of one broadcast: a folder per track, a file and its index per segment. */
export class FiledSegments {
  readonly #files: FileSystem;
  readonly #cache: MediaCache;
  readonly #directory: string;
  readonly #onLost: (track: TrackId, segment: number) => void;
  readonly #known = new Map<TrackId, Set<number>>();
  readonly #indices = new Map<string, Promise<SegmentIndex>>();

  /** `onLost`: a segment turned out to be damaged or gone; it is not known any more. */
  constructor({ files, cache }: Disk, directory: string, onLost: (track: TrackId, segment: number) => void) {
    this.#files = files;
    this.#cache = cache;
    this.#directory = directory;
    this.#onLost = onLost;
  }

  has(track: TrackId, segment: number): boolean {
    return this.#known.get(track)?.has(segment) === true;
  }

  /** Removes what a crash left half-written and resolves with the segments that are there, of which none is known yet. */
  async find(track: TrackId): Promise<readonly number[]> {
    const folder = path.join(this.#directory, track);
    const names = new Set((await this.#files.list(folder)).map((entry) => entry.name));
    const found: number[] = [];
    for (const name of names) {
      if (name.endsWith(TEMP_SUFFIX)) await this.#files.remove(path.join(folder, name));
      const segment = Number(SEGMENT_PATTERN.exec(name)?.[1] ?? Number.NaN);
      // Power loss may keep one of two new names: without its index the parts are still in the journal.
      if (!Number.isNaN(segment) && names.has(`${segment}.idx`)) found.push(segment);
    }
    return found.toSorted((a, b) => a - b);
  }

  know(track: TrackId, segment: number): void {
    const known = this.#known.get(track) ?? new Set();
    this.#known.set(track, known.add(segment));
  }

  index(track: TrackId, segment: number): Promise<SegmentIndex> {
    const base = this.#base(track, segment);
    const known = this.#indices.get(base);
    if (known !== undefined) return known;
    const index = this.#sound(track, segment, readIndex(this.#files, base));
    index.catch(() => this.#indices.delete(base));
    return this.#remember(base, index);
  }

  /** The parts `[from, to)` counted within the segment, only those that it has, each compared with its digest. */
  async read(track: TrackId, segment: number, from: number, to: number): Promise<readonly Buffer[]> {
    const index = await this.index(track, segment);
    const last = Math.min(to, index.parts.length);
    if (from >= last) return [];
    if (!this.#isShared(track, segment, index))
      return partsOf(index, await this.#readParts(track, segment, index, from, last), from, from, last);
    const found: Buffer[] = [];
    for (const block of index.blocks) {
      const [start, end] = [Math.max(from, block.fromPart), Math.min(last, block.toPart)];
      if (start >= end) continue;
      const bytes = await this.#readBlock(track, segment, index, block);
      found.push(...partsOf(index, bytes, block.fromPart, start, end));
    }
    return found;
  }

  async stored(track: TrackId, segment: number): Promise<StoredSegment> {
    const index = await this.index(track, segment);
    return {
      bytes: index.offsets.at(-1) ?? 0,
      etag: index.etag,
      read: (from, to) =>
        this.#isShared(track, segment, index)
          ? this.#readBlocks(track, segment, index, from, to)
          : this.#readThrough(track, segment, from, to),
    };
  }

  /** Durable and known when the promise resolves. */
  async write(track: TrackId, segment: number, parts: readonly IndexedPart[], bytes: readonly Buffer[]): Promise<void> {
    const folder = path.join(this.#directory, track);
    await makeDirectoryDurably(this.#files, folder);
    const base = this.#base(track, segment);
    const index = await writeSegment(this.#files, base, parts, bytes);
    await this.#files.syncDirectory(folder);
    void this.#remember(base, Promise.resolve(index));
    this.know(track, segment);
  }

  #base(track: TrackId, segment: number): string {
    return path.join(this.#directory, track, String(segment));
  }

  /** By its digests too: what is filed again after it was lost may be cut into other blocks. */
  #name(track: TrackId, segment: number, { etag }: SegmentIndex): string {
    return `${this.#base(track, segment)} ${etag}`;
  }

  #isShared(track: TrackId, segment: number, index: SegmentIndex): boolean {
    return this.#cache.isWorthKeeping(this.#name(track, segment, index), index.offsets.at(-1) ?? 0);
  }

  #readParts(track: TrackId, segment: number, index: SegmentIndex, from: number, to: number): Promise<Buffer> {
    return this.#sound(track, segment, readParts(this.#files, this.#base(track, segment), index, from, to));
  }

  #readBlock(track: TrackId, segment: number, index: SegmentIndex, { fromPart, toPart }: Block): Promise<Buffer> {
    const load = (): Promise<Buffer> => this.#readParts(track, segment, index, fromPart, toPart);
    return this.#cache.read(this.#name(track, segment, index), fromPart, load);
  }

  /** As it lies on the disk: comparing it with its digests would cost more than reading it. */
  async *#readThrough(track: TrackId, segment: number, from: number, to: number): AsyncIterable<Buffer> {
    try {
      yield* this.#files.readStream(`${this.#base(track, segment)}.m4s`, from, to);
    } catch (error) {
      await this.#sound(track, segment, Promise.reject(error));
    }
  }

  async *#readBlocks(
    track: TrackId,
    segment: number,
    index: SegmentIndex,
    from: number,
    to: number,
  ): AsyncIterable<Buffer> {
    for (const block of index.blocks) {
      const [start, end] = [Math.max(from, block.fromByte), Math.min(to, block.toByte)];
      if (start >= end) continue;
      const bytes = await this.#readBlock(track, segment, index, block);
      yield bytes.subarray(start - block.fromByte, end - block.fromByte);
    }
  }

  /** A damaged segment is a missing one from now on: reported, never served, and its parts may be sent again. */
  async #sound<T>(track: TrackId, segment: number, reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof DamagedSegment || (error as NodeJS.ErrnoException).code === 'ENOENT') {
        this.#known.get(track)?.delete(segment);
        this.#indices.delete(this.#base(track, segment));
        this.#cache.forget(`${this.#base(track, segment)} `);
        this.#onLost(track, segment);
      }
      throw error;
    }
  }

  #remember(base: string, index: Promise<SegmentIndex>): Promise<SegmentIndex> {
    this.#indices.set(base, index);
    if (this.#indices.size > MAX_INDICES) {
      const [oldest] = this.#indices.keys();
      if (oldest !== undefined) this.#indices.delete(oldest);
    }
    return index;
  }
}
