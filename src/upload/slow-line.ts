/** What a line that is too slow looks like, second by second. Times in milliseconds of one clock. */
export interface LineHistory {
  readonly samples: readonly { readonly atMs: number; readonly backlogMs: number }[];
}

export interface LineSample {
  readonly atMs: number;
  readonly backlogMs: number;
  /** Requests that failed one after another: an outage is not a slow line, and the spool is there for it. */
  readonly failures: number;
  /** Since the last answer. A line whose other end has vanished fails late. */
  readonly silentMs: number;
}

const WINDOW_MS = 10_000;
const FREE_BACKLOG_MS = 1_000;
const SLOW_BACKLOG_MS = 2_000;
/** Over the window; a short backlog that stands still is being carried. */
const GROWTH_MS = 1_000;
/** Viewers at the edge are late by all of it: so long it has to get less, however slowly it grew. */
const LONG_BACKLOG_MS = 10_000;

export const FRESH_LINE: LineHistory = { samples: [] };

/**
 * slow: for ten seconds something has waited and grown, although requests get through, or is long and does not get
 * less. A line that only held its breath for some seconds is not slow.
 */
export function judgeLine(
  before: LineHistory,
  { atMs, backlogMs, failures, silentMs }: LineSample,
): { readonly history: LineHistory; readonly line: 'free' | 'busy' | 'slow' } {
  if (failures > 0 || (silentMs >= WINDOW_MS && backlogMs > 0)) return { history: FRESH_LINE, line: 'busy' };
  const samples = [...before.samples, { atMs, backlogMs }];
  // One sample from before the window stays, so that the window is known to be whole.
  const first = Math.max(
    0,
    samples.findLastIndex((sample) => sample.atMs <= atMs - WINDOW_MS),
  );
  const kept = samples.slice(first);
  const history = { samples: kept };
  if (backlogMs < FREE_BACKLOG_MS) return { history, line: 'free' };
  const [oldest] = kept;
  const middle = kept.find((sample) => sample.atMs >= atMs - WINDOW_MS / 2);
  if (oldest === undefined || middle === undefined) return { history, line: 'busy' };
  const isWhole = oldest.atMs <= atMs - WINDOW_MS;
  const hasWaited = kept.every((sample) => sample.backlogMs >= FREE_BACKLOG_MS);
  const halfMs = backlogMs < LONG_BACKLOG_MS ? GROWTH_MS / 2 : 0;
  const hasGrown = middle.backlogMs - oldest.backlogMs >= halfMs && backlogMs - middle.backlogMs >= halfMs;
  const isSlow = isWhole && hasWaited && hasGrown && backlogMs >= SLOW_BACKLOG_MS;
  return { history, line: isSlow ? 'slow' : 'busy' };
}
