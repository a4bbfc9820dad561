export type LatencyMode = 'live' | 'stable';

/** Distance behind the camera that a mode aims for, and what it has learnt. Times in milliseconds of one clock. */
export interface LatencyTarget {
  readonly mode: LatencyMode;
  /** Kept between the latest arrival and the playhead: appending, decoding, and whatever stalls have taught. */
  readonly marginMs: number;
  readonly calmSinceMs: number;
}

export const STABLE_TARGET_MS = 3000;
/**
 * What a browser needs between a part's arrival and its turn: Chromium's sound stalls with less than 90 ms ahead of it
 * at the speed of life and less than 130 ms while it is stretched [measured, 2 cores, headless].
 */
const START_MARGIN_MS = 135;
const MIN_MARGIN_MS = 115;
const MAX_MARGIN_MS = 2000;
const STALL_FACTOR = 1.3;
const STALL_STEP_MS = 30;
const CALM_MS = 60_000;
const CALM_FACTOR = 0.8;
/** Before any part has been timed. */
const UNKNOWN_LAG_MS = 160;
const MIN_TARGET_MS = 200;
const MAX_TARGET_MS = 3000;

export const startTarget = (mode: LatencyMode, nowMs: number): LatencyTarget => ({
  mode,
  marginMs: START_MARGIN_MS,
  calmSinceMs: nowMs,
});

export const afterStall = (target: LatencyTarget, nowMs: number): LatencyTarget => ({
  ...target,
  marginMs: Math.min(MAX_MARGIN_MS, target.marginMs * STALL_FACTOR + STALL_STEP_MS),
  calmSinceMs: nowMs,
});

/** Shrinks once for every minute without a stall. */
export function afterCalm(target: LatencyTarget, nowMs: number): LatencyTarget {
  if (nowMs - target.calmSinceMs < CALM_MS) return target;
  return { ...target, marginMs: Math.max(MIN_MARGIN_MS, target.marginMs * CALM_FACTOR), calmSinceMs: nowMs };
}

/**
 * Milliseconds behind the camera. A part can play when it has come whole, so its own length and its lag (`lagMs`, the
 * arrival after its last frame that nearly all parts keep) are the floor, and the margin comes on top. What helpers make
 * comes `helpedLagMs` later: who plays another rendition keeps that distance too, so that stepping to theirs never asks
 * for what is not there.
 */
export function targetMs(
  target: LatencyTarget,
  partLengthMs: number,
  lagMs: number | undefined,
  helpedLagMs = 0,
): number {
  if (target.mode === 'stable') return STABLE_TARGET_MS;
  const ownLagMs = Math.max(0, lagMs ?? UNKNOWN_LAG_MS);
  const needed =
    partLengthMs + Math.max(ownLagMs, helpedLagMs === 0 ? 0 : UNKNOWN_LAG_MS + helpedLagMs) + target.marginMs;
  return Math.min(MAX_TARGET_MS, Math.max(MIN_TARGET_MS, needed));
}
