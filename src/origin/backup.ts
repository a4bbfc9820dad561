import { constants, copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { TEMP_SUFFIX } from './durable-files.ts';
import { diskFiles } from './file-system.ts';
import { scrub } from './scrub.ts';

/** What of the data folder is kept in a backup; names that `startOrigin` uses. */
const DATABASE = 'tabcast.db';
const MEDIA = 'broadcasts';

export interface CopyReport {
  readonly broadcasts: number;
  readonly files: number;
  readonly bytes: number;
}

/** An explanation for the person at the terminal. */
export class CareProblem extends Error {}

async function isEmpty(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.length === 0;
}

/** On disk, and not only in memory, when the promise resolves. A file that went meanwhile is left out. */
async function copyDurably(from: string, to: string): Promise<number> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** Files before folders: what leaves a journal while we copy lies in a segment that is copied afterwards. */
async function copyFolder(from: string, to: string): Promise<{ files: number; bytes: number }> {
  await mkdir(to, { recursive: true });
  const entries = await readdir(from, { withFileTypes: true });
  let files = 0;
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith(TEMP_SUFFIX)) continue;
    bytes += await copyDurably(path.join(from, entry.name), path.join(to, entry.name));
    files += 1;
  }
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const inside = await copyFolder(path.join(from, entry.name), path.join(to, entry.name));
    files += inside.files;
    bytes += inside.bytes;
  }
  await diskFiles.syncDirectory(to);
  return { files, bytes };
}

function copyDatabase(from: string, to: string): void {
  const database = new Sqlite(from, { readonly: true, fileMustExist: true });
  try {
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

function broadcastIds(file: string): readonly string[] {
  const database = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    const [check] = database.pragma('integrity_check') as { integrity_check: string }[];
    if (check?.integrity_check !== 'ok') throw new CareProblem(`${file} is damaged. Use another backup.`);
    return database.prepare('select id from broadcast').pluck().all() as string[];
  } finally {
    database.close();
  }
}

/**
 * A copy of the data folder while the origin runs. The database first: media that come after it are simply more than it
 * knows, and are found when the broadcast is opened. `to` must be empty or new.
 */
export async function backUp(dataDir: string, to: string): Promise<CopyReport> {
  if (!(await isEmpty(to))) throw new CareProblem(`${to} is not empty. Name a new folder for the backup.`);
  await stat(path.join(dataDir, DATABASE)).catch(() => {
    throw new CareProblem(`There is no Tabcast in ${dataDir}. Say where with --data-dir.`);
  });
  await mkdir(to, { recursive: true });
  const database = path.join(to, DATABASE);
  copyDatabase(path.join(dataDir, DATABASE), database);
  const copied = await copyBroadcasts(dataDir, to, broadcastIds(database));
  await diskFiles.syncDirectory(to);
  return copied;
}

/** Puts a backup where there is nothing yet. The media are compared with their digests before anything is called good. */
export async function restore(from: string, dataDir: string): Promise<CopyReport> {
  if (!(await isEmpty(dataDir)))
    throw new CareProblem(`${dataDir} is not empty. Stop Tabcast and move it away, or name another with --data-dir.`);
  const database = path.join(from, DATABASE);
  await stat(database).catch(() => {
    throw new CareProblem(`${from} is no backup: it has no ${DATABASE}.`);
  });
  const ids = broadcastIds(database);
  const { damaged } = await scrub(diskFiles, path.join(from, MEDIA), false);
  const [first] = damaged;
  if (first !== undefined) throw new CareProblem(`${damaged.length} segments of the backup are damaged. ${first.what}`);
  const copied = await copyBroadcasts(from, dataDir, ids);
  await copyDurably(database, path.join(dataDir, DATABASE));
  await diskFiles.syncDirectory(dataDir);
  return copied;
}

async function copyBroadcasts(from: string, to: string, ids: readonly string[]): Promise<CopyReport> {
  const media = path.join(to, MEDIA);
  await mkdir(media, { recursive: true });
  let files = 0;
  let bytes = 0;
  for (const id of ids) {
    const folder = path.join(from, MEDIA, id);
    // Reserved, or deleted while we copy.
    if ((await stat(folder).catch(() => undefined)) === undefined) continue;
    const copied = await copyFolder(folder, path.join(media, id));
    files += copied.files;
    bytes += copied.bytes;
  }
  await diskFiles.syncDirectory(media);
  return { broadcasts: ids.length, files, bytes };
}
