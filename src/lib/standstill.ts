/** Two clocks at one moment, in milliseconds: the one that is set, and the one that only goes forward. */
export interface ClockPair {
  readonly wallMs: number;
  readonly steadyMs: number;
}

/**
 * none: it ran on. short: what was missed is filled. long: so much that filling it would take too long.
 * `skippedMs`: by how much the steady clock is behind, because on most systems it sleeps with the machine.
 */
export type Standstill =
  | { readonly kind: 'none' }
  | { readonly kind: 'short'; readonly awayMs: number; readonly skippedMs: number }
  | { readonly kind: 'long'; readonly awayMs: number };

/** A machine that is only busy does not keep a worker from its turn for so long. */
const SHORT_MS = 2_000;
const LONG_MS = 30_000;

/**
 * Whether machine or tab stood still between two moments that should lie some milliseconds apart: a lid that was shut,
 * a tab that was frozen. A wall clock that somebody sets forward looks the same.
 */
export function standstillBetween(before: ClockPair, now: ClockPair): Standstill {
  const steadyMs = now.steadyMs - before.steadyMs;
  const awayMs = Math.max(steadyMs, now.wallMs - before.wallMs);
  if (awayMs >= LONG_MS) return { kind: 'long', awayMs };
  if (awayMs >= SHORT_MS) return { kind: 'short', awayMs, skippedMs: awayMs - steadyMs };
  return { kind: 'none' };
}
