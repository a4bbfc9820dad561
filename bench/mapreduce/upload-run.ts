import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { startOrigin } from '../../tests/helpers/origin.ts';
import { broadcastDetail } from '../../tests/helpers/studio.ts';
import { startUpload, untilUploaded } from '../../tests/helpers/upload.ts';
import { ladderArguments } from '../ladder/x264.ts';

const run = promisify(execFile);
const LONG_MS = 1_800_000;

export interface SourceSize {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
}

export const SIZES: readonly SourceSize[] = [
  { name: '1080p', width: 1920, height: 1080, bitrateBps: 12_000_000 },
  { name: '4K', width: 3840, height: 2160, bitrateBps: 35_000_000 },
  { name: '8K', width: 7680, height: 4320, bitrateBps: 80_000_000 },
];

export const FRAME_RATE = 30;

/** The product's own ladder for 16:9. */
export const RUNGS = [
  { width: 1920, height: 1080, bitrateBps: 4_500_000 },
  { width: 1280, height: 720, bitrateBps: 2_500_000 },
  { width: 848, height: 480, bitrateBps: 1_200_000 },
  { width: 640, height: 360, bitrateBps: 700_000 },
  { width: 432, height: 240, bitrateBps: 350_000 },
];

/** A moving pattern with grain, B-frames and a key every four seconds; made once on a machine. */
export async function sourceOf({ name, width, height, bitrateBps }: SourceSize, seconds: number): Promise<string> {
  const folder = join(tmpdir(), 'tabcast-bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `mapreduce-${name}-${seconds}s.mp4`);
  if (existsSync(file)) return file;
  const draft = `${file}.draft.mp4`;
  const picture = `testsrc2=s=960x540:r=${FRAME_RATE}:d=${seconds},noise=alls=9:allf=t:all_seed=4711,scale=${width}:${height}:flags=bilinear,format=yuv420p`;
  const coding = `-c:v libx264 -preset superfast -bf 2 -g 120 -b:v ${bitrateBps} -maxrate ${bitrateBps} -bufsize ${bitrateBps}`;
  await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, ...coding.split(' '), draft], {
    timeout: LONG_MS,
  });
  await rename(draft, file);
  return file;
}

/** Seconds that native ffmpeg takes for the same renditions, from one decode. */
export async function nativeSeconds(file: string, seconds: number, preset: 'ultrafast' | 'veryfast'): Promise<number> {
  const outputs = RUNGS.map(({ height }) => join(tmpdir(), `tabcast-bench-${process.pid}-${height}.mp4`));
  const startedMs = performance.now();
  const args = ladderArguments(file, outputs, RUNGS, seconds * FRAME_RATE, preset);
  await run('ffmpeg', ['-v', 'error', '-y', ...args], { timeout: LONG_MS });
  const tookSeconds = (performance.now() - startedMs) / 1000;
  await Promise.all(outputs.map((output) => rm(output, { force: true })));
  return tookSeconds;
}

export interface UploadTimes {
  /** From the choice of the file to the last stored part. */
  readonly seconds: number;
  /** To the first ten seconds that anybody can watch. */
  readonly firstSegmentSeconds: number;
}

export async function uploadTimes(file: string): Promise<UploadTimes> {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'anyone' } });
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage();
    const startedMs = performance.now();
    const id = await startUpload(page, origin.url, file);
    let firstMs: number | undefined;
    const watching = setInterval(() => {
      void broadcastDetail(origin.url, id).then(({ upload }) => {
        if ((upload?.madeMs ?? 0) > 0) firstMs ??= performance.now();
      });
    }, 200);
    await untilUploaded(page, LONG_MS);
    clearInterval(watching);
    const endMs = performance.now();
    return { seconds: (endMs - startedMs) / 1000, firstSegmentSeconds: ((firstMs ?? endMs) - startedMs) / 1000 };
  } finally {
    await browser.close();
    await origin.stop();
  }
}
