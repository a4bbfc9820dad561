import { parentPort, workerData } from 'node:worker_threads';
import { live } from '../../src/protocol/urls.ts';
import { RawConnection } from './raw-get.ts';
import type { StormJob, StormSeen } from './storm.ts';

const job = workerData as StormJob;
const startedMs = Date.now();
const segment = Math.floor(job.part / job.partsPerSegment);
const path = live.piece(job.id, 'v360', segment, job.part % job.partsPerSegment, job.partsPerSegment);
const dueMs = job.availabilityStartMs + ((job.part + 1) * 10_000) / job.partsPerSegment;
const late: number[] = [];
let failed = 0;

async function comeBack(): Promise<void> {
  const connection = new RawConnection(job.port);
  let bytes = 0;
  const status = await connection.get(path, (data) => {
    bytes += data.length;
  });
  if (status === 200 && bytes > 100) late.push(Date.now() - Math.max(dueMs, startedMs));
  else failed++;
  connection.close();
}

const all = await Promise.allSettled(Array.from({ length: job.viewers }, comeBack));
failed += all.filter(({ status }) => status === 'rejected').length;
parentPort?.postMessage({ late, failed } satisfies StormSeen);
