import { parentPort, workerData } from 'node:worker_threads';
import { askAgainMs } from '../../src/play/broadcast-watch.ts';
import { api } from '../../src/protocol/urls.ts';
import { RawConnection } from './raw-get.ts';
import type { WaitingJob, WaitingSeen } from './waiting.ts';

const job = workerData as WaitingJob;
const path = api.broadcast(job.id);
const tookMs: number[] = [];
let failed = 0;
const endMs = performance.now() + job.seconds * 1000;

async function wait(): Promise<void> {
  const connection = new RawConnection(job.port);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, askAgainMs('live', true, Math.random())));
    const askedMs = performance.now();
    if (askedMs > endMs) break;
    const status = await connection.get(path, () => undefined);
    if (status === 200) tookMs.push(performance.now() - askedMs);
    else failed++;
  }
  connection.close();
}

const all = await Promise.allSettled(Array.from({ length: job.viewers }, wait));
failed += all.filter(({ status }) => status === 'rejected').length;
parentPort?.postMessage({ tookMs, failed } satisfies WaitingSeen);
