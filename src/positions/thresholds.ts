import type { Position, PositionState } from '../protocol/positions.ts';

/** A recording shorter than this starts at its beginning. */
const RESUME_FROM_DURATION_MS = 300_000;
const IGNORED_START_MIN_MS = 15_000;
const IGNORED_START_MAX_MS = 60_000;
const IGNORED_START_SHARE = 0.02;
const FINISHED_SHARE = 0.95;
const CREDITS_MAX_MS = 120_000;
const CREDITS_SHARE = 0.1;
/** Seconds of context that resuming goes back. */
export const REWIND_MS = 3000;

/** Watching less than this is having a look. */
export const ignoredStartMs = (durationMs: number): number =>
  Math.max(IGNORED_START_MIN_MS, Math.min(durationMs * IGNORED_START_SHARE, IGNORED_START_MAX_MS));

/** From here on it counts as watched to the end. */
export const finishedFromMs = (durationMs: number): number =>
  Math.min(durationMs * FINISHED_SHARE, durationMs - Math.min(CREDITS_MAX_MS, durationMs * CREDITS_SHARE));

/** `durationMs` null: not over yet, so nobody can have finished it. */
export const stateAt = (mediaMs: number, durationMs: number | null): Exclude<PositionState, 'cleared'> =>
  durationMs !== null && mediaMs >= finishedFromMs(durationMs) ? 'finished' : 'watching';

/** Whether coming back should lead to this moment. `durationMs` as it is now, not as it was then; null while live. */
export function isWorthResuming({ state, mediaMs }: Pick<Position, 'state' | 'mediaMs'>, durationMs: number | null) {
  if (state !== 'watching') return false;
  if (durationMs === null) return mediaMs >= IGNORED_START_MIN_MS;
  return (
    durationMs >= RESUME_FROM_DURATION_MS &&
    mediaMs >= ignoredStartMs(durationMs) &&
    stateAt(mediaMs, durationMs) === 'watching'
  );
}

/**
 * Where playback starts: a key frame, so that the first picture comes at once, 0 to 3 s before the moment. `gopMs` of
 * the broadcast's grid, at most 3 s.
 */
export const resumeAtMs = (mediaMs: number, gopMs: number): number =>
  Math.ceil(Math.max(0, mediaMs - REWIND_MS) / gopMs) * gopMs;
