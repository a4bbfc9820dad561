import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';

/** The part of an open file that the store uses. */
export type OpenFile = Pick<FileHandle, 'read' | 'writev' | 'truncate' | 'datasync' | 'close'>;

export interface Listed {
  readonly name: string;
  readonly isDirectory: boolean;
}

/**
 * What the store asks of the disk, and no more: so that a file system which forgets everything that was not synced, or
 * fails at a chosen call, can take its place in tests. Errors carry the `code` of Node's.
 */
export interface FileSystem {
  /** `wx+` creates and fails when it is there; `w` replaces; `r+` reads and writes; `r` reads. */
  open(file: string, flags: 'r' | 'r+' | 'w' | 'wx+'): Promise<OpenFile>;
  readFile(file: string): Promise<Buffer>;
  /** Streams `[from, to)` of the bytes. */
  readStream(file: string, from: number, to: number): AsyncIterable<Buffer>;
  /** Size in bytes. */
  size(file: string): Promise<number>;
  list(directory: string): Promise<readonly Listed[]>;
  /** One level; true when it was not there before. */
  makeDirectory(directory: string): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
  /** A file or a whole folder; nothing happens when it is not there. */
  remove(path: string): Promise<void>;
  /** Makes new names in the directory, and names that are gone, survive power loss. */
  syncDirectory(directory: string): Promise<void>;
}

const STREAM_CHUNK_BYTES = 256 * 1024;

export const diskFiles: FileSystem = {
  open: (file, flags) => open(file, flags),
  readFile: (file) => readFile(file),
  readStream: (file, from, to) =>
    createReadStream(file, { start: from, end: to - 1, highWaterMark: STREAM_CHUNK_BYTES }),
  size: async (file) => (await stat(file)).size,
  list: async (directory) =>
    (await readdir(directory, { withFileTypes: true })).map((entry) => ({
      name: entry.name,
      isDirectory: entry.isDirectory(),
    })),
  async makeDirectory(directory) {
    try {
      await mkdir(directory);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  },
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  async syncDirectory(directory) {
    // Windows cannot, and need not.
    if (process.platform === 'win32') return;
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
