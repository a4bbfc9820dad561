import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { helpedTimes } from './mapreduce/helped-run.ts';
import { liveBench } from './mapreduce/live-run.ts';
import { mediabunnySeconds, profileOf } from './mapreduce/others-run.ts';
import { seamQuality } from './mapreduce/seams.ts';
import { LEASE_SECONDS, simulate } from './mapreduce/simulation.ts';
import { FRAME_RATE, nativeSeconds, SIZES, sourceOf, uploadTimes } from './mapreduce/upload-run.ts';
import { workersTimes } from './mapreduce/workers-run.ts';
import { type Cell, printTable, writeResult } from './shared/report.ts';

const HELP = `npm run bench -- mapreduce [-- options]
A file to 1080p, 720p, 480p, 360p and 240p: uploaded in a real studio to a real origin, beside native ffmpeg (x264,
files only) and mediabunny's Conversion (the first pictures of it, to memory). Then a simulation of the product's own board with up to 1000 helpers that die at random.
  --sizes LIST      of 1080p,4K,8K (all)
  --seconds N       length of the file (20)
  --rounds N        runs of each, in turn (2)
  --service-ms N    what a segment takes in the simulation (as measured at 1080p)
  --uplink-mbps N   of the creator in the simulation (100); a source has the 12 Mb/s of the 1080p file
  --look-ms N       what the creator's tab takes to look at a segment (700)
  --only WHAT       simulation (no browser), workers and helpers (on one processor each), profile (where the time of
                    one tab goes), seams (PSNR after them),
                    live (helpers of a live, killed at work: how far they are behind, PSNR across takeovers)
  --minutes N       of the live (4)
  --helpers N       that help with it at any time (2)
  --kill-every N    seconds (20)
  --kill HOW        closed: the tab is closed; silent: its line carries nothing any more (closed)
  --round-trip N    milliseconds between a helper and the origin (0)
  --ladder LIST     heights; helpers make all but the first (480,360,240)`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1080p,4K,8K' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '2' },
    'service-ms': { type: 'string' },
    'uplink-mbps': { type: 'string', default: '100' },
    'look-ms': { type: 'string', default: '700' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '4' },
    helpers: { type: 'string', default: '2' },
    'kill-every': { type: 'string', default: '20' },
    kill: { type: 'string', default: 'closed' },
    'round-trip': { type: 'string', default: '0' },
    ladder: { type: 'string', default: '480,360,240' },
    help: { type: 'boolean', default: false },
  },
});

const USUAL_SERVICE_MS = 6_000;
const middle = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

type Rows = Record<string, Cell>[];

async function measure(seconds: number, rounds: number): Promise<{ rows: Rows; serviceMs: number | undefined }> {
  const rows: Rows = [];
  let serviceMs: number | undefined;
  for (const size of SIZES.filter(({ name }) => values.sizes.split(',').includes(name))) {
    const file = await sourceOf(size, seconds);
    const [tab, opening, first, ultrafast, veryfast, mediabunny]: number[][] = [[], [], [], [], [], []];
    for (let round = 0; round < rounds; round++) {
      const times = await uploadTimes(file);
      tab?.push(times.seconds);
      opening?.push(times.openingSeconds);
      first?.push(times.firstSegmentSeconds);
      ultrafast?.push(await nativeSeconds(file, seconds, 'ultrafast'));
      veryfast?.push(await nativeSeconds(file, seconds, 'veryfast'));
      mediabunny?.push((await mediabunnySeconds(file, size.mediabunnyFrames)) / size.mediabunnyFrames);
      console.log(`${size.name}, round ${round + 1}: the tab ${times.seconds.toFixed(1)} s`);
    }
    const fps = (took: readonly number[] = []): number => (seconds * FRAME_RATE) / middle(took);
    if (size.name === '1080p') serviceMs = (middle(tab ?? []) * 10_000) / seconds;
    rows.push({
      file: `${size.name}, ${seconds} s`,
      'tab frames/s': fps(tab),
      'ultrafast frames/s': fps(ultrafast),
      'veryfast frames/s': fps(veryfast),
      'mediabunny frames/s': 1 / middle(mediabunny ?? []),
      'tab ÷ ultrafast': fps(tab) / fps(ultrafast),
      'tab ÷ mediabunny': fps(tab) * middle(mediabunny ?? []),
      'opening, s': middle(opening ?? []),
      'first 10 s after, s': middle(first ?? []),
    });
  }
  return { rows, serviceMs };
}

/** Of the source's bits on the creator's line, and of its tab while it looks. */
const creatorMs = (): number => (12_000 * 10) / Number(values['uplink-mbps']) + Number(values['look-ms']);

function simulated(serviceMs: number): Rows {
  const hour = 360;
  const cases = [1, 2, 4, 10, 100, 1000].flatMap((helpers) =>
    [
      { lifeMs: Number.POSITIVE_INFINITY, creatorMs: 0 },
      { lifeMs: 300_000, creatorMs: 0 },
      { lifeMs: 300_000, creatorMs: creatorMs() },
    ].map((one) => ({ ...one, helpers, segments: helpers >= 100 ? 24 * hour : hour })),
  );
  return cases.map(({ helpers, lifeMs, segments, creatorMs }) => {
    const result = simulate({ helpers, lifeMs, segments, serviceMs, creatorMs, roundTripMs: 80, seed: 7 });
    return {
      'creator, s a segment': creatorMs / 1000,
      helpers,
      'recording, h': segments / hour,
      'a helper stays': Number.isFinite(lifeMs) ? `${lifeMs / 60_000} min` : 'to the end',
      'done after, min': result.makespanMs / 60_000,
      'efficiency %': (100 * result.idealMs) / result.makespanMs,
      'wasted work %': 100 * result.wastedShare,
      'requests/s': result.requestsPerSecond,
      'busiest second': result.busiestSecond,
      deaths: result.deaths,
    };
  });
}

const EFFICIENCIES = [1, 2, 4];

/** Efficiency is against one on one processor, by the processors that were used. */
async function scaled(
  kind: string,
  seconds: number,
  run: (count: number, processors: readonly number[]) => Promise<{ seconds: number; more?: Record<string, Cell> }>,
): Promise<Rows> {
  const rows: Rows = [];
  let aloneSeconds = 0;
  for (const count of EFFICIENCIES) {
    const processors = Array.from({ length: Math.min(count, availableParallelism()) }, (_, i) => i);
    const { seconds: took, more = {} } = await run(count, processors);
    if (count === 1) aloneSeconds = took;
    rows.push({
      [kind]: count,
      processors: processors.length,
      'frames/s': (seconds * FRAME_RATE) / took,
      seconds: took,
      'efficiency %': (100 * aloneSeconds) / (processors.length * took),
      ...more,
    });
  }
  return rows;
}

async function oneFile(seconds: number): Promise<string> {
  const [size] = SIZES;
  if (size === undefined) throw new Error('no size');
  return sourceOf(size, seconds);
}

/** Where the time of one tab goes: each rendition alone beside decoding alone, and all of them. */
async function profile(seconds: number): Promise<Readonly<Record<string, Rows>>> {
  const tables: Record<string, Rows> = {};
  for (const size of SIZES.filter(({ name }) => values.sizes.split(',').includes(name)))
    tables[size.name] = await profileOf(await sourceOf(size, seconds), seconds * FRAME_RATE);
  return tables;
}

async function seams(seconds: number): Promise<Rows> {
  const quality = await seamQuality(await oneFile(seconds), FRAME_RATE);
  return quality.map(({ track, meanDb, afterSeamDb, afterKeyDb, worstSeamDb }) => ({
    rendition: track,
    'mean, dB': meanDb,
    '10 after a seam': afterSeamDb,
    '10 after another key': afterKeyDb,
    'worst seam below its segment': worstSeamDb,
  }));
}

async function liveHelped(): Promise<void> {
  const { kills, distances, takeOvers } = await liveBench({
    minutes: Number(values.minutes),
    helpers: Number(values.helpers),
    killEveryS: Number(values['kill-every']),
    ladder: values.ladder,
    roundTripMs: Number(values['round-trip']),
    how: values.kill === 'silent' ? 'silent' : 'closed',
  });
  printTable(
    `Behind the source, milliseconds; ${kills} helpers killed at work`,
    distances.map((one) => ({
      rendition: one.track,
      parts: one.parts,
      missing: one.missing,
      p50: one.p50Ms,
      p95: one.p95Ms,
      worst: one.worstMs,
      'after a kill': one.afterKillMs,
      'worst after a kill': one.worstAfterKillMs,
    })),
  );
  printTable(
    'The ten pictures after a maker took over in mid-GOP: dB below the mean of their segment',
    takeOvers.map((one) => ({
      rendition: one.track,
      'take-overs': one.seams,
      middle: one.middleBelowDb,
      worst: one.worstBelowDb,
    })),
  );
  writeResult('mapreduce-live', { options: values, kills, distances, takeOvers });
}

/** The tables of `--only`, by their titles. */
async function only(what: string, seconds: number): Promise<Readonly<Record<string, Rows>> | undefined> {
  switch (what) {
    case 'workers': {
      const file = await oneFile(seconds);
      const run = (count: number, processors: readonly number[]) => workersTimes(file, count, processors.join(','));
      return { 'Workers of one tab': await scaled('workers', seconds, run) };
    }
    case 'helpers': {
      const file = await oneFile(seconds);
      const run = async (count: number, processors: readonly number[]) => {
        const { seconds: took, pieces } = await helpedTimes(file, count - 1, processors);
        return { seconds: took, more: { 'pieces by helpers': pieces.join(' + ') || 'none' } };
      };
      return { 'Tabs: the creator’s and its helpers': await scaled('tabs', seconds, run) };
    }
    case 'profile':
      return profile(seconds);
    case 'seams':
      return { 'PSNR against the source, where segments meet': await seams(seconds) };
    default:
      return undefined;
  }
}

async function main(): Promise<void> {
  if (values.only === 'live') {
    await liveHelped();
    return;
  }
  const tables = await only(values.only ?? '', Number(values.seconds));
  if (tables !== undefined) {
    for (const [title, rows] of Object.entries(tables)) printTable(title, rows);
    writeResult(`mapreduce-${values.only}`, { options: values, tables });
    return;
  }
  const isSimulationOnly = values.only === 'simulation';
  const measured = isSimulationOnly ? undefined : await measure(Number(values.seconds), Number(values.rounds));
  if (measured !== undefined)
    printTable('A file to five renditions, uploaded, beside native ffmpeg writing files', measured.rows);
  const serviceMs = Number(values['service-ms'] ?? measured?.serviceMs ?? USUAL_SERVICE_MS);
  const rows = simulated(serviceMs);
  printTable(
    `Simulated: ${(serviceMs / 1000).toFixed(1)} s a segment, speeds that differ by a factor of four, 80 ms, leases of ${LEASE_SECONDS} s`,
    rows,
  );
  writeResult('mapreduce', { options: values, measured: measured?.rows ?? null, serviceMs, simulated: rows });
}

if (values.help) console.log(HELP);
else await main();
