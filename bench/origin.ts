import { parseArgs } from 'node:util';
import { freePort } from '../tests/helpers/free-port.ts';
import { startOrigin } from '../tests/helpers/origin.ts';
import { publish } from '../tests/helpers/publisher.ts';
import { cpuSecondsOf } from './origin/cpu.ts';
import { finishedSegments } from './origin/finished.ts';
import { watchLiveEdge } from './origin/live-edge.ts';
import { ownMetrics, relayMs } from './origin/own-metrics.ts';
import { harmToOthers, reconnectStorms } from './origin/storm.ts';
import { waitForCreator } from './origin/waiting.ts';
import { printTable, writeResult } from './shared/report.ts';
import { inspectNode } from './soak/inspect-node.ts';

const HELP = `One origin process under viewers: at the live edge, on finished segments beside nginx (when installed), when all come
back at once, beside some who mean harm, and while all wait for a creator who is away.
  --seconds N     length of each run (20)
  --viewers LIST  viewers at the live edge (50,100,300)
  --storm N       viewers that come back at once, and that wait (2000)
  --only LIST     of ingest,pieces,feed,finished,storm,harm,waiting`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    viewers: { type: 'string', default: '50,100,300' },
    only: { type: 'string', default: 'ingest,pieces,feed,finished,storm,harm,waiting' },
    storm: { type: 'string', default: '2000' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const seconds = Number(values.seconds);
  const only = new Set(values.only.split(','));
  const inspectPort = await freePort();
  const origin = await startOrigin({ env: { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectPort}` } });
  const inspected = await inspectNode(inspectPort);
  const watched = { url: origin.url, pid: origin.pid, inspected };
  const publisher = await publish({ origin: origin.url, pastSeconds: 41 });
  await publisher.reached(41);
  // Viewers of a publisher that fell silent would measure nothing.
  const stopped = publisher.finished.then(() => {
    throw new Error('the publisher stopped');
  });
  stopped.catch(() => undefined);
  try {
    const edge: Record<string, string | number | null>[] = [];
    if (only.has('ingest')) {
      const before = await cpuSecondsOf(origin.pid);
      await publisher.reached(publisher.nextPart() / 10 + seconds);
      const share = (100 * ((await cpuSecondsOf(origin.pid)) - before)) / seconds;
      edge.push({
        what: 'ingest only',
        viewers: 0,
        'late p50 ms': null,
        'late p95 ms': null,
        failed: 0,
        'core %': share,
        'written p95 ms': null,
      });
    }
    for (const viewers of values.viewers.split(',').map(Number))
      for (const kind of ['pieces', 'feed'] as const) {
        if (!only.has(kind)) continue;
        const before = await cpuSecondsOf(origin.pid);
        const metricsBefore = await ownMetrics(origin.url);
        const seen = await Promise.race([watchLiveEdge(kind, origin.url, publisher, viewers, seconds), stopped]);
        const share = (100 * ((await cpuSecondsOf(origin.pid)) - before)) / seconds;
        const doorMs = relayMs(metricsBefore, await ownMetrics(origin.url), 0.95);
        const what = kind === 'feed' ? 'feed' : 'pieces of 0.1 s';
        edge.push({ what, viewers, ...seen, 'core %': share, 'written p95 ms': doorMs });
      }
    const finished = only.has('finished') ? await finishedSegments(watched, seconds) : [];
    const storms = only.has('storm') ? await reconnectStorms(watched, publisher, Number(values.storm)) : [];
    const harm = only.has('harm') ? await harmToOthers(watched, publisher, seconds) : [];
    const waiting: Readonly<Record<string, string | number | null>>[] = [];
    if (only.has('waiting')) {
      await publisher.abandon();
      waiting.push(await waitForCreator(watched, publisher, Number(values.storm), seconds));
    }
    if (edge.length > 0) printTable(`Viewers at the live edge, ${seconds} s each, one origin process`, edge);
    if (finished.length > 0) printTable(`Finished 10 s segments, whole, ${seconds} s each`, finished);
    if (storms.length > 0) printTable('Everybody comes back at once, for a part that is not there yet', storms);
    if (harm.length > 0) printTable(`A hundred viewers at the live edge, ${seconds} s each, beside`, harm);
    if (waiting.length > 0)
      printTable(`The creator is away, and everybody asks for ${seconds} s how it stands`, waiting);
    writeResult('origin', { options: values, edge, finished, storms, harm, waiting });
  } finally {
    inspected.close();
    await publisher.abandon();
    await origin.stop();
  }
}

if (values.help) console.log(HELP);
else await main();
