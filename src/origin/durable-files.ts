import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Marks files that a crash may leave half-written; they are removed at the next start. */
export const TEMP_SUFFIX = '.tmp';

/** Makes a new name in the directory survive power loss. Windows cannot and need not. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes the whole file under its name, or nothing: temporary name, fsync, rename. The caller syncs the directory. A
 * failed fsync is never tried again on the same file, because the kernel has already forgotten what it could not write.
 */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temp = file + TEMP_SUFFIX;
  try {
    const handle = await open(temp, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temp, file);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {});
    throw error;
  }
}

/** `writeWhole`, and durable when the promise resolves. */
export async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(file, bytes);
  await syncDirectory(path.dirname(file));
}
