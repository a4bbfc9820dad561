import { parseArgs } from 'node:util';
import { LEASE_SECONDS, simulate } from './mapreduce/simulation.ts';
import { FRAME_RATE, nativeSeconds, SIZES, sourceOf, uploadTimes } from './mapreduce/upload-run.ts';
import { type Cell, printTable, writeResult } from './shared/report.ts';

const HELP = `npm run bench -- mapreduce [-- options]
A file to 1080p, 720p, 480p, 360p and 240p: uploaded in a real studio to a real origin, beside native ffmpeg (x264,
files only). Then a simulation of the product's own board with up to 1000 helpers that die at random.
  --sizes LIST      of 1080p,4K,8K (all)
  --seconds N       length of the file (20)
  --rounds N        runs of each, in turn (2)
  --service-ms N    what a segment takes in the simulation (as measured at 1080p)
  --only simulation no browser`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1080p,4K,8K' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '2' },
    'service-ms': { type: 'string' },
    only: { type: 'string' },
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
    const [tab, first, ultrafast, veryfast]: number[][] = [[], [], [], []];
    for (let round = 0; round < rounds; round++) {
      const times = await uploadTimes(file);
      tab?.push(times.seconds);
      first?.push(times.firstSegmentSeconds);
      ultrafast?.push(await nativeSeconds(file, seconds, 'ultrafast'));
      veryfast?.push(await nativeSeconds(file, seconds, 'veryfast'));
      console.log(`${size.name}, round ${round + 1}: the tab ${times.seconds.toFixed(1)} s`);
    }
    const fps = (took: readonly number[] = []): number => (seconds * FRAME_RATE) / middle(took);
    if (size.name === '1080p') serviceMs = (middle(tab ?? []) * 10_000) / seconds;
    rows.push({
      file: `${size.name}, ${seconds} s`,
      'tab frames/s': fps(tab),
      'ultrafast frames/s': fps(ultrafast),
      'veryfast frames/s': fps(veryfast),
      'tab ÷ ultrafast': fps(tab) / fps(ultrafast),
      'first 10 s after, s': middle(first ?? []),
    });
  }
  return { rows, serviceMs };
}

function simulated(serviceMs: number): Rows {
  const hour = 360;
  const cases = [1, 2, 4, 10, 100, 1000].flatMap((helpers) =>
    [Number.POSITIVE_INFINITY, 300_000].map((lifeMs) => ({
      helpers,
      lifeMs,
      segments: helpers >= 100 ? 24 * hour : hour,
    })),
  );
  return cases.map(({ helpers, lifeMs, segments }) => {
    const result = simulate({ helpers, lifeMs, segments, serviceMs, roundTripMs: 80, seed: 7 });
    return {
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

async function main(): Promise<void> {
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
