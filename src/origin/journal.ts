import path from 'node:path';
import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { diskTookOnlyAPart } from './durable-files.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { encodeHeader, HEADER_BYTES, scanJournal } from './journal-format.ts';
import type { StoreHealth } from './segment-store.ts';

const GROUP_COMMIT_MS = 200;
const RETRY_MS = 1000;
const ROTATE_BYTES = 16 * 1024 * 1024;
/** Waiting for the disk beyond this, new parts are refused instead of filling the memory. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** `writev` takes at most 1024 buffers; a record is two. */
const MAX_BATCH = 256;
const FILE_PATTERN = /^journal-([0-9]{8})\.tbj$/;

/** A part that lies in a journal, or is on its way into it. */
export interface JournalEntry {
  readonly track: TrackId;
  readonly part: PartIndex;
  readonly digest: Buffer;
  readonly length: number;
  place: EntryPlace;
}

type EntryPlace =
  | { readonly kind: 'pending'; readonly bytes: Buffer }
  | { readonly kind: 'durable'; readonly file: JournalFile; readonly offset: number };

/** Somebody who asked when the first `upTo` entries are durable. */
interface Waiter {
  readonly upTo: number;
  readonly resolve: (health: StoreHealth) => void;
}

/** One file, open for reading until nobody needs it and nobody reads it. */
class JournalFile {
  readonly path: string;
  readonly #files: FileSystem;
  readonly #handle: OpenFile;
  size = 0;
  /** Entries whose only place this is. */
  needed = 0;
  #readers = 0;
  #isDropped = false;

  constructor(files: FileSystem, file: string, handle: OpenFile) {
    this.path = file;
    this.#files = files;
    this.#handle = handle;
  }

  async append(entries: readonly JournalEntry[]): Promise<void> {
    const buffers: Buffer[] = [];
    let total = 0;
    for (const { track, part, length, digest, place } of entries) {
      if (place.kind !== 'pending') continue;
      buffers.push(encodeHeader(track, part, length, digest), place.bytes);
      total += HEADER_BYTES + length;
    }
    const { bytesWritten } = await this.#handle.writev(buffers, this.size);
    if (bytesWritten !== total) throw diskTookOnlyAPart();
    await this.#handle.datasync();
    let at = this.size;
    for (const entry of entries) {
      entry.place = { kind: 'durable', file: this, offset: at + HEADER_BYTES };
      at += HEADER_BYTES + entry.length;
    }
    this.needed += entries.length;
    this.size = at;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#readers += 1;
    try {
      const { bytesRead } = await this.#handle.read(bytes, 0, length, offset);
      if (bytesRead !== length) throw new Error(`${this.path} ends at ${offset + bytesRead}.`);
      return bytes;
    } finally {
      this.#readers -= 1;
      if (this.#isDropped) await this.#closeWhenUnread();
    }
  }

  /** Cuts off what a failed write may have left behind the last durable record; recovery would skip it anyway. */
  async abandon(): Promise<void> {
    await this.#handle.truncate(this.size).catch(() => {});
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  /** Closes once the last read is done, and removes the file when nothing in it is needed. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    if (this.needed === 0) await this.#files.remove(this.path);
    await this.#closeWhenUnread();
  }

  async #closeWhenUnread(): Promise<void> {
    if (this.#readers === 0) await this.#handle.close().catch(() => {});
  }
}

/**
 * The parts of one broadcast in order of arrival, until their segments are complete. Writes are grouped: one write and
 * one sync at most every 200 ms, whatever comes in between.
 */
export class Journal {
  readonly #disk: FileSystem;
  readonly #directory: string;
  readonly #onDurable: (entries: readonly JournalEntry[]) => void;
  readonly #files = new Set<JournalFile>();
  #current: JournalFile | undefined;
  #nextNumber = 1;
  #pending: JournalEntry[] = [];
  #pendingBytes = 0;
  #running: Promise<void> | undefined;
  #waiters: Waiter[] = [];
  #appended = 0;
  #committed = 0;
  #hurry: () => void = () => {};
  #isClosing = false;
  health: StoreHealth = 'ok';

  private constructor(disk: FileSystem, directory: string, onDurable: (entries: readonly JournalEntry[]) => void) {
    this.#disk = disk;
    this.#directory = directory;
    this.#onDurable = onDurable;
  }

  /** Opens what earlier processes left; their files are read from and never written to again. */
  static async open(
    disk: FileSystem,
    directory: string,
    onDurable: (entries: readonly JournalEntry[]) => void,
  ): Promise<{ journal: Journal; found: readonly JournalEntry[] }> {
    const journal = new Journal(disk, directory, onDurable);
    const found: JournalEntry[] = [];
    const names = (await disk.list(directory)).map((entry) => entry.name);
    for (const name of names.toSorted()) {
      const match = FILE_PATTERN.exec(name);
      if (match === null) continue;
      journal.#nextNumber = Math.max(journal.#nextNumber, Number(match[1]) + 1);
      const full = path.join(directory, name);
      const file = new JournalFile(disk, full, await disk.open(full, 'r+'));
      // A killed process leaves bytes that only the page cache holds; they count as durable after this.
      await file.sync();
      for (const { track, part, digest, length, offset } of scanJournal(await disk.readFile(full)))
        found.push({ track, part, digest, length, place: { kind: 'durable', file, offset } });
      journal.#files.add(file);
    }
    return { journal, found };
  }

  /** Counts which of the found entries are needed, and removes files without any. */
  async keepOnly(entries: Iterable<JournalEntry>): Promise<void> {
    for (const { place } of entries) if (place.kind === 'durable') place.file.needed += 1;
    await this.#trim(true);
  }

  append(entry: JournalEntry): 'stored' | 'full' | 'busy' {
    if (this.health === 'full') return 'full';
    if (this.health === 'failing' || this.#isClosing || this.#pendingBytes > MAX_PENDING_BYTES) return 'busy';
    this.#pending.push(entry);
    this.#pendingBytes += entry.length;
    this.#appended += 1;
    this.#running ??= this.#run();
    return 'stored';
  }

  async read(entry: JournalEntry): Promise<Buffer> {
    const { place, length } = entry;
    return place.kind === 'pending' ? place.bytes : place.file.read(place.offset, length);
  }

  /** The entries lie elsewhere now. `isLast`: no more will come, so even a small file can go. */
  async release(entries: readonly JournalEntry[], isLast: boolean): Promise<void> {
    for (const { place } of entries) if (place.kind === 'durable') place.file.needed -= 1;
    await this.#trim(isLast);
  }

  /** Everything appended so far is durable, or the health that prevents it. */
  sync(): Promise<StoreHealth> {
    if (this.#pending.length === 0) return Promise.resolve(this.health);
    return new Promise((resolve) => {
      this.#waiters.push({ upTo: this.#appended, resolve });
      this.#hurry();
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.sync();
    this.#hurry();
    await this.#running;
    for (const file of this.#files) await file.drop();
    this.#files.clear();
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) {
      const startedMs = performance.now();
      await this.#commit();
      this.#answerWaiters();
      if (this.health !== 'ok') {
        if (this.#isClosing) break;
        await this.#pause(RETRY_MS);
      } else if (this.#waiters.length === 0 && this.#pending.length < MAX_BATCH)
        await this.#pause(GROUP_COMMIT_MS - (performance.now() - startedMs));
    }
    this.#running = undefined;
  }

  #answerWaiters(): void {
    const isDone = ({ upTo }: Waiter): boolean => this.health !== 'ok' || upTo <= this.#committed;
    for (const waiter of this.#waiters.filter(isDone)) waiter.resolve(this.health);
    this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter));
  }

  #pause(pauseMs: number): Promise<void> {
    if (this.#isClosing) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, pauseMs));
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #commit(): Promise<void> {
    const batch = this.#pending.slice(0, MAX_BATCH);
    let current: JournalFile;
    try {
      current = this.#current ?? (await this.#create());
      await current.append(batch);
    } catch (error) {
      this.health = (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'full' : 'failing';
      await this.#current?.abandon();
      this.#current = undefined;
      return;
    }
    this.health = 'ok';
    this.#pending.splice(0, batch.length);
    this.#pendingBytes -= batch.reduce((sum, entry) => sum + entry.length, 0);
    this.#committed += batch.length;
    if (current.size >= ROTATE_BYTES) this.#current = undefined;
    this.#onDurable(batch);
  }

  async #create(): Promise<JournalFile> {
    const name = `journal-${String(this.#nextNumber).padStart(8, '0')}.tbj`;
    this.#nextNumber += 1;
    const full = path.join(this.#directory, name);
    const file = new JournalFile(this.#disk, full, await this.#disk.open(full, 'wx+'));
    try {
      await this.#disk.syncDirectory(this.#directory);
    } catch (error) {
      await file.drop().catch(() => {});
      throw error;
    }
    // Known and current in one step: a file that is only known and still empty is one that nobody needs.
    this.#files.add(file);
    this.#current = file;
    return file;
  }

  async #trim(isLast: boolean): Promise<void> {
    for (const file of this.#files) {
      if (file.needed > 0) continue;
      if (file === this.#current) {
        // Pending parts may be on their way into it; and a new file every segment would cost two more syncs.
        if (this.#pending.length > 0 || (file.size < ROTATE_BYTES / 4 && !isLast)) continue;
        this.#current = undefined;
      }
      this.#files.delete(file);
      await file.drop();
    }
  }
}
