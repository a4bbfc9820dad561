import { afterCalm, afterStall, type LatencyMode, type LatencyTarget, startTarget, targetMs } from './latency.ts';
import { type Pace, paceToLive } from './pace.ts';

export interface FollowInput {
  readonly nowMs: number;
  readonly positionMs: number;
  readonly mediaNowMs: number;
  readonly bufferMs: number;
  readonly rateNow: number;
  readonly partLengthMs: number;
  /** How late nearly all parts come; undefined while none has been timed. */
  readonly lagMs: number | undefined;
  /** How much later still those of helpers come; 0 where there are none. */
  readonly helpedLagMs: number;
}

/** After a join the first key frame may lie a GOP back: what is left over is jumped, not played fast. */
const JOIN_JUMP_MS = 250;
const STEADY_JUMP_MS = 1200;
const JOINED_WITHIN_MS = 150;
/**
 * Where a jump makes the browser start its sound anew, a second or more is lost by it (Firefox): jumping that over too
 * would never end, so what is left after a jump is played a little faster.
 */
const JUMP_AGAIN_AFTER_MS = 10_000;
/** The target moves slowly, so that one late part does not change the pace. */
const TARGET_SMOOTHING = 0.05;

/** Keeps a viewer who wants the live edge at it. Holds what has been learnt about this line; does no I/O. */
export class LiveFollower {
  #target: LatencyTarget;
  #smoothTargetMs: number | undefined;
  #isJoining = true;
  #jumpedAtMs = Number.NEGATIVE_INFINITY;
  isFollowing = true;

  constructor(mode: LatencyMode, nowMs: number) {
    this.#target = startTarget(mode, nowMs);
  }

  get mode(): LatencyMode {
    return this.#target.mode;
  }

  get targetMs(): number {
    return this.#smoothTargetMs ?? targetMs(this.#target, 100, undefined);
  }

  setMode(mode: LatencyMode, nowMs: number): void {
    this.#target = startTarget(mode, nowMs);
    this.#smoothTargetMs = undefined;
    this.#isJoining = true;
  }

  /** A jump to live, the start, or the way back from an error. */
  join(): void {
    this.isFollowing = true;
    this.#isJoining = true;
    this.#jumpedAtMs = Number.NEGATIVE_INFINITY;
  }

  leave(): void {
    this.isFollowing = false;
  }

  stalled(nowMs: number): void {
    if (this.isFollowing && !this.#isJoining) this.#target = afterStall(this.#target, nowMs);
  }

  pace(input: FollowInput): Pace {
    this.#target = afterCalm(this.#target, input.nowMs);
    const wantedMs = targetMs(this.#target, input.partLengthMs, input.lagMs, input.helpedLagMs);
    this.#smoothTargetMs =
      this.#smoothTargetMs === undefined || this.#isJoining
        ? wantedMs
        : this.#smoothTargetMs + (wantedMs - this.#smoothTargetMs) * TARGET_SMOOTHING;
    const latencyMs = input.mediaNowMs - input.positionMs;
    if (Math.abs(latencyMs - this.#smoothTargetMs) < JOINED_WITHIN_MS) this.#isJoining = false;
    const mayJump = input.nowMs - this.#jumpedAtMs >= JUMP_AGAIN_AFTER_MS;
    const pace = paceToLive({
      latencyMs,
      targetMs: this.#smoothTargetMs,
      bufferMs: input.bufferMs,
      positionMs: input.positionMs,
      rateNow: input.rateNow,
      jumpMs: mayJump ? (this.#isJoining ? JOIN_JUMP_MS : STEADY_JUMP_MS) : Number.POSITIVE_INFINITY,
    });
    if (pace.kind === 'jump') this.#jumpedAtMs = input.nowMs;
    return pace;
  }
}
