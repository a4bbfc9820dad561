import { spawnSync } from 'node:child_process';

/** Runs the ffmpeg on the PATH to its end; what it printed on standard error. Throws with that when it fails. */
export function ffmpeg(args: readonly string[], loglevel = 'error'): string {
  const done = spawnSync('ffmpeg', ['-hide_banner', '-nostdin', '-y', '-v', loglevel, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (done.error !== undefined)
    throw new Error('ffmpeg is needed on the PATH (on Debian: apt-get install ffmpeg)', { cause: done.error });
  if (done.status !== 0) throw new Error(`ffmpeg ${args.join(' ')}\n${done.stderr}`);
  return done.stderr;
}
