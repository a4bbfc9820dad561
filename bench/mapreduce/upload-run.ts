import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { startOrigin } from '../../tests/helpers/origin.ts';
import { broadcastDetail } from '../../tests/helpers/studio.ts';
import { beginUpload, untilUploaded } from '../../tests/helpers/upload.ts';
import { ladderArguments } from '../ladder/x264.ts';
import { editScripts } from './page-scripts.ts';

const run = promisify(execFile);
const LONG_MS = 1_800_000;
const WATCH_EVERY_MS = 100;

export interface SourceSize {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
  /** As many as mediabunny makes in some seconds. */
  readonly mediabunnyFrames: number;
}

export const SIZES: readonly SourceSize[] = [
  { name: '1080p', width: 1920, height: 1080, bitrateBps: 12_000_000, mediabunnyFrames: 60 },
  { name: '4K', width: 3840, height: 2160, bitrateBps: 35_000_000, mediabunnyFrames: 40 },
  { name: '8K', width: 7680, height: 4320, bitrateBps: 80_000_000, mediabunnyFrames: 20 },
];

/** For tabs that each have a part of a processor. */
export const SMALL: SourceSize = { name: '480p', width: 848, height: 480, bitrateBps: 2_500_000, mediabunnyFrames: 60 };

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
  /** Of these, until the origin knows what comes: the file is looked at and the encoders are tried. */
  readonly openingSeconds: number;
  /** To the first ten seconds that anybody can watch. */
  readonly firstSegmentSeconds: number;
}

export async function uploadTimes(file: string): Promise<UploadTimes> {
  const browser = await chromium.launch(launchOptions());
  try {
    return await uploadTimesIn(browser, file);
  } finally {
    await browser.close();
  }
}

export interface Preparing {
  /** Changes the scripts of the page's workers. */
  readonly edit?: (script: string) => string;
  /** Is told of the page before it goes to the studio. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export async function uploadTimesIn(
  browser: Browser,
  file: string,
  { edit, prepare }: Preparing = {},
): Promise<UploadTimes> {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'anyone' } });
  try {
    const page = await browser.newPage();
    const leaveAlone = await editScripts(page, edit);
    await prepare?.(page);
    await page.goto(origin.url + pages.studio);
    await page.locator('upload-drop').waitFor();
    const startedMs = performance.now();
    const id = await beginUpload(page, file);
    await leaveAlone();
    let openedMs: number | undefined;
    let firstMs: number | undefined;
    let endMs = Number.NaN;
    // What the origin says: the page is looked at more seldom.
    const watching = setInterval(() => {
      broadcastDetail(origin.url, id).then(
        ({ upload }) => {
          if (upload !== null) openedMs ??= performance.now();
          if ((upload?.madeMs ?? 0) > 0) firstMs ??= performance.now();
          if (upload?.isFinished === true && Number.isNaN(endMs)) endMs = performance.now();
        },
        // The last question may come when the origin has stopped.
        () => undefined,
      );
    }, WATCH_EVERY_MS);
    await untilUploaded(page, LONG_MS);
    clearInterval(watching);
    if (Number.isNaN(endMs)) endMs = performance.now();
    const since = (ms: number): number => (ms - startedMs) / 1000;
    return {
      seconds: since(endMs),
      openingSeconds: since(openedMs ?? endMs),
      firstSegmentSeconds: since(firstMs ?? endMs),
    };
  } finally {
    await origin.stop();
  }
}
