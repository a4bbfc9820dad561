import path from 'node:path';
import type { TrackId } from '../protocol/track.ts';
import { makeDirectoryDurably, TEMP_SUFFIX } from './durable-files.ts';
import type { FileSystem } from './file-system.ts';
import {
  DamagedSegment,
  type IndexedPart,
  readIndex,
  readParts,
  type SegmentIndex,
  storedSegment,
  writeSegment,
} from './segment-file.ts';
import type { StoredSegment } from './segment-store.ts';

const SEGMENT_PATTERN = /^([0-9]{1,7})\.m4s$/;
/** Segment indices kept in memory per broadcast, about 4 kB each. */
const MAX_INDICES = 256;

/** The complete segments of one broadcast: a folder per track, a file and its index per segment. */
export class FiledSegments {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #onLost: (track: TrackId, segment: number) => void;
  readonly #known = new Map<TrackId, Set<number>>();
  readonly #indices = new Map<string, Promise<SegmentIndex>>();

  /** `onLost`: a segment turned out to be damaged or gone; it is not known any more. */
  constructor(files: FileSystem, directory: string, onLost: (track: TrackId, segment: number) => void) {
    this.#files = files;
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
    return this.#sound(track, segment, readParts(this.#files, this.#base(track, segment), index, from, last));
  }

  async stored(track: TrackId, segment: number): Promise<StoredSegment> {
    return storedSegment(this.#files, this.#base(track, segment), await this.index(track, segment));
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

  /** A damaged segment is a missing one from now on: reported, never served, and its parts may be sent again. */
  async #sound<T>(track: TrackId, segment: number, reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (error instanceof DamagedSegment || (error as NodeJS.ErrnoException).code === 'ENOENT') {
        this.#known.get(track)?.delete(segment);
        this.#indices.delete(this.#base(track, segment));
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
