import path from 'node:path';
import { isTrackId } from '../protocol/track.ts';
import { isBroadcastId } from '../protocol/urls.ts';
import type { FileSystem } from './file-system.ts';
import { readIndex, readParts } from './segment-file.ts';

export interface ScrubReport {
  readonly segments: number;
  readonly bytes: number;
  readonly damaged: readonly { readonly file: string; readonly what: string }[];
}

/** What a damaged segment is renamed to: kept for whoever wants to look, never served. */
export const DAMAGED_SUFFIX = '.damaged';

/**
 * Reads every stored segment under `root` and compares lengths and SHA-256 with what was stored. With `setAside` damaged
 * ones are renamed; a running origin notices that and no longer offers them.
 */
export async function scrub(files: FileSystem, root: string, setAside: boolean): Promise<ScrubReport> {
  const damaged: { file: string; what: string }[] = [];
  let segments = 0;
  let bytes = 0;
  for (const folder of await trackFolders(files, root))
    for (const { name } of await files.list(folder)) {
      const number = /^([0-9]{1,7})\.m4s$/.exec(name)?.[1];
      if (number === undefined) continue;
      const base = path.join(folder, number);
      segments += 1;
      try {
        bytes += await verify(files, base);
      } catch (error) {
        damaged.push({ file: `${base}.m4s`, what: (error as Error).message });
        if (setAside) await files.rename(`${base}.m4s`, `${base}.m4s${DAMAGED_SUFFIX}`);
      }
    }
  return { segments, bytes, damaged };
}

/** Resolves with the size in bytes; throws with what is wrong. */
async function verify(files: FileSystem, base: string): Promise<number> {
  const index = await readIndex(files, base);
  const size = await files.size(`${base}.m4s`);
  const expected = index.offsets.at(-1) ?? 0;
  if (size !== expected) throw new Error(`${base}.m4s has ${size} bytes instead of ${expected}.`);
  for (const { fromPart, toPart } of index.blocks) await readParts(files, base, index, fromPart, toPart);
  return size;
}

async function trackFolders(files: FileSystem, root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const broadcast of await files.list(root).catch(() => [])) {
    if (!broadcast.isDirectory || !isBroadcastId(broadcast.name)) continue;
    const folder = path.join(root, broadcast.name);
    for (const track of await files.list(folder))
      if (track.isDirectory && isTrackId(track.name)) found.push(path.join(folder, track.name));
  }
  return found;
}
