import path from 'node:path';
import type { FileSystem } from './file-system.ts';

/** Marks files that a crash may leave half-written; they are removed at the next start. */
export const TEMP_SUFFIX = '.tmp';

/**
 * Writes the whole file under its name, or nothing: temporary name, fsync, rename. The caller syncs the directory. A
 * failed fsync is never tried again on the same file, because the kernel has already forgotten what it could not write.
 */
export async function writeWhole(files: FileSystem, file: string, bytes: Uint8Array): Promise<void> {
  const temp = file + TEMP_SUFFIX;
  try {
    const handle = await files.open(temp, 'w');
    try {
      const { bytesWritten } = await handle.writev([bytes], 0);
      if (bytesWritten !== bytes.length) throw diskTookOnlyAPart();
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await files.rename(temp, file);
  } catch (error) {
    await files.remove(temp).catch(() => {});
    throw error;
  }
}

/** `writeWhole`, and durable when the promise resolves. */
export async function writeDurably(files: FileSystem, file: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(files, file, bytes);
  await files.syncDirectory(path.dirname(file));
}

/** The directory and the parents it needs; every name that was made survives power loss when the promise resolves. */
export async function makeDirectoryDurably(files: FileSystem, directory: string): Promise<void> {
  const parent = path.dirname(directory);
  const isNew = await files.makeDirectory(directory).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === directory) throw error;
    await makeDirectoryDurably(files, parent);
    return files.makeDirectory(directory);
  });
  if (isNew) await files.syncDirectory(parent);
}

/** A disk that fills up takes the first bytes and says so only at the next write. */
export const diskTookOnlyAPart = (): Error =>
  Object.assign(new Error('The disk took only a part.'), { code: 'ENOSPC' });
