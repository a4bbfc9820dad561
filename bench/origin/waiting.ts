import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Publisher } from '../../tests/helpers/publisher.ts';
import { type Cell, percentile } from '../shared/report.ts';
import { cpuSecondsOf } from './cpu.ts';
import type { Watched } from './storm.ts';

export interface WaitingJob {
  readonly port: number;
  readonly id: string;
  readonly viewers: number;
  readonly seconds: number;
}

export interface WaitingSeen {
  /** Milliseconds from every question to the end of its answer. */
  readonly tookMs: readonly number[];
  readonly failed: number;
}

/** The creator is away, and everybody asks how the broadcast stands, as the watch page does while it waits. */
export async function waitForCreator(
  origin: Watched,
  publisher: Publisher,
  viewers: number,
  seconds: number,
): Promise<Readonly<Record<string, Cell>>> {
  const job: WaitingJob = { port: Number(new URL(origin.url).port), id: publisher.id, viewers, seconds };
  const before = await cpuSecondsOf(origin.pid);
  const worker = new Worker(new URL('./waiting.worker.ts', import.meta.url), { workerData: job });
  const [seen] = (await once(worker, 'message')) as [WaitingSeen];
  await worker.terminate();
  const share = (100 * ((await cpuSecondsOf(origin.pid)) - before)) / seconds;
  return {
    viewers,
    'answers a second': Math.round(seen.tookMs.length / seconds),
    'took p50 ms': percentile(seen.tookMs, 0.5),
    'p95 ms': percentile(seen.tookMs, 0.95),
    failed: seen.failed,
    'core %': share,
  };
}
