import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { SendingSession } from '../src/upload/unfinished.ts';
import type { Rendition } from './encode-core.ts';

/** An upload that runs, as this browser remembers it until all of it is there. */
export interface KeptUpload extends SendingSession {
  readonly id: string;
  readonly file: { readonly name: string; readonly size: number; readonly lastModified: number };
  /** Where the browser can open the file again by itself, after asking the person. */
  readonly handle: FileSystemFileHandle | undefined;
  readonly renditions: readonly Rendition[];
  readonly keptAtMs: number;
}

interface UploadDatabase extends DBSchema {
  uploads: { key: string; value: KeptUpload };
}

async function withDatabase<T>(work: (database: IDBPDatabase<UploadDatabase>) => Promise<T>): Promise<T> {
  const database = await openDB<UploadDatabase>('tabcast-uploads', 1, {
    upgrade(opening) {
      opening.createObjectStore('uploads', { keyPath: 'id' });
    },
  });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

export async function keepUpload(upload: KeptUpload): Promise<void> {
  await withDatabase((database) => database.put('uploads', upload));
}

export async function forgetUpload(id: string): Promise<void> {
  await withDatabase((database) => database.delete('uploads', id));
}

/** Newest first; none where this browser keeps nothing. */
export async function keptUploads(): Promise<readonly KeptUpload[]> {
  const all = await withDatabase((database) => database.getAll('uploads')).catch(() => []);
  return all.toSorted((a, b) => b.keptAtMs - a.keptAtMs);
}

/** True for the very file the upload began with: another one would make other pictures. */
export const isSameFile = (file: File, { file: kept }: Pick<KeptUpload, 'file'>): boolean =>
  file.name === kept.name && file.size === kept.size && file.lastModified === kept.lastModified;
