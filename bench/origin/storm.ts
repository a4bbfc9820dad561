import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { live } from '../../src/protocol/urls.ts';
import type { Publisher } from '../../tests/helpers/publisher.ts';
import { type Cell, percentile } from '../shared/report.ts';
import type { InspectedNode } from '../soak/inspect-node.ts';
import { descriptors, residentBytes } from '../soak/process-facts.ts';
import { watchLiveEdge } from './live-edge.ts';

export interface StormJob {
  readonly port: number;
  readonly id: string;
  readonly availabilityStartMs: number;
  readonly partsPerSegment: number;
  /** They all want this one, which is not there yet. */
  readonly part: number;
  readonly viewers: number;
}

export interface StormSeen {
  /** For every viewer, milliseconds from when the part was sent, or from when all came if that was later. */
  readonly late: readonly number[];
  readonly failed: number;
}

/** The origin that is looked at. */
export interface Watched {
  readonly url: string;
  readonly pid: number;
  readonly inspected: InspectedNode;
}

type Row = Readonly<Record<string, Cell>>;
/** What stays when all have gone. */
const costOf = async ({ pid, inspected }: Watched): Promise<Row> => ({
  'heap MB': (await inspected.heapBytes()) / 1e6,
  'resident MB': (await residentBytes(pid)) / 1e6,
  descriptors: await descriptors(pid),
});

const STORMS = 6;
/** Parts until the one that they wait for: a second, in which they all come. */
const AHEAD = 10;

/** An outage is over, and everybody opens a connection at once and asks for the same part; again and again. */
export async function reconnectStorms(origin: Watched, publisher: Publisher, viewers: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let storm = 1; storm <= STORMS; storm++) {
    const job: StormJob = {
      port: Number(new URL(origin.url).port),
      id: publisher.id,
      availabilityStartMs: publisher.availabilityStartMs,
      partsPerSegment: publisher.grid.partsPerSegment,
      part: publisher.nextPart() + AHEAD,
      viewers,
    };
    const worker = new Worker(new URL('./storm.worker.ts', import.meta.url), { workerData: job });
    const [seen] = (await once(worker, 'message')) as [StormSeen];
    await worker.terminate();
    await publisher.reached(publisher.nextPart() / 10 + 2);
    rows.push({
      storm,
      viewers,
      'served after p50 ms': percentile(seen.late, 0.5),
      'p95 ms': percentile(seen.late, 0.95),
      failed: seen.failed,
      ...(await costOf(origin)),
    });
  }
  return rows;
}

const HELLO_SLOWLY = 'GET /time HTTP/1.1\r\nHost: x\r\nX-Slow: ';
const LORIS = 500;
const DRIP_MS = 1000;

async function open(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // That the origin ends it is what is to be seen.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** What a hundred viewers at the live edge notice of one who reads nothing, and of half a thousand who drip headers. */
export async function harmToOthers(origin: Watched, publisher: Publisher, seconds: number): Promise<readonly Row[]> {
  const port = Number(new URL(origin.url).port);
  const watch = async (beside: string): Promise<Row> => {
    const seen = await watchLiveEdge('pieces', origin.url, publisher, 100, seconds);
    await publisher.reached(publisher.nextPart() / 10 + 2);
    return { beside, ...seen, ...(await costOf(origin)) };
  };
  const rows = [await watch('nobody')];
  const segment = Math.floor(publisher.nextPart() / publisher.grid.partsPerSegment);
  const feed = `GET ${live.feed(publisher.id, 'v720', segment, 0)} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const stuck = await open(port, feed);
  stuck.pause();
  rows.push(await watch('one who reads nothing'));
  stuck.destroy();
  const dripping = await Promise.all(Array.from({ length: LORIS }, () => open(port, HELLO_SLOWLY)));
  const drip = setInterval(() => {
    for (const socket of dripping) if (!socket.destroyed) socket.write('a');
  }, DRIP_MS);
  rows.push(await watch(`${LORIS} who drip a header`));
  clearInterval(drip);
  for (const socket of dripping) socket.destroy();
  rows.push(await watch('nobody again'));
  return rows;
}
