import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Publisher } from '../../tests/helpers/publisher.ts';
import { percentile } from '../shared/report.ts';

export interface ViewersJob {
  readonly kind: 'pieces' | 'feed';
  readonly port: number;
  readonly id: string;
  readonly availabilityStartMs: number;
  readonly partsPerSegment: number;
  readonly fromPart: number;
  readonly viewers: number;
  readonly seconds: number;
}

export interface ViewersSeen {
  /** For every part of every viewer, milliseconds from when it was sent to when it was here. */
  readonly late: readonly number[];
  readonly failed: number;
}

/** So many viewers at the live edge, a picture and a sound each, in a thread of their own beside the publisher. */
export async function watchLiveEdge(
  kind: ViewersJob['kind'],
  origin: string,
  publisher: Publisher,
  viewers: number,
  seconds: number,
): Promise<Record<string, number | null>> {
  const job: ViewersJob = {
    kind,
    port: Number(new URL(origin).port),
    id: publisher.id,
    availabilityStartMs: publisher.availabilityStartMs,
    partsPerSegment: publisher.grid.partsPerSegment,
    // A thread takes a moment to start; whoever begins in the past would count that as the relay's delay.
    fromPart: publisher.nextPart() + 20,
    viewers,
    seconds,
  };
  const worker = new Worker(new URL('./viewers.worker.ts', import.meta.url), { workerData: job });
  const [seen] = (await once(worker, 'message')) as [ViewersSeen];
  await worker.terminate();
  return {
    'late p50 ms': percentile(seen.late, 0.5),
    'late p95 ms': percentile(seen.late, 0.95),
    parts: seen.late.length,
    failed: seen.failed,
  };
}
