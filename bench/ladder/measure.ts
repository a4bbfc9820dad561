import { readProcessorClock } from './processor.ts';

export interface Run {
  readonly seconds: number;
  readonly fps: number;
  /** Processor seconds that the contestant took, and that others took meanwhile; null where it is not known. */
  readonly processorSeconds: number | null;
  readonly othersSeconds: number | null;
  /** Share of the machine's processors that nobody used: high when a contestant waits or does not use all of them. */
  readonly idleShare: number | null;
  /** Share of the machine's processors that others used. */
  readonly othersShare: number | null;
}

/** Runs once between two readings of the processor clock. */
export async function measureRun(frames: number, run: () => Promise<number>): Promise<Run> {
  const before = readProcessorClock();
  const seconds = await run();
  const after = readProcessorClock();
  const fps = frames / seconds;
  if (before === null || after === null)
    return { seconds, fps, processorSeconds: null, othersSeconds: null, idleShare: null, othersShare: null };
  const processorSeconds = after.oursSeconds - before.oursSeconds;
  const machine = after.machineSeconds - before.machineSeconds + after.stolenSeconds - before.stolenSeconds;
  const idleSeconds = after.idleSeconds - before.idleSeconds;
  const othersSeconds = Math.max(0, machine - processorSeconds);
  const [idleShare, othersShare] = [idleSeconds, othersSeconds].map((part) => part / (machine + idleSeconds));
  return {
    seconds,
    fps,
    processorSeconds,
    othersSeconds,
    idleShare: idleShare ?? null,
    othersShare: othersShare ?? null,
  };
}

/** Above this share of others a run says more about them than about the contestant. */
const QUIET_SHARE = 0.04;
const ATTEMPTS = 3;

export const isQuiet = ({ othersShare }: Run): boolean => othersShare === null || othersShare <= QUIET_SHARE;

/**
 * Runs until the machine was left alone, at most three times and none begun after `deadlineMs` of `performance.now()`,
 * and keeps the run with the least of others in it: chosen by what they took and never by how fast it was.
 */
export async function measureQuietly(frames: number, run: () => Promise<number>, deadlineMs: number): Promise<Run> {
  let best = await measureRun(frames, run);
  for (let attempt = 1; attempt < ATTEMPTS && !isQuiet(best) && performance.now() < deadlineMs; attempt++) {
    const next = await measureRun(frames, run);
    if ((next.othersShare ?? 0) < (best.othersShare ?? 0)) best = next;
  }
  return best;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** Half the distance between the slowest and the fastest, as a share of the median. */
export const spread = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / 2 / median(values);

/**
 * How many times faster, run by run: each run is compared with the run of the other in the same round, so that a
 * machine that is slow for a while is slow for both.
 */
export const pairedRatio = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.flatMap((value, i) => (theirs[i] === undefined ? [] : [value / theirs[i]])));
