import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from '@playwright/test';
import { live } from '../src/protocol/urls.ts';
import { beepTimes, soundLagMs } from '../tests/helpers/beeps.ts';
import { fetchBytes } from '../tests/helpers/media-checks.ts';
import { numbersInSlots } from '../tests/helpers/numbered-file.ts';
import { type NumberedSource, numberedSources } from '../tests/helpers/numbered-sources.ts';
import { startOrigin } from '../tests/helpers/origin.ts';
import { broadcastDetail, goLiveFrom } from '../tests/helpers/studio.ts';
import { ffmpeg } from './ladder/ffmpeg.ts';
import { openSite } from './ladder/site.ts';
import { type Cell, printTable, writeResult } from './shared/report.ts';
import { launchBrowser } from './shared/studio-run.ts';
import type { SourcesPage } from './sources/page/main.ts';

const HELP = `What sources cost: a camera over a screen in 720p, and large files brought down to 1080p.
  --frames N    pictures composed (600)
  --seconds N   length of the files (4)
  --minutes N   of a screen of 5 pictures a second with sound, whose lag is measured at both ends (10); half-way the source
                changes and comes back, and the sound is muted
  --only NAME   compose, files or sync`;

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '600' },
    seconds: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '10' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const PAGE = fileURLToPath(new URL('./sources/page/', import.meta.url));
const SIZES = { '8K': '7680x4320', '4K': '3840x2160', '1080p': '1920x1080' } as const;
const MEMORY_EVERY_MS = 100;

type SourcesWindow = Window & { readonly sources: SourcesPage };

/** Moving shapes under grain, H.264 with B-frames, as a camera's file is; made once and kept. */
function clipOf(size: string, seconds: number): string {
  const file = join(tmpdir(), `tabcast-bench-${size}-${seconds}.mp4`);
  if (existsSync(file)) return file;
  const draft = `${file}.draft.mp4`;
  const picture = `testsrc2=s=${size}:r=30:d=${seconds},noise=alls=4:allf=t,format=yuv420p`;
  const output = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '30', '-crf', '26', draft];
  ffmpeg(['-f', 'lavfi', '-i', picture, ...output]);
  renameSync(draft, file);
  return file;
}

/** Resident memory of all pages of the browser, in bytes; 0 where the system does not tell. */
async function pagesBytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo
    .filter(({ type }) => type === 'renderer')
    .reduce((sum, { id }) => {
      const status = existsSync(`/proc/${id}/status`) ? readFileSync(`/proc/${id}/status`, 'utf8') : '';
      return sum + Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
    }, 0);
}

/** The highest that was seen while `work` ran. */
async function watchingMemory<T>(browser: Browser, work: Promise<T>): Promise<{ result: T; peakBytes: number }> {
  let peakBytes = 0;
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    peakBytes = Math.max(peakBytes, await pagesBytes(browser));
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, MEMORY_EVERY_MS))]);
  }
  return { result: await over, peakBytes };
}

async function withPage<T>(clip: string, work: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tabcast-sources-'));
  const site = await openSite(clip, folder, { page: PAGE, product: ['corner-composer', 'playout-pictures'] });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    await page.waitForFunction(() => 'sources' in window);
    return await work(page, browser);
  } finally {
    await browser.close();
    site.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function composed(): Promise<Record<string, Cell>[]> {
  const frames = Number(values.frames);
  return await withPage(clipOf(SIZES['1080p'], 1), async (page) => {
    const rows: Record<string, Cell>[] = [];
    for (const through of ['i420', 'canvas'] as const) {
      const { seconds } = await page.evaluate(
        ({ way, count }) => (window as unknown as SourcesWindow).sources.compose(way, count),
        { way: through, count: frames },
      );
      rows.push({ through, 'frames/s': frames / seconds, 'ms a picture': (seconds * 1000) / frames });
    }
    return rows;
  });
}

async function files(): Promise<Record<string, Cell>[]> {
  const rows: Record<string, Cell>[] = [];
  for (const [name, size] of Object.entries(SIZES)) {
    const row = await withPage(clipOf(size, Number(values.seconds)), async (page, browser) => {
      const before = await pagesBytes(browser);
      const decoding = page.evaluate(() => (window as unknown as SourcesWindow).sources.decode());
      const { result, peakBytes } = await watchingMemory(browser, decoding);
      return {
        file: `${name} H.264`,
        'comes out as': `${result.width}x${result.height}`,
        pictures: result.frames,
        'frames/s': result.frames / result.seconds,
        'page MB before': before / 1e6,
        'page MB at most': peakBytes / 1e6,
      };
    });
    rows.push(row);
  }
  return rows;
}

const SCREEN: NumberedSource = { width: 1280, height: 720, rate: 5, from: 0, beepHz: 440 };

/**
 * What is left of sound and picture that belong together, in the first ten seconds and in the last. Half-way another
 * source is shown, everything is muted, and the screen is shared anew.
 */
async function synchronous(): Promise<Record<string, Cell>[]> {
  const seconds = Number(values.minutes) * 60;
  const origin = await startOrigin();
  const browser = await launchBrowser(['--use-fake-ui-for-media-stream']);
  try {
    const page = await (await browser.newContext({ bypassCSP: true })).newPage();
    await page.addInitScript(numberedSources(SCREEN, SCREEN));
    const id = await goLiveFrom(page, origin.url, 'Screen', '?ladder=360');
    const media = async (): Promise<number> => (await broadcastDetail(origin.url, id)).durationMs;
    const untilMedia = async (ms: number): Promise<void> => {
      while ((await media()) < ms) await new Promise((resolve) => setTimeout(resolve, 500));
    };
    await untilMedia(seconds * 500);
    for (const name of ['Camera', 'Mute', 'Unmute', 'Screen']) {
      await page.getByRole('button', { name, exact: true }).click();
      if (name === 'Camera') await page.getByRole('button', { name, exact: true, pressed: true }).waitFor();
    }
    await untilMedia(seconds * 1000);
    const { tracks } = await broadcastDetail(origin.url, id);
    const rows: Record<string, Cell>[] = [];
    for (const segment of [0, Math.floor(seconds / 10) - 1]) {
      const bytes: Record<string, Uint8Array> = {};
      for (const { id: track, kind } of tracks)
        bytes[kind] = Buffer.concat([
          await fetchBytes(origin.url + live.init(id, track)),
          await fetchBytes(origin.url + live.segment(id, track, segment)),
        ]);
      const numbers = await numbersInSlots(bytes['video'] ?? new Uint8Array(), 30);
      const beeps = (await beepTimes(bytes['audio'] ?? new Uint8Array())).map((at) => at - segment * 10);
      const targetBps = tracks.find(({ kind }) => kind === 'video')?.bitrateBps ?? 0;
      const changes = numbers.filter((n, i) => i > 0 && n !== numbers[i - 1]).length;
      rows.push({
        'from s': segment * 10,
        'sound late by ms': soundLagMs(numbers, SCREEN, 30, beeps),
        'new pictures': changes,
        'of its bit rate': ((bytes['video']?.length ?? 0) * 8) / 10 / targetBps,
      });
    }
    return rows;
  } finally {
    await browser.close();
    await origin.stop();
  }
}

if (values.help) console.log(HELP);
else {
  const wants = (name: string): boolean => values.only === undefined || values.only === name;
  const compose = wants('compose') ? await composed() : [];
  if (compose.length > 0) printTable('A 640x360 camera over a 1080p screen, 1280x720', compose);
  const large = wants('files') ? await files() : [];
  if (large.length > 0) printTable('Files decoded and brought to 1080p, as fast as it goes', large);
  const sync = wants('sync') ? await synchronous() : [];
  if (sync.length > 0) printTable('A screen with its sound, live', sync);
  writeResult('sources', { options: values, compose, files: large, sync });
}
