import type { LineEstimate } from './line-meter.ts';

/** The share of the line that picture may fill: the rest is sound, boxes and the next key frame. */
const SAFETY = 0.75;
/** What plays now is kept on a line this much tighter, so that a rate near a rung's edge does not flip it. */
const KEEP_SAFETY = 0.95;
/** A line where so many parts came on time without one burst to measure may try one rung more. */
const TRY_UP_AFTER_MS = 8000;
/** Stepping up and having to step down again this soon was a mistake; the next try waits, twice as long each time. */
const REGRET_MS = 10_000;
const FIRST_PENALTY_MS = 5000;
const MAX_PENALTY_MS = 120_000;
/** On a full line the next key frame is still one rung's worth of late bytes away: ask for no more than this share. */
const FULL_SAFETY = 0.75;

/** What the decision remembers. Times are milliseconds of any one clock. */
export interface QualityMemory {
  readonly lastUpMs: number;
  readonly noUpUntilMs: number;
  readonly penaltyMs: number;
  /** Since when the line has been neither full nor measured. */
  readonly calmSinceMs: number | undefined;
}

export const FRESH_QUALITY: QualityMemory = {
  lastUpMs: Number.NEGATIVE_INFINITY,
  noUpUntilMs: Number.NEGATIVE_INFINITY,
  penaltyMs: FIRST_PENALTY_MS,
  calmSinceMs: undefined,
};

export interface QualityDecision {
  /** Index into the ladder, lowest bit rate first. */
  readonly rung: number;
  readonly memory: QualityMemory;
}

/**
 * The rung for the next GOP. `ladderBps` ascends and includes everything the rung costs the line but sound, which is
 * `soundBps`. Never steps up on a full line; steps down at once; a step up that had to be undone is not tried again
 * for a while, so a line between two rungs settles on the lower one. A line on which nothing comes changes nothing.
 */
export function decideQuality(
  current: number,
  ladderBps: readonly number[],
  soundBps: number,
  line: LineEstimate,
  memory: QualityMemory,
  nowMs: number,
): QualityDecision {
  if (line.isSilent) return { rung: current, memory: { ...memory, calmSinceMs: undefined } };
  if (line.bps === undefined) return tryUpWhenCalm(current, ladderBps.length, memory, nowMs);
  const forPicture = line.bps - soundBps;
  const safe = highestWithin(ladderBps, (line.isFull ? FULL_SAFETY : SAFETY) * forPicture);
  if (safe < current) {
    const isKept = !line.isFull && (line.isCarrying || (ladderBps[current] ?? 0) <= KEEP_SAFETY * forPicture);
    return isKept ? { rung: current, memory: { ...memory, calmSinceMs: undefined } } : down(safe, memory, nowMs);
  }
  if (safe > current && !line.isFull && nowMs >= memory.noUpUntilMs) return up(safe, memory, nowMs);
  return { rung: current, memory: { ...memory, calmSinceMs: undefined } };
}

/**
 * The decision where not every rung can be had: among those that can, from the highest of them that is no higher than
 * what plays. `isThere` is as long as the ladder; with none there, nothing is decided.
 */
export function decideAmong(
  isThere: readonly boolean[],
  current: number,
  ladderBps: readonly number[],
  decide: (current: number, ladderBps: readonly number[]) => number,
): number {
  const rungs = ladderBps.map((_, rung) => rung).filter((rung) => isThere[rung] === true);
  if (rungs.length === 0) return current;
  const from = Math.max(
    0,
    rungs.findLastIndex((rung) => rung <= current),
  );
  const chosen = decide(
    from,
    rungs.map((rung) => ladderBps[rung] ?? 0),
  );
  return rungs[chosen] ?? current;
}

/** A line so fast that no burst can be timed, or so idle that none came: climb one rung at a time. */
function tryUpWhenCalm(current: number, rungs: number, memory: QualityMemory, nowMs: number): QualityDecision {
  const calmSinceMs = memory.calmSinceMs ?? nowMs;
  const isCalm = nowMs - calmSinceMs >= TRY_UP_AFTER_MS && nowMs >= memory.noUpUntilMs;
  if (isCalm && current < rungs - 1) return up(current + 1, { ...memory, calmSinceMs: nowMs }, nowMs);
  return { rung: current, memory: { ...memory, calmSinceMs } };
}

function up(rung: number, memory: QualityMemory, nowMs: number): QualityDecision {
  const isForgiven = nowMs - memory.noUpUntilMs > MAX_PENALTY_MS;
  const penaltyMs = isForgiven ? FIRST_PENALTY_MS : memory.penaltyMs;
  return { rung, memory: { ...memory, lastUpMs: nowMs, penaltyMs } };
}

function down(rung: number, memory: QualityMemory, nowMs: number): QualityDecision {
  if (nowMs - memory.lastUpMs > REGRET_MS) return { rung, memory: { ...memory, calmSinceMs: undefined } };
  return {
    rung,
    memory: {
      ...memory,
      calmSinceMs: undefined,
      noUpUntilMs: nowMs + memory.penaltyMs,
      penaltyMs: Math.min(MAX_PENALTY_MS, memory.penaltyMs * 2),
    },
  };
}

/** The lowest rung when even that is too much: something has to play. */
export function highestWithin(ladderBps: readonly number[], bps: number): number {
  let best = 0;
  ladderBps.forEach((rate, index) => {
    if (rate <= bps) best = index;
  });
  return best;
}
