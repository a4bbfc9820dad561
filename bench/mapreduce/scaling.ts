import { availableParallelism } from 'node:os';
import { SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import type { Cell } from '../shared/report.ts';
import { helpedTimes } from './helped-run.ts';
import { FRAME_RATE } from './upload-run.ts';
import { workersTimes } from './workers-run.ts';

type Rows = Record<string, Cell>[];

const COUNTS = [1, 2, 4];

/** Efficiency is against one, by what of the machine was used: `machinesOf` it. */
async function scaled(
  kind: string,
  seconds: number,
  {
    run,
    machinesOf,
  }: {
    run: (count: number) => Promise<{ seconds: number; more?: Record<string, Cell> }>;
    machinesOf: (count: number) => number;
  },
): Promise<Rows> {
  const rows: Rows = [];
  let aloneSeconds = 0;
  for (const count of COUNTS) {
    const { seconds: took, more = {} } = await run(count);
    if (count === 1) aloneSeconds = took;
    rows.push({
      [kind]: count,
      'frames/s': (seconds * FRAME_RATE) / took,
      seconds: took,
      'efficiency %': (100 * aloneSeconds) / (machinesOf(count) * took),
      ...more,
    });
    console.log(`${count} ${kind}: ${took.toFixed(1)} s`);
  }
  return rows;
}

const processorsFor = (count: number): number[] =>
  Array.from({ length: Math.min(count, availableParallelism()) }, (_, i) => i);

/** 1, 2 and 4 workers of one tab, on one processor each as far as there are any. */
export async function workersScaled(file: string, seconds: number): Promise<Rows> {
  return scaled('workers', seconds, {
    run: (count) => workersTimes(file, count, processorsFor(count).join(',')),
    machinesOf: (count) => processorsFor(count).length,
  });
}

/** 1, 2 and 4 tabs, the creator's among them, each with a share of one processor. */
export async function helpersScaled(
  file: string,
  { seconds, share }: { readonly seconds: number; readonly share: number },
): Promise<Rows> {
  return scaled('tabs', seconds - SEGMENT_SECONDS, {
    run: async (count) => {
      const { seconds: took, pieces } = await helpedTimes(file, count - 1, { processors: processorsFor(count), share });
      return { seconds: took, more: { 'pieces by helpers': pieces.join(' + ') || 'none' } };
    },
    machinesOf: (count) => count,
  });
}
