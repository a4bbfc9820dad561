import { parseArgs } from 'node:util';
import type { CDPSession, Page } from '@playwright/test';
import { probePackets } from '../tests/helpers/ffprobe.ts';
import { fetchTrack } from '../tests/helpers/media-checks.ts';
import { type Cell, printTable, writeResult } from './shared/report.ts';
import { rateShares, type StudioRun, startStudioRun, untilMedia } from './shared/studio-run.ts';
import { pageHeapBytes } from './soak/process-facts.ts';

const HELP = `The studio while it is live: 720p30, what its page and its uploads cost.
  --minutes N       12
  --first-heap N    minute of the first heap measure (2)
  --encoder NAME    which encoder the studio uses, in its address (its own choice)`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '12' },
    'first-heap': { type: 'string', default: '2' },
    encoder: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

interface Counted {
  readonly requestBytes: number;
  readonly requests: number;
}

/** Bodies and an estimate of their headers, of everything the studio sends to the origin. */
async function countUploads(page: Page): Promise<() => Counted> {
  const network: CDPSession = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  let requestBytes = 0;
  let requests = 0;
  page.on('requestfinished', (request) => {
    if (!request.url().includes('/ingest/')) return;
    void request.sizes().then(
      (sizes) => {
        requests++;
        requestBytes += sizes.requestBodySize + sizes.requestHeadersSize;
      },
      () => undefined,
    );
  });
  return () => ({ requestBytes, requests });
}

interface LongTask {
  /** Of the page's own clock. */
  readonly atMs: number;
  readonly ms: number;
  /** Scripts that ran in it, with their time, where the browser tells. */
  readonly scripts: readonly string[];
}

/** Of a `long-animation-frame` entry: [Long Animation Frames API](https://w3c.github.io/long-animation-frames/). */
interface ScriptTiming {
  readonly invoker: string;
  readonly sourceFunctionName: string;
  readonly duration: number;
}

/** Tasks over 50 ms, and the frames that were late for them, which name the scripts. */
const watchLongTasks = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const tasks: LongTask[] = [];
    const frames: LongTask[] = [];
    Object.assign(window, { tabcastLongTasks: { tasks, frames } });
    const watch = (type: string, into: LongTask[]): void =>
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { scripts?: ScriptTiming[] })[]) {
          const scripts = (entry.scripts ?? []).map(
            ({ invoker, sourceFunctionName, duration }) =>
              `${Math.round(duration)} ms ${invoker} ${sourceFunctionName}`,
          );
          into.push({ atMs: Math.round(entry.startTime), ms: Math.round(entry.duration), scripts });
        }
      }).observe({ type });
    watch('longtask', tasks);
    watch('long-animation-frame', frames);
  });

const longTasks = (page: Page): Promise<{ tasks: LongTask[]; frames: LongTask[] }> =>
  page.evaluate(
    () => (window as unknown as { tabcastLongTasks: { tasks: LongTask[]; frames: LongTask[] } }).tabcastLongTasks,
  );

/** The heap after a collection; the page stands still for it, and `[from, to]` is when, by the page's own clock. */
async function measureHeap(page: Page): Promise<{ bytes: number; fromMs: number; toMs: number }> {
  const nowMs = (): Promise<number> => page.evaluate(() => performance.now());
  const fromMs = await nowMs();
  const bytes = await pageHeapBytes(page);
  return { bytes, fromMs, toMs: await nowMs() };
}

/** What the finished segments hold: bytes of samples, keys of the grid that are missing, and keys beside the grid. */
async function readSegments(run: StudioRun, count: number) {
  let sampleBytes = 0;
  let keysMissed = 0;
  let keysOwn = 0;
  for (const track of run.tracks) {
    const fetched = await fetchTrack(run.origin.url, run.id, track, count);
    for (const segment of fetched.segments) {
      const packets = await probePackets(fetched.init, segment);
      sampleBytes += packets.reduce((sum, packet) => sum + packet.bytes, 0);
      if (track.kind !== 'video') continue;
      const isOnGrid = (i: number): boolean => i % (2 * track.frameRate) === 0;
      keysMissed += packets.filter(({ isKey }, i) => isOnGrid(i) && !isKey).length;
      keysOwn += packets.filter(({ isKey }, i) => isKey && !isOnGrid(i)).length;
    }
  }
  return { sampleBytes, keysMissed, keysOwn };
}

/** Sums of the health panel: frames encoded and repeated over all renditions. */
async function framesShown(page: Page): Promise<{ encoded: number; repeated: number }> {
  const rows = await page
    .getByRole('row')
    .evaluateAll((all) =>
      all.map((row) =>
        [...row.querySelectorAll('td')].map((cell) => Number((cell.textContent ?? '').replace(/\D/g, ''))),
      ),
    );
  const numbers = rows.filter((cells) => cells.length >= 4);
  const column = (fromEnd: number): number => numbers.reduce((sum, cells) => sum + (cells.at(-fromEnd) ?? 0), 0);
  return { encoded: column(3), repeated: column(2) };
}

async function main(): Promise<void> {
  const minutes = Number(values.minutes);
  const firstMinute = Math.min(Number(values['first-heap']), minutes / 2);
  const studioQuery = values.encoder === undefined ? '' : `?encoder=${encodeURIComponent(values.encoder)}`;
  const run = await startStudioRun({ width: 1280, height: 720, frameRate: 30, studioQuery });
  try {
    const counted = await countUploads(run.studio);
    await watchLongTasks(run.studio);
    await untilMedia(run, 10);
    const from = counted();
    await untilMedia(run, firstMinute * 60);
    const before = await measureHeap(run.studio);
    await untilMedia(run, minutes * 60);
    const { tasks: all, frames: lateFrames } = await longTasks(run.studio);
    const tasks = all.filter(({ atMs, ms }) => atMs + ms < before.fromMs || atMs > before.toMs).map(({ ms }) => ms);
    const after = await measureHeap(run.studio);
    const to = counted();
    const segments = Math.floor((minutes * 60) / 10) - 1;
    const { sampleBytes, keysMissed, keysOwn } = await readSegments(run, segments);
    const shares = await rateShares(run, segments - 1);
    const frames = await framesShown(run.studio);
    const sampleBytesPerS = sampleBytes / (segments * 10);
    const sentBytesPerS = (to.requestBytes - from.requestBytes) / (minutes * 60 - 10);
    const row: Record<string, Cell> = {
      minutes,
      renditions: run.tracks.filter(({ kind }) => kind === 'video').length,
      'rate share, lowest': Math.min(...Object.values(shares)),
      'tasks over 50 ms': tasks.length,
      'worst task ms': Math.max(0, ...tasks),
      'heap growth MB': (after.bytes - before.bytes) / 1e6,
      'frames encoded': frames.encoded,
      'frames repeated': frames.repeated,
      'keys missed': keysMissed,
      "keys of the encoder's own": keysOwn,
      'upload overhead %': 100 * (sentBytesPerS / sampleBytesPerS - 1),
      'requests per s': (to.requests - from.requests) / (minutes * 60 - 10),
    };
    printTable('The studio while live, 720p30', [row]);
    writeResult('live', { options: values, row, shares, longTasks: all, lateFrames, before, after });
  } finally {
    await run.stop();
  }
}

if (values.help) console.log(HELP);
else await main();
