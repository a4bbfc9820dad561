import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpeg } from './ffmpeg.ts';
import { figure, scenery, toPam } from './texture.ts';

export const SOURCE = { width: 1920, height: 1080, frameRate: 30, seconds: 20, bitrateBps: 14_000_000 } as const;
export const SOURCE_FRAMES = SOURCE.frameRate * SOURCE.seconds;

const SCENE_SECONDS = SOURCE.seconds / 2;

/**
 * Two scenes of ten seconds: a hand-held pan, then a zoom with a slow roll; two bodies cross in front; grain on top.
 * The camera moves by fractions of a pixel, because whole pixels would be found by any encoder at no cost.
 */
const FILTERS = [
  `[0:v]crop=2400:1350:x='300+280*sin(t*0.55)+9*sin(t*7.3)':y='200+120*sin(t*0.8)+7*sin(t*9.1)',scale=1920:1080:flags=bilinear[pan]`,
  `[1:v]crop=2400:1350:x='400+40*t':y='220+14*sin(t*6.1)',rotate=a='0.05*sin(t*0.7)':ow=2200:oh=1238,scale=1920:1080:flags=bilinear[roll]`,
  `[pan][2:v]overlay=x='-500+260*t':y='380+60*sin(t*2.1)':eval=frame[one]`,
  `[roll][3:v]overlay=x='1500-170*t':y='300+110*sin(t*1.3)':eval=frame[two]`,
  `[one][two]concat=n=2:v=1:a=0,eq=brightness='0.04*sin(t*0.9)':eval=frame,noise=alls=7:allf=t:all_seed=4711,format=yuv420p[out]`,
].join(';');

/** Like the file of a phone or camera: High profile, B-frames, a key frame every second, plenty of bits. */
const ENCODING = [
  '-c:v',
  'libx264',
  '-preset',
  'fast',
  '-profile:v',
  'high',
  '-bf',
  '2',
  '-g',
  '30',
  '-threads',
  '2',
  '-b:v',
  `${SOURCE.bitrateBps}`,
  '-maxrate',
  `${SOURCE.bitrateBps * 1.4}`,
  '-bufsize',
  `${SOURCE.bitrateBps}`,
  '-color_primaries',
  'bt709',
  '-color_trc',
  'bt709',
  '-colorspace',
  'bt709',
  '-movflags',
  '+faststart',
]; // prettier-ignore

const RECIPE = 3;

/** Path of the clip, made once on a machine and kept under the hash of its recipe. */
export function sourceClip(say: (sentence: string) => void): string {
  const folder = join(tmpdir(), 'tabcast-bench');
  const recipe = JSON.stringify([RECIPE, SOURCE, FILTERS, ENCODING]);
  const file = join(folder, `ladder-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}.mp4`);
  if (existsSync(file)) return file;
  say(`Making the clip ${file} (once; about a minute).`);
  mkdirSync(folder, { recursive: true });
  const pictures = [
    toPam(scenery(3000, 1700, 1)),
    toPam(scenery(3000, 1700, 2)),
    toPam(figure(520, 640, 3)),
    toPam(figure(420, 460, 4)),
  ].map((bytes, i) => {
    const path = join(folder, `picture-${process.pid}-${i}.pam`);
    writeFileSync(path, bytes);
    return path;
  });
  const draft = join(folder, `draft-${process.pid}.mp4`);
  try {
    const inputs = pictures.flatMap((path) => [
      '-loop',
      '1',
      '-framerate',
      `${SOURCE.frameRate}`,
      '-t',
      `${SCENE_SECONDS}`,
      '-i',
      path,
    ]); // prettier-ignore
    ffmpeg([
      ...inputs,
      '-filter_complex',
      FILTERS,
      '-map',
      '[out]',
      '-frames:v',
      `${SOURCE_FRAMES}`,
      ...ENCODING,
      draft,
    ]);
    renameSync(draft, file);
  } finally {
    for (const path of pictures) rmSync(path, { force: true });
  }
  return file;
}
