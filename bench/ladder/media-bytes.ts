import { spawnSync } from 'node:child_process';
import type { Made } from './quality.ts';

/** Bytes of the first `frames` pictures of a track, without the container, as ffprobe reads them. */
export function mediaBytes({ file, track }: Made, frames: number): number {
  const args = ['-v', 'error', '-select_streams', `v:${track}`, '-show_entries', 'packet=size', '-of', 'csv=p=0', file];
  const done = spawnSync('ffprobe', args, { encoding: 'utf8', maxBuffer: 16 * 2 ** 20 });
  if (done.status !== 0) throw new Error(`ffprobe could not read ${file}: ${done.stderr}`);
  const sizes = done.stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number.parseInt(line, 10)]));
  if (sizes.length < frames) throw new Error(`${file} holds ${sizes.length} of ${frames} frames`);
  return sizes.slice(0, frames).reduce((sum, size) => sum + size, 0);
}
