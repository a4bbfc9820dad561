import { parentPort, workerData } from 'node:worker_threads';
import { live } from '../../src/protocol/urls.ts';
import type { ViewersJob, ViewersSeen } from './live-edge.ts';
import { RawConnection } from './raw-get.ts';

const job = workerData as ViewersJob;
const late: number[] = [];
let failed = 0;
const endMs = Date.now() + job.seconds * 1000;
/** A part is sent by the publisher at its nominal end: what comes after is the relay. */
const lateMs = (part: number): number =>
  Date.now() - job.availabilityStartMs - ((part + 1) * 10_000) / job.partsPerSegment;

/** Asks for the next piece, one after another, as a player without the feed does. */
async function followPieces(track: string): Promise<void> {
  const connection = new RawConnection(job.port);
  for (let part = job.fromPart; Date.now() < endMs; part++) {
    const segment = Math.floor(part / job.partsPerSegment);
    const path = live.piece(job.id, track, segment, part % job.partsPerSegment, job.partsPerSegment);
    let bytes = 0;
    const status = await connection.get(path, (data) => {
      bytes += data.length;
    });
    if (status === 200 && bytes > 100) late.push(lateMs(part));
    else failed++;
  }
  connection.close();
}

/** Keeps the growing segment open, and the next one after it. */
async function followFeed(track: string): Promise<void> {
  let part = job.fromPart;
  while (Date.now() < endMs) {
    const connection = new RawConnection(job.port);
    const segment = Math.floor(part / job.partsPerSegment);
    const closing = setTimeout(() => connection.close(), endMs - Date.now());
    const whole = connection.get(live.feed(job.id, track, segment, part % job.partsPerSegment), (data) => {
      for (let at = data.indexOf('moof'); at >= 0; at = data.indexOf('moof', at + 4)) late.push(lateMs(part++));
    });
    const over = new Promise<'over'>((resolve) => setTimeout(() => resolve('over'), endMs - Date.now()));
    const result = await Promise.race([whole, over]);
    clearTimeout(closing);
    connection.close();
    if (result === 'over') return;
    if (result !== 200) failed++;
    part = (segment + 1) * job.partsPerSegment;
  }
}

const follow = job.kind === 'pieces' ? followPieces : followFeed;
const followers = Array.from({ length: job.viewers }, () => [follow('v360'), follow('a128')]).flat();
for (const outcome of await Promise.allSettled(followers)) if (outcome.status === 'rejected') failed++;
parentPort?.postMessage({ late, failed } satisfies ViewersSeen);
