import { parseArgs } from 'node:util';
import { startOrigin } from '../tests/helpers/origin.ts';
import { publish } from '../tests/helpers/publisher.ts';
import { cpuSecondsOf } from './origin/cpu.ts';
import { loadSegments, startNginx } from './origin/finished.ts';
import { watchLiveEdge } from './origin/live-edge.ts';
import { printTable, writeResult } from './shared/report.ts';

const HELP = `One origin process under viewers: at the live edge, and on finished segments beside nginx (when installed).
  --seconds N     length of each run (20)
  --viewers LIST  viewers at the live edge (50,100,300)
  --only LIST     of ingest,pieces,feed,finished`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    viewers: { type: 'string', default: '50,100,300' },
    only: { type: 'string', default: 'ingest,pieces,feed,finished' },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const seconds = Number(values.seconds);
  const only = new Set(values.only.split(','));
  const origin = await startOrigin();
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
      });
    }
    for (const viewers of values.viewers.split(',').map(Number))
      for (const kind of ['pieces', 'feed'] as const) {
        if (!only.has(kind)) continue;
        const before = await cpuSecondsOf(origin.pid);
        const seen = await Promise.race([watchLiveEdge(kind, origin.url, publisher, viewers, seconds), stopped]);
        const share = (100 * ((await cpuSecondsOf(origin.pid)) - before)) / seconds;
        edge.push({ what: kind === 'feed' ? 'feed' : 'pieces of 0.1 s', viewers, ...seen, 'core %': share });
      }
    const finished: Record<string, string | number | null>[] = [];
    if (only.has('finished')) {
      finished.push({ server: 'Tabcast', ...(await loadSegments(origin.url, publisher.id, seconds)) });
      const nginx = await startNginx(origin.url, publisher.id);
      if (nginx === undefined) console.log('nginx is not installed here: finished segments are measured alone.');
      else {
        finished.push({ server: 'nginx', ...(await loadSegments(nginx.url, publisher.id, seconds)) });
        await nginx.stop();
      }
    }
    if (edge.length > 0) printTable(`Viewers at the live edge, ${seconds} s each, one origin process`, edge);
    if (finished.length > 0) printTable('Finished 10 s segments, whole', finished);
    writeResult('origin', { options: values, edge, finished });
  } finally {
    await publisher.abandon();
    await origin.stop();
  }
}

if (values.help) console.log(HELP);
else await main();
