import path from 'node:path';
import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import { isTrackId, type TrackId } from '../protocol/track.ts';
import { makeDirectoryDurably, TEMP_SUFFIX, writeDurably, writeWhole } from './durable-files.ts';
import type { FileSystem } from './file-system.ts';
import { type Disk, FiledSegments } from './filed-segments.ts';
import { FiledStrips } from './filed-strips.ts';
import { FilingQueue } from './filing-queue.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { PartLedger } from './part-ledger.ts';
import type { RangeSet } from './ranges.ts';
import {
  type BroadcastStore,
  partsOfSegment,
  type StoredSegment,
  type StoreHealth,
  type StoreShape,
} from './segment-store.ts';

const INIT_PATTERN = /^init-([av][0-9]{2,4}(?:-[1-9][0-9]{0,6})?)\.mp4$/;
const POSTER = 'poster.jpg';

/** The folder of one broadcast: init segments, journals, and a folder of segment files per track. */
export class DiskBroadcastStore implements BroadcastStore {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #parts = new PartLedger();
  readonly #filed: FiledSegments;
  readonly #strips: FiledStrips;
  readonly #filing: FilingQueue;
  /** By `initKey`. */
  readonly #inits = new Map<string, Buffer>();
  readonly #onError: (error: unknown) => void;
  #journal: Journal | undefined;
  #shape: StoreShape | undefined;
  #poster: Buffer | undefined;

  private constructor(disk: Disk, directory: string, shape: StoreShape | undefined, onError: (error: unknown) => void) {
    this.#files = disk.files;
    this.#filed = new FiledSegments(disk, directory, (track, segment) => this.#onLost(track, segment));
    this.#strips = new FiledStrips(disk.files, directory);
    this.#filing = new FilingQueue({ file: (track, segment) => this.#file(track, segment), onError });
    this.#directory = directory;
    this.#shape = shape;
    this.#onError = onError;
  }

  static async open(
    disk: Disk,
    directory: string,
    shape: StoreShape | undefined,
    onError: (error: unknown) => void,
  ): Promise<DiskBroadcastStore> {
    const store = new DiskBroadcastStore(disk, directory, shape, onError);
    await store.#recover();
    return store;
  }

  get health(): StoreHealth {
    return this.#journal?.health ?? 'ok';
  }

  setShape(shape: StoreShape): void {
    this.#shape = shape;
    this.#dropHoles();
    for (const track of this.#parts.tracks) this.#fileComplete(track, this.#parts.journalled(track));
  }

  append(track: TrackId, part: PartIndex, bytes: Buffer, digest: Buffer): 'stored' | 'full' | 'busy' {
    const entry: JournalEntry = { track, part, digest, length: bytes.length, place: { kind: 'pending', bytes } };
    const answer = this.#journal?.append(entry) ?? 'busy';
    if (answer !== 'stored') return answer;
    this.#parts.add(entry);
    return 'stored';
  }

  digestOf(track: TrackId, part: PartIndex): Buffer | undefined | Promise<Buffer | undefined> {
    const entry = this.#parts.entry(track, part);
    if (entry !== undefined) return entry.digest;
    const { segment, within } = this.#placeOf(part);
    if (!this.#filed.has(track, segment)) return undefined;
    return this.#filed.index(track, segment).then((index) => index.parts[within]?.digest);
  }

  async read(track: TrackId, from: PartIndex, to: PartIndex): Promise<readonly Buffer[]> {
    const found: Buffer[] = [];
    for (let part = from; part < to; ) {
      const { segment, within } = this.#placeOf(part);
      const segmentEnd = part - within + this.#partsPerSegment();
      const end = Math.min(to, segmentEnd);
      if (this.#filed.has(track, segment)) {
        found.push(...(await this.#filed.read(track, segment, within, end - part + within)));
        part = end;
        continue;
      }
      const entry = this.#parts.entry(track, part);
      if (entry !== undefined) found.push(await (this.#journal?.read(entry) ?? Promise.reject(new Error('closed'))));
      part++;
    }
    return found;
  }

  stored(track: TrackId): RangeSet {
    return this.#parts.stored(track);
  }

  durable(track: TrackId): RangeSet {
    return this.#parts.durable(track);
  }

  async segment(track: TrackId, segment: number): Promise<StoredSegment | undefined> {
    return this.#filed.has(track, segment) ? this.#filed.stored(track, segment) : undefined;
  }

  async putInit(key: string, bytes: Buffer): Promise<void> {
    await writeDurably(this.#files, path.join(this.#directory, `init-${key}.mp4`), bytes);
    this.#inits.set(key, bytes);
  }

  inits(): ReadonlyMap<string, Buffer> {
    return this.#inits;
  }

  async putPoster(bytes: Buffer): Promise<void> {
    await writeWhole(this.#files, path.join(this.#directory, POSTER), bytes);
    this.#poster = bytes;
  }

  async poster(): Promise<Buffer | undefined> {
    return this.#poster;
  }

  putStrip(segment: number, bytes: Buffer): Promise<void> {
    return this.#strips.write(segment, bytes);
  }

  strip(segment: number): Promise<Buffer | undefined> {
    return this.#strips.read(segment);
  }

  strips(): RangeSet {
    return this.#strips.known;
  }

  async sync(): Promise<StoreHealth> {
    return (await this.#journal?.sync()) ?? 'ok';
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#filing.rest();
    await this.#journal?.close();
  }

  #partsPerSegment(): number {
    if (this.#shape === undefined) throw new Error('The shape of the broadcast is not known yet.');
    return this.#shape.partsPerSegment;
  }

  #placeOf(part: PartIndex): { segment: number; within: number } {
    const parts = this.#partsPerSegment();
    return { segment: Math.floor(part / parts), within: part % parts };
  }

  #partsOf(track: TrackId, segment: number): PartRange {
    if (this.#shape === undefined) throw new Error('The shape of the broadcast is not known yet.');
    return partsOfSegment(this.#shape, track, segment);
  }

  #isInHole(part: PartIndex): boolean {
    return this.#shape?.holes?.some(({ from, to }) => part >= from && part < to) === true;
  }

  /** The few parts that were there before their time was declared a hole; the journal keeps them for nobody. */
  #dropHoles(): void {
    const dropped = this.#parts.drop((part) => this.#isInHole(part)).filter(({ place }) => place.kind === 'durable');
    if (dropped.length > 0) this.#journal?.release(dropped, false).catch(this.#onError);
  }

  #onLost(track: TrackId, segment: number): void {
    this.#parts.lose(track, this.#partsOf(track, segment));
  }

  #onDurable(entries: readonly JournalEntry[]): void {
    const dropped = entries.filter(({ part }) => this.#isInHole(part));
    if (dropped.length > 0) this.#journal?.release(dropped, false).catch(this.#onError);
    const kept = entries.filter(({ part }) => !this.#isInHole(part));
    for (const { track, part } of kept) this.durable(track).add(part);
    for (const track of new Set(kept.map((entry) => entry.track))) {
      const parts = kept.filter((entry) => entry.track === track).map(({ part }) => part);
      this.#fileComplete(track, parts);
    }
  }

  #fileComplete(track: TrackId, parts: Iterable<PartIndex>): void {
    if (this.#shape === undefined) return;
    const complete: number[] = [];
    for (const part of parts) {
      const { segment } = this.#placeOf(part);
      const { from, to } = this.#partsOf(track, segment);
      if (from < to && this.durable(track).covers(from, to)) complete.push(segment);
    }
    this.#filing.add(track, complete);
  }

  /** One file with all parts of a complete segment; from then on the journal does not need them. */
  async #file(track: TrackId, segment: number): Promise<void> {
    if (this.#filed.has(track, segment)) return;
    const range = this.#partsOf(track, segment);
    const entries: JournalEntry[] = [];
    const bytes: Buffer[] = [];
    for (let part = range.from; part < range.to; part++) {
      const entry = this.#parts.entry(track, part);
      if (entry === undefined) return;
      entries.push(entry);
      bytes.push(await (this.#journal?.read(entry) ?? Promise.reject(new Error('closed'))));
    }
    await this.#filed.write(track, segment, entries, bytes);
    this.#parts.file(track, range);
    const isLast = this.#shape?.endParts !== undefined && this.#parts.allEntries().length === 0;
    await this.#journal?.release(entries, isLast);
  }

  async #recover(): Promise<void> {
    await makeDirectoryDurably(this.#files, this.#directory);
    for (const item of await this.#files.list(this.#directory)) {
      const full = path.join(this.#directory, item.name);
      const init = INIT_PATTERN.exec(item.name)?.[1];
      if (item.name.endsWith(TEMP_SUFFIX)) await this.#files.remove(full);
      else if (init !== undefined) this.#inits.set(init, await this.#files.readFile(full));
      else if (item.name === POSTER) this.#poster = await this.#files.readFile(full);
      else if (item.isDirectory && isTrackId(item.name)) await this.#recoverTrack(item.name);
    }
    await this.#strips.find();
    const { journal, found } = await Journal.open(this.#files, this.#directory, (entries) => this.#onDurable(entries));
    this.#journal = journal;
    for (const entry of found) {
      if (this.#shape === undefined || this.stored(entry.track).has(entry.part) || this.#isInHole(entry.part)) continue;
      this.#parts.add(entry);
      this.durable(entry.track).add(entry.part);
    }
    await journal.keepOnly(this.#parts.allEntries());
    for (const track of this.#parts.tracks) this.#fileComplete(track, this.#parts.journalled(track));
  }

  async #recoverTrack(track: TrackId): Promise<void> {
    const segments = await this.#filed.find(track);
    if (this.#shape === undefined) return;
    for (const segment of segments) {
      const range = this.#partsOf(track, segment);
      if (range.from >= range.to) continue;
      this.#filed.know(track, segment);
      this.#parts.addFiled(track, range);
    }
    const last = segments.at(-1);
    if (last !== undefined && this.#filed.has(track, last)) await this.#shortenLast(track, last);
  }

  /** In a backup taken while it was live, the last segment may be shorter than its record knows. */
  async #shortenLast(track: TrackId, segment: number): Promise<void> {
    const { from, to } = this.#partsOf(track, segment);
    const index = await this.#filed.index(track, segment).catch(this.#onError);
    if (index === undefined) return;
    const known = Math.min(to, from + index.parts.length);
    this.#parts.lose(track, { from: known, to });
  }
}
