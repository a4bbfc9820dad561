import { nextToldSegment } from '../protocol/grid.ts';

/** Helpers make their renditions from this segment on, and viewers have been told. */
export interface LiveRun {
  readonly fromSegment: number;
}

export interface RunFacts {
  readonly mediaNowMs: number;
  /** The creator's tab sends. */
  readonly isLive: boolean;
  /** How many helpers could be lent something. */
  readonly ready: number;
  /** A segment of the run was given up. */
  readonly isBroken: boolean;
}

/**
 * Whether the helped renditions are offered: from the first boundary that viewers can still be told of, as long as
 * somebody makes them. With the last helper they go at once; what was made whole stays.
 */
export function nextRun(run: LiveRun | undefined, facts: RunFacts): LiveRun | undefined {
  const { mediaNowMs, isLive, ready, isBroken } = facts;
  if (run !== undefined && !isBroken && (ready > 0 || !isLive)) return run;
  return !isLive || ready === 0 ? undefined : { fromSegment: nextToldSegment(mediaNowMs) };
}
