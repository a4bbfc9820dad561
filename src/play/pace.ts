/** How the playhead gets to its distance from the live edge: a little faster or slower, or a jump. */
export type Pace =
  | { readonly kind: 'rate'; readonly rate: number }
  /** To `mediaMs` of media time. */
  | { readonly kind: 'jump'; readonly mediaMs: number };

export interface PaceInput {
  readonly latencyMs: number;
  readonly targetMs: number;
  /** Media buffered ahead of the playhead without a hole, sound and picture. */
  readonly bufferMs: number;
  readonly positionMs: number;
  readonly rateNow: number;
  /** Past this much extra a jump is quicker and less odd than a long stretch of fast speech. */
  readonly jumpMs: number;
}

/** Every change of speed costs the browser's sound some milliseconds, so small errors are left alone... */
const LEAVE_ALONE_MS = 30;
/** ...and a correction goes on until next to nothing is left of them. */
const CORRECTED_MS = 8;
const GAIN_PER_MS = 0.0005;
const MAX_FASTER = 0.25;
const MAX_SLOWER = 0.08;
/** Changes of rate below this are not worth disturbing the sound for. */
const RATE_STEP = 0.025;
/** A jump lands inside what is buffered, with this left ahead of it. */
const JUMP_KEEPS_MS = 120;

/**
 * For a viewer who follows the live edge. Faster only while enough is buffered to spend; slower when closer than the
 * target. Jumps only over media that is already here, so a jump never waits for the network.
 */
export function paceToLive(input: PaceInput): Pace {
  const extraMs = input.latencyMs - input.targetMs;
  const spendableMs = input.bufferMs - JUMP_KEEPS_MS;
  if (extraMs > input.jumpMs && spendableMs >= extraMs * 0.8) {
    return { kind: 'jump', mediaMs: input.positionMs + Math.min(extraMs, spendableMs) };
  }
  return { kind: 'rate', rate: steadyRate(input, extraMs) };
}

function steadyRate(input: PaceInput, extraMs: number): number {
  const { rateNow } = input;
  const isCorrecting = rateNow !== 1 && Math.sign(rateNow - 1) === Math.sign(extraMs);
  if (Math.abs(extraMs) <= (isCorrecting ? CORRECTED_MS : LEAVE_ALONE_MS)) return 1;
  const canSpend = input.bufferMs > Math.min(200, input.targetMs / 3);
  if (extraMs > 0 && !canSpend) return 1;
  const wanted = 1 + Math.min(MAX_FASTER, Math.max(-MAX_SLOWER, extraMs * GAIN_PER_MS));
  const stepped = Math.max(1, Math.round(Math.abs(wanted - 1) / RATE_STEP)) * RATE_STEP;
  const rate = Number((1 + Math.sign(extraMs) * stepped).toFixed(3));
  return isCorrecting && Math.abs(rate - rateNow) < 1.5 * RATE_STEP ? rateNow : rate;
}
