import { parseArgs } from 'node:util';
import { liveOverLines } from './mapreduce/live-lines.ts';
import { liveBench } from './mapreduce/live-run.ts';
import { mediabunnySeconds, profileOf } from './mapreduce/others-run.ts';
import { helpersScaled, workersScaled } from './mapreduce/scaling.ts';
import { seamQuality } from './mapreduce/seams.ts';
import { LEASE_SECONDS, simulate } from './mapreduce/simulation.ts';
import { uploadTimeline } from './mapreduce/timeline-run.ts';
import {
  FRAME_RATE,
  nativeSeconds,
  SIZES,
  SMALL,
  type SourceSize,
  sourceOf,
  uploadTimes,
} from './mapreduce/upload-run.ts';
import { type Cell, printTable, writeResult } from './shared/report.ts';

const HELP = `npm run bench -- mapreduce [-- options]
A file to 1080p, 720p, 480p, 360p and 240p: uploaded in a real studio to a real origin, beside native ffmpeg (x264,
files only) and mediabunny's Conversion (the first pictures of it, to memory). Then a simulation of the product's own board with up to 1000 helpers that die at random.
  --sizes LIST      of 1080p,4K,8K (all)
  --seconds N       length of the file (20; with helpers 120)
  --rounds N        runs of each, in turn (2)
  --against LIST    of ultrafast,veryfast,mediabunny (all)
  --service-ms N    what a segment takes in the simulation (as measured at 1080p)
  --uplink-mbps N   of the creator in the simulation (100); a source has the 12 Mb/s of the 1080p file
  --look-ms N       what the creator's tab takes to look at a segment (700)
  --only WHAT       simulation (no browser), workers (of one tab, on one processor each as far as there are any),
                    helpers (tabs of 480p; each a machine with --share of one processor), profile (where the processor
                    time of one tab goes), timeline (where its time goes), seams (PSNR after them),
                    live (helpers of a live, killed at work: how far they are behind, PSNR across takeovers),
                    live-lines (the same simulated, over lines of several lengths and on busy machines)
  --share N         of one processor for each tab (0.4)
  --minutes N       of the live (4)
  --helpers N       that help with it at any time (2)
  --kill-every N    seconds (20)
  --kill HOW        closed: the tab is closed; silent: its line carries nothing any more (closed)
  --round-trip N    milliseconds between a helper and the origin (0)
  --ladder LIST     heights; helpers make all but the first (480,360,240)`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1080p,4K,8K' },
    seconds: { type: 'string' },
    rounds: { type: 'string', default: '2' },
    against: { type: 'string', default: 'ultrafast,veryfast,mediabunny' },
    'service-ms': { type: 'string' },
    'uplink-mbps': { type: 'string', default: '100' },
    'look-ms': { type: 'string', default: '700' },
    only: { type: 'string' },
    share: { type: 'string', default: '0.4' },
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

const CONTESTANTS = ['tab', 'ultrafast', 'veryfast', 'mediabunny'] as const;
type Contestant = (typeof CONTESTANTS)[number];

/** Pictures a second of one run. */
async function framesPerSecond(who: Exclude<Contestant, 'tab'>, size: SourceSize, file: string, seconds: number) {
  if (who === 'mediabunny') return size.mediabunnyFrames / (await mediabunnySeconds(file, size.mediabunnyFrames));
  return (seconds * FRAME_RATE) / (await nativeSeconds(file, seconds, who));
}

async function measure(seconds: number, rounds: number): Promise<{ rows: Rows; serviceMs: number | undefined }> {
  const rows: Rows = [];
  let serviceMs: number | undefined;
  const others = CONTESTANTS.filter((who) => who !== 'tab').filter((who) => values.against.split(',').includes(who));
  for (const size of SIZES.filter(({ name }) => values.sizes.split(',').includes(name))) {
    const file = await sourceOf(size, seconds);
    const fps = new Map<Contestant, number[]>();
    const note = (who: Contestant, value: number): void => {
      fps.set(who, [...(fps.get(who) ?? []), value]);
      console.log(`${size.name}: ${who} ${value.toFixed(1)} frames/s`);
    };
    const [opening, first]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const times = await uploadTimes(file);
      note('tab', (seconds * FRAME_RATE) / times.seconds);
      opening.push(times.openingSeconds);
      first.push(times.firstSegmentSeconds);
      for (const who of others) note(who, await framesPerSecond(who, size, file, seconds));
    }
    const of = (who: Contestant): number | null => (fps.has(who) ? middle(fps.get(who) ?? []) : null);
    const tab = of('tab') ?? 0;
    const over = (who: Contestant): number | null => (of(who) === null ? null : tab / (of(who) ?? 0));
    if (size.name === '1080p') serviceMs = (FRAME_RATE * 10_000) / tab;
    rows.push({
      file: `${size.name}, ${seconds} s`,
      ...Object.fromEntries(CONTESTANTS.map((who) => [`${who} frames/s`, of(who)])),
      'tab ÷ ultrafast': over('ultrafast'),
      'tab ÷ mediabunny': over('mediabunny'),
      'opening, s': middle(opening),
      'first 10 s after, s': middle(first),
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
    case 'workers':
      return { 'Workers of one tab': await workersScaled(await oneFile(seconds), seconds) };
    case 'helpers':
      return {
        'Tabs: the creator’s and its helpers': await helpersScaled(await sourceOf(SMALL, seconds), {
          seconds,
          share: Number(values.share),
        }),
      };
    case 'timeline':
      return uploadTimeline(await oneFile(seconds));
    case 'profile':
      return profile(seconds);
    case 'live-lines':
      return { 'Two helpers of a live, simulated; means of five rounds of ten minutes': liveOverLines() };
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
  const seconds = Number(values.seconds ?? (values.only === 'helpers' ? 120 : 20));
  const tables = await only(values.only ?? '', seconds);
  if (tables !== undefined) {
    for (const [title, rows] of Object.entries(tables)) printTable(title, rows);
    writeResult(`mapreduce-${values.only}`, { options: values, tables });
    return;
  }
  const isSimulationOnly = values.only === 'simulation';
  const measured = isSimulationOnly ? undefined : await measure(seconds, Number(values.rounds));
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
