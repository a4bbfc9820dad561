import { parseArgs } from 'node:util';
import { pages } from '../src/protocol/urls.ts';
import { freePort } from '../tests/helpers/free-port.ts';
import { type Cell, printTable, writeResult } from './shared/report.ts';
import { startStudioRun, untilMedia } from './shared/studio-run.ts';
import { type Point, trendOf } from './shared/trend.ts';
import { inspectNode } from './soak/inspect-node.ts';
import { openLoneViewer } from './soak/lone-viewer.ts';
import { descriptors, pageHeapBytes, pagesResidentBytes, residentBytes } from './soak/process-facts.ts';

const HELP = `A studio that is live and a viewer that watches for a long time: what grows, and what is only noise.
  --minutes N     60
  --ladder LIST   heights that the studio makes (480,240)
  --every N       seconds between two looks (15)
  --warm-up N     share of the time that does not count, per cent (20)`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    ladder: { type: 'string', default: '480,240' },
    every: { type: 'string', default: '15' },
    'warm-up': { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});

const MEGABYTE = 1e6;

async function main(): Promise<void> {
  const seconds = Number(values.minutes) * 60;
  const warmUpS = (seconds * Number(values['warm-up'])) / 100;
  const inspectPort = await freePort();
  const run = await startStudioRun({
    width: 854,
    height: 480,
    frameRate: 30,
    studioQuery: `?ladder=${values.ladder}`,
    originEnv: { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectPort}` },
  });
  const viewer = await openLoneViewer(run.origin.url + pages.watch(run.id));
  try {
    const { pid } = run.origin;
    const origin = await inspectNode(inspectPort);
    const studios = run.studio.context().browser();
    if (studios === null) throw new Error('the studio has no browser of its own');
    const looks: Readonly<Record<string, () => Promise<number>>> = {
      'studio page heap MB': async () => (await pageHeapBytes(run.studio)) / MEGABYTE,
      'studio processes MB': async () => (await pagesResidentBytes(studios)) / MEGABYTE,
      'viewer page heap MB': async () => (await viewer.heapBytes()) / MEGABYTE,
      'viewer processes MB': async () => (await viewer.residentBytes()) / MEGABYTE,
      'origin heap MB': async () => (await origin.heapBytes()) / MEGABYTE,
      'origin resident MB': async () => (await residentBytes(pid)) / MEGABYTE,
      'origin descriptors': () => descriptors(pid),
    };
    const points: Record<string, Point[]> = Object.fromEntries(Object.keys(looks).map((name) => [name, []]));
    for (let atS = Number(values.every); atS <= seconds; atS += Number(values.every)) {
      await untilMedia(run, atS);
      for (const [name, look] of Object.entries(looks)) points[name]?.push({ atS, value: await look() });
    }
    const rows = Object.entries(points).map(([what, all]): Record<string, Cell> => {
      const trend = trendOf(all.filter(({ atS }) => atS > warmUpS));
      return {
        what,
        first: all[0]?.value ?? null,
        mean: trend?.mean ?? null,
        last: all.at(-1)?.value ?? null,
        'per hour': trend?.perHour ?? null,
        'noise ±': trend?.noisePerHour ?? null,
      };
    });
    const { samples, freezes } = await viewer.record();
    printTable(`${values.minutes} minutes live, a look every ${values.every} s, the first ${warmUpS} s left out`, rows);
    console.log(`\nthe viewer read ${samples.length} pictures and saw ${freezes.length} freezes over 250 ms`);
    writeResult('soak', { options: values, rows, points, freezes: freezes.length });
    origin.close();
  } finally {
    await viewer.close();
    await run.stop();
  }
}

if (values.help) console.log(HELP);
else await main();
