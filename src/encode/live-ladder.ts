import type { TrackId } from '../protocol/track.ts';

/** Why a quality rests: this machine encodes too slowly, or the line takes less than the ladder needs. */
export type RestReason = 'encoder' | 'line';

export interface LadderPressure {
  /** How far the slowest encoder is behind the camera. */
  readonly encoderBehindMs: number;
  /** slow: the backlog grows. busy: it does not shrink to nothing. */
  readonly line: 'free' | 'busy' | 'slow';
}

export interface LadderRules {
  /** Without any pressure for this long, one quality comes back. */
  readonly calmMs: number;
}

/** Which qualities rest, and what has been learnt. Times in milliseconds of one clock. */
export interface LiveLadder {
  /** Of `restOrder`, so many from its start. */
  readonly resting: number;
  readonly reason: RestReason | undefined;
  /** Since when the encoders have been behind without a break. */
  readonly behindSinceMs: number | undefined;
  readonly calmSinceMs: number;
  /** Doubles when a quality that came back had to go again. */
  readonly calmNeededMs: number;
  readonly cameBackMs: number | undefined;
  /** What is under way is not judged before this. */
  readonly judgeFromMs: number;
}

/** Latency that a viewer notices, and that a full queue of one encoder cannot explain. */
const BEHIND_MS = 400;
const BEHIND_FOR_MS = 3_000;
/** After the boundary at which a change takes effect, until its effect shows. */
const SETTLES_MS = 5_000;
const REGRET_MS = 60_000;
const MAX_CALM_FACTOR = 8;

export const DEFAULT_LADDER_RULES: LadderRules = { calmMs: 60_000 };

export const startLadder = (nowMs: number, rules: LadderRules, resting = 0): LiveLadder => ({
  resting,
  reason: undefined,
  behindSinceMs: undefined,
  calmSinceMs: nowMs,
  calmNeededMs: rules.calmMs,
  cameBackMs: undefined,
  judgeFromMs: nowMs + SETTLES_MS,
});

/**
 * Which quality rests first: those in the middle, the dearest of them before the others, because a viewer then still
 * has the best and a light one; then the best. The lightest never rests.
 */
export function restOrder(tracks: readonly { readonly id: TrackId; readonly bitrateBps: number }[]): TrackId[] {
  const [top, ...others] = tracks.toSorted((a, b) => b.bitrateBps - a.bitrateBps).map(({ id }) => id);
  return top === undefined || others.length === 0 ? [] : [...others.slice(0, -1), top];
}

/**
 * One look, about once a second; `changesAtMs` is when a change decided now would take effect, the next boundary that
 * viewers can still be told of. At most one quality goes or comes at a time.
 */
export function nextLadder(
  before: LiveLadder,
  pressure: LadderPressure,
  nowMs: number,
  changesAtMs: number,
  canRest: number,
  rules: LadderRules,
): LiveLadder {
  const isBehind = pressure.encoderBehindMs > BEHIND_MS;
  const behindSinceMs = isBehind ? (before.behindSinceMs ?? nowMs) : undefined;
  const isCalm = !isBehind && pressure.line === 'free';
  const ladder = { ...before, behindSinceMs, calmSinceMs: isCalm ? before.calmSinceMs : nowMs };
  if (nowMs < before.judgeFromMs) return { ...ladder, behindSinceMs: undefined };
  const isOverloaded = behindSinceMs !== undefined && nowMs - behindSinceMs >= BEHIND_FOR_MS;
  if ((isOverloaded || pressure.line === 'slow') && ladder.resting < canRest)
    return goDown(ladder, isOverloaded ? 'encoder' : 'line', nowMs, changesAtMs, rules);
  if (ladder.resting > 0 && nowMs - ladder.calmSinceMs >= ladder.calmNeededMs) return goUp(ladder, changesAtMs);
  return ladder;
}

function goDown(ladder: LiveLadder, reason: RestReason, nowMs: number, changesAtMs: number, rules: LadderRules) {
  const isRegret = ladder.cameBackMs !== undefined && nowMs - ladder.cameBackMs < REGRET_MS;
  const calmNeededMs = isRegret
    ? Math.min(rules.calmMs * MAX_CALM_FACTOR, ladder.calmNeededMs * 2)
    : ladder.calmNeededMs;
  return { ...ladder, ...changeAt(changesAtMs), resting: ladder.resting + 1, reason, calmNeededMs };
}

function goUp(ladder: LiveLadder, changesAtMs: number): LiveLadder {
  const resting = ladder.resting - 1;
  const reason = resting === 0 ? undefined : ladder.reason;
  return { ...ladder, ...changeAt(changesAtMs), resting, reason, cameBackMs: changesAtMs };
}

const changeAt = (changesAtMs: number) => ({
  behindSinceMs: undefined,
  calmSinceMs: changesAtMs,
  judgeFromMs: changesAtMs + SETTLES_MS,
});
