import path from 'node:path';
import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import { isTrackId, type TrackId } from '../protocol/track.ts';
import { makeDirectoryDurably, TEMP_SUFFIX, writeDurably, writeWhole } from './durable-files.ts';
import type { FileSystem } from './file-system.ts';
import { FiledSegments } from './filed-segments.ts';
import { FiledStrips } from './filed-strips.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { RangeSet } from './ranges.ts';
import {
  type BroadcastStore,
  partsOfSegment,
  type StoredSegment,
  type StoreHealth,
  type StoreShape,
} from './segment-store.ts';

const INIT_PATTERN = /^init-([av][0-9]{2,4}(?:-[1-9][0-9]{0,6})?)\.mp4$/;
const POSTER = 'poster.jpg';

type PerTrack<T> = Map<TrackId, T>;

/** The value of a track, made when it is first asked for. */
function ofTrack<T>(map: PerTrack<T>, track: TrackId, make: () => T): T {
  const known = map.get(track);
  if (known !== undefined) return known;
  const made = make();
  map.set(track, made);
  return made;
}

/** The folder of one broadcast: init segments, journals, and a folder of segment files per track. */
export class DiskBroadcastStore implements BroadcastStore {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #entries: PerTrack<Map<PartIndex, JournalEntry>> = new Map();
  readonly #filed: FiledSegments;
  readonly #strips: FiledStrips;
  readonly #stored: PerTrack<RangeSet> = new Map();
  readonly #durable: PerTrack<RangeSet> = new Map();
  /** By `initKey`. */
  readonly #inits = new Map<string, Buffer>();
  /** Segments that may be complete and have no file yet; what cannot be filed now is tried again later. */
  readonly #toFile: PerTrack<Set<number>> = new Map();
  readonly #onError: (error: unknown) => void;
  #journal: Journal | undefined;
  #shape: StoreShape | undefined;
  #filing: Promise<void> | undefined;
  #poster: Buffer | undefined;

  private constructor(
    files: FileSystem,
    directory: string,
    shape: StoreShape | undefined,
    onError: (error: unknown) => void,
  ) {
    this.#files = files;
    this.#filed = new FiledSegments(files, directory, (track, segment) => this.#onLost(track, segment));
    this.#strips = new FiledStrips(files, directory);
    this.#directory = directory;
    this.#shape = shape;
    this.#onError = onError;
  }

  static async open(
    files: FileSystem,
    directory: string,
    shape: StoreShape | undefined,
    onError: (error: unknown) => void,
  ): Promise<DiskBroadcastStore> {
    const store = new DiskBroadcastStore(files, directory, shape, onError);
    await store.#recover();
    return store;
  }

  get health(): StoreHealth {
    return this.#journal?.health ?? 'ok';
  }

  setShape(shape: StoreShape): void {
    this.#shape = shape;
    this.#dropHoles();
    for (const track of this.#entries.keys()) this.#fileComplete(track, this.#entriesOf(track).keys());
  }

  append(track: TrackId, part: PartIndex, bytes: Buffer, digest: Buffer): 'stored' | 'full' | 'busy' {
    const entry: JournalEntry = { track, part, digest, length: bytes.length, place: { kind: 'pending', bytes } };
    const answer = this.#journal?.append(entry) ?? 'busy';
    if (answer !== 'stored') return answer;
    this.#entriesOf(track).set(part, entry);
    this.stored(track).add(part);
    return 'stored';
  }

  digestOf(track: TrackId, part: PartIndex): Buffer | undefined | Promise<Buffer | undefined> {
    const entry = this.#entries.get(track)?.get(part);
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
      const entry = this.#entries.get(track)?.get(part);
      if (entry !== undefined) found.push(await (this.#journal?.read(entry) ?? Promise.reject(new Error('closed'))));
      part++;
    }
    return found;
  }

  stored(track: TrackId): RangeSet {
    return ofTrack(this.#stored, track, () => new RangeSet());
  }

  durable(track: TrackId): RangeSet {
    return ofTrack(this.#durable, track, () => new RangeSet());
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
    await this.#filing;
    await this.#journal?.close();
  }

  #entriesOf(track: TrackId): Map<PartIndex, JournalEntry> {
    return ofTrack(this.#entries, track, () => new Map());
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
    const dropped: JournalEntry[] = [];
    for (const [track, entries] of this.#entries)
      for (const [part, entry] of entries)
        if (this.#isInHole(part)) {
          entries.delete(part);
          if (entry.place.kind === 'durable') dropped.push(entry);
          this.stored(track).removeRange(part, part + 1);
          this.durable(track).removeRange(part, part + 1);
        }
    if (dropped.length > 0) this.#journal?.release(dropped, false).catch(this.#onError);
  }

  #onLost(track: TrackId, segment: number): void {
    const { from, to } = this.#partsOf(track, segment);
    this.stored(track).removeRange(from, to);
    this.durable(track).removeRange(from, to);
  }

  #onDurable(entries: readonly JournalEntry[]): void {
    const tracks = new Map<TrackId, PartIndex[]>();
    const dropped = entries.filter(({ part }) => this.#isInHole(part));
    if (dropped.length > 0) this.#journal?.release(dropped, false).catch(this.#onError);
    for (const { track, part } of entries) {
      if (this.#isInHole(part)) continue;
      this.durable(track).add(part);
      ofTrack(tracks, track, () => []).push(part);
    }
    for (const [track, parts] of tracks) this.#fileComplete(track, parts);
  }

  #fileComplete(track: TrackId, parts: Iterable<PartIndex>): void {
    if (this.#shape === undefined) return;
    const candidates = ofTrack(this.#toFile, track, () => new Set());
    for (const part of parts) {
      const { segment } = this.#placeOf(part);
      const { from, to } = this.#partsOf(track, segment);
      if (from < to && this.durable(track).covers(from, to)) candidates.add(segment);
    }
    if (candidates.size === 0 || this.#filing !== undefined) return;
    this.#filing = this.#fileAll()
      .catch(this.#onError)
      .finally(() => {
        this.#filing = undefined;
      });
  }

  /** Until nothing is left, also of what is added meanwhile; what fails stays for the next time. */
  async #fileAll(): Promise<void> {
    for (let next = this.#nextToFile(); next !== undefined; next = this.#nextToFile()) {
      await this.#file(next.track, next.segment);
      this.#toFile.get(next.track)?.delete(next.segment);
    }
  }

  #nextToFile(): { track: TrackId; segment: number } | undefined {
    for (const [track, segments] of this.#toFile) for (const segment of segments) return { track, segment };
    return undefined;
  }

  /** One file with all parts of a complete segment; from then on the journal does not need them. */
  async #file(track: TrackId, segment: number): Promise<void> {
    if (this.#filed.has(track, segment)) return;
    const { from, to } = this.#partsOf(track, segment);
    const all = this.#entriesOf(track);
    const entries: JournalEntry[] = [];
    const bytes: Buffer[] = [];
    for (let part = from; part < to; part++) {
      const entry = all.get(part);
      if (entry === undefined) return;
      entries.push(entry);
      bytes.push(await (this.#journal?.read(entry) ?? Promise.reject(new Error('closed'))));
    }
    await this.#filed.write(track, segment, entries, bytes);
    for (let part = from; part < to; part++) all.delete(part);
    const isLast = this.#shape?.endParts !== undefined && [...this.#entries.values()].every((map) => map.size === 0);
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
      this.#entriesOf(entry.track).set(entry.part, entry);
      this.stored(entry.track).add(entry.part);
      this.durable(entry.track).add(entry.part);
    }
    await journal.keepOnly([...this.#entries.values()].flatMap((entries) => [...entries.values()]));
    for (const [track, entries] of this.#entries) this.#fileComplete(track, entries.keys());
  }

  async #recoverTrack(track: TrackId): Promise<void> {
    const segments = await this.#filed.find(track);
    if (this.#shape === undefined) return;
    for (const segment of segments) {
      const { from, to } = this.#partsOf(track, segment);
      if (from >= to) continue;
      this.#filed.know(track, segment);
      this.stored(track).addRange(from, to);
      this.durable(track).addRange(from, to);
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
    this.stored(track).removeRange(known, to);
    this.durable(track).removeRange(known, to);
  }
}
