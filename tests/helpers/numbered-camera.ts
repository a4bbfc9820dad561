import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './ffprobe.ts';
import { numberedFile } from './numbered-file.ts';

/** Shown in a circle: a number says which picture it is, as long as nothing is moved by a multiple of this. */
const CAMERA_SECONDS = 7;
export const TONE_HZ = 440;

/**
 * Flags of a Chromium whose camera shows a number in every picture, and whose microphone hears one tone for ever. With
 * `noise`, 0 to 100, the number cannot be read and the pictures cost bits: at 10 what the settings allow, at 40 more.
 */
export async function numberedCameraFlags(noise = 0): Promise<readonly string[]> {
  const picture = await numberedFile({
    output: '-pix_fmt yuv420p',
    extension: 'y4m',
    size: '640x360',
    rate: 30,
    seconds: noise > 0 ? 2 : CAMERA_SECONDS,
    hasSound: false,
    ...(noise > 0 ? { filter: `noise=alls=${noise}:allf=t` } : {}),
  });
  return [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${picture}`,
    `--use-file-for-fake-audio-capture=${await toneFile()}`,
  ];
}

/** Whole periods, so that nothing is heard where it begins again. */
async function toneFile(): Promise<string> {
  const folder = join(tmpdir(), 'tabcast-clips');
  const file = join(folder, `tone-${TONE_HZ}.wav`);
  if (existsSync(file)) return file;
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `tone-${process.pid}.wav`);
  const tone = `sine=frequency=${TONE_HZ}:sample_rate=48000:duration=10`;
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', tone, '-ac', '2', draft];
  const { code, stderr } = await runProgram('ffmpeg', args);
  if (code !== 0) throw new Error(`ffmpeg: ${stderr}`);
  await rename(draft, file);
  return file;
}
