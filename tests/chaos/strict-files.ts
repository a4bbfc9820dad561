import path from 'node:path';
import type { FileSystem, Listed, OpenFile } from '../../src/origin/file-system.ts';

interface Write {
  readonly at: number;
  readonly bytes: Uint8Array;
}

interface Inode {
  /** What reading sees. */
  bytes: Buffer;
  /** What is on the disk for sure. */
  synced: Buffer;
  /** Written since the last sync, in order; a truncation is a write of nothing at its length, marked by `cut`. */
  unsynced: (Write & { readonly cut?: true })[];
}

const errorOf = (code: string, call: string, file: string): Error =>
  Object.assign(new Error(`${code}: ${call} '${file}'`), { code });

function apply(bytes: Buffer, write: Inode['unsynced'][number]): Buffer {
  if (write.cut) return Buffer.from(bytes.subarray(0, write.at));
  const out = Buffer.alloc(Math.max(bytes.length, write.at + write.bytes.length));
  bytes.copy(out);
  out.set(write.bytes, write.at);
  return out;
}

export type Call =
  | 'open'
  | 'read'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'list'
  | 'mkdir'
  | 'rename'
  | 'remove'
  | 'syncDirectory';

/** What a crash leaves of what was not synced. */
export type Crash = 'forget' | 'keep' | 'torn';

/**
 * A disk that keeps exactly what it was told to keep: bytes that were not synced and names whose folder was not synced
 * may be there after a crash, or not, or in part. Nothing more than POSIX promises.
 */
export class StrictFiles implements FileSystem {
  #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();
  #folders = new Set<string>(['/']);
  #syncedFolders = new Set<string>(['/']);
  /** Called before each call; what it throws fails the call. */
  before: (call: Call, file: string, bytes: number) => void = () => {};
  /** Called after each call that changed something. */
  after: (call: Call, file: string) => void = () => {};
  /** Bytes that still fit; writes beyond are cut short, as a real disk does. */
  roomBytes = Number.POSITIVE_INFINITY;

  async open(file: string, flags: 'r' | 'r+' | 'w' | 'wx+'): Promise<OpenFile> {
    this.before('open', file, 0);
    let inode = this.#names.get(file);
    if (inode !== undefined && flags === 'wx+') throw errorOf('EEXIST', 'open', file);
    if (flags === 'w' || inode === undefined) {
      if (flags === 'r' || flags === 'r+' || !this.#folders.has(path.dirname(file)))
        throw errorOf('ENOENT', 'open', file);
      inode = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0), unsynced: [] };
      this.#names.set(file, inode);
      this.after('open', file);
    }
    return this.#handle(file, inode);
  }

  async readFile(file: string): Promise<Buffer> {
    this.before('read', file, 0);
    return Buffer.from(this.#inode(file).bytes);
  }

  async *readStream(file: string, from: number, to: number): AsyncIterable<Buffer> {
    yield Buffer.from(this.#inode(file).bytes.subarray(from, to));
  }

  async size(file: string): Promise<number> {
    return this.#inode(file).bytes.length;
  }

  async list(directory: string): Promise<readonly Listed[]> {
    this.before('list', directory, 0);
    if (!this.#folders.has(directory)) throw errorOf('ENOENT', 'scandir', directory);
    const inside = (one: string): boolean => path.dirname(one) === directory && one !== directory;
    return [
      ...[...this.#folders].filter(inside).map((one) => ({ name: path.basename(one), isDirectory: true })),
      ...[...this.#names.keys()].filter(inside).map((one) => ({ name: path.basename(one), isDirectory: false })),
    ];
  }

  async makeDirectory(directory: string): Promise<boolean> {
    this.before('mkdir', directory, 0);
    if (this.#folders.has(directory)) return false;
    if (!this.#folders.has(path.dirname(directory))) throw errorOf('ENOENT', 'mkdir', directory);
    this.#folders.add(directory);
    this.after('mkdir', directory);
    return true;
  }

  async rename(from: string, to: string): Promise<void> {
    this.before('rename', to, 0);
    this.#names.set(to, this.#inode(from));
    this.#names.delete(from);
    this.after('rename', to);
  }

  async remove(file: string): Promise<void> {
    this.before('remove', file, 0);
    this.#names.delete(file);
    this.after('remove', file);
  }

  async syncDirectory(directory: string): Promise<void> {
    this.before('syncDirectory', directory, 0);
    const inside = (one: string): boolean => path.dirname(one) === directory;
    for (const name of this.#syncedNames.keys())
      if (inside(name) && !this.#names.has(name)) this.#syncedNames.delete(name);
    for (const [name, inode] of this.#names) if (inside(name)) this.#syncedNames.set(name, inode);
    for (const folder of this.#folders) if (inside(folder)) this.#syncedFolders.add(folder);
    this.after('syncDirectory', directory);
  }

  /** The disk as another process would find it after the power went now. `random` decides what is torn. */
  crash(kind: Crash, random: () => number): StrictFiles {
    const keeps = (): boolean => kind === 'keep' || (kind === 'torn' && random() < 0.5);
    const left = new StrictFiles();
    left.#folders = new Set([...this.#folders].filter((folder) => this.#syncedFolders.has(folder) || keeps()));
    for (const folder of left.#folders) if (!left.#folders.has(path.dirname(folder))) left.#folders.delete(folder);
    left.#syncedFolders = new Set(left.#folders);
    for (const name of new Set([...this.#names.keys(), ...this.#syncedNames.keys()])) {
      const [now, synced] = [this.#names.get(name), this.#syncedNames.get(name)];
      const inode = now === synced || keeps() ? now : synced;
      if (inode === undefined || !left.#folders.has(path.dirname(name))) continue;
      const bytes = this.#leftOf(inode, kind, random);
      left.#names.set(name, { bytes, synced: bytes, unsynced: [] });
    }
    left.#syncedNames = new Map(left.#names);
    return left;
  }

  #leftOf(inode: Inode, kind: Crash, random: () => number): Buffer {
    if (kind === 'forget') return Buffer.from(inode.synced);
    if (kind === 'keep') return Buffer.from(inode.bytes);
    let bytes: Buffer = Buffer.from(inode.synced);
    for (const write of inode.unsynced) {
      const choice = random();
      if (choice < 0.3) continue;
      const length = choice < 0.7 ? Math.floor(random() * write.bytes.length) : write.bytes.length;
      bytes = apply(bytes, write.cut ? write : { at: write.at, bytes: write.bytes.subarray(0, length) });
    }
    return bytes;
  }

  #inode(file: string): Inode {
    const inode = this.#names.get(file);
    if (inode === undefined) throw errorOf('ENOENT', 'open', file);
    return inode;
  }

  #handle(file: string, inode: Inode): OpenFile {
    const write = (bytes: Buffer, at: number): number => {
      const taken = bytes.subarray(0, Math.max(0, Math.min(bytes.length, this.roomBytes)));
      this.roomBytes -= taken.length;
      if (taken.length === 0 && bytes.length > 0) throw errorOf('ENOSPC', 'write', file);
      const one = { at, bytes: Buffer.from(taken) };
      inode.bytes = apply(inode.bytes, one);
      inode.unsynced.push(one);
      this.after('write', file);
      return taken.length;
    };
    const handle = {
      read: async (into: Buffer, offset: number, length: number, position: number) => {
        this.before('read', file, length);
        const bytesRead = inode.bytes.copy(into, offset, position, position + length);
        return { bytesRead, buffer: into };
      },
      writev: async (buffers: readonly Uint8Array[], position: number) => {
        const all = Buffer.concat(buffers);
        this.before('write', file, all.length);
        return { bytesWritten: write(all, position), buffers };
      },
      truncate: async (length: number) => {
        this.before('truncate', file, length);
        const cut = { at: length, bytes: Buffer.alloc(0), cut: true } as const;
        inode.bytes = apply(inode.bytes, cut);
        inode.unsynced.push(cut);
        this.after('truncate', file);
      },
      datasync: async () => {
        try {
          this.before('sync', file, 0);
        } catch (error) {
          // The kernel marks pages clean after a failed sync: what was not written then never will be.
          inode.unsynced = [];
          throw error;
        }
        inode.synced = Buffer.from(inode.bytes);
        inode.unsynced = [];
        this.after('sync', file);
      },
      close: async () => {},
    };
    return handle as unknown as OpenFile;
  }
}
