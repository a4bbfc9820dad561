import { type Millis, millis } from '../protocol/time.ts';

/** 0.5 ms a second: five times what a bad quartz drifts, and slow enough for slots and sound to follow unnoticed. */
const SLEW_PER_MS = 0.0005;

/** An offset that is corrected by walking, never by jumping, once it has been said for the first time; but see `skip`. */
export class SlewedOffset {
  #value: number | undefined;
  #target = 0;
  #at = 0;

  get isKnown(): boolean {
    return this.#value !== undefined;
  }

  /** A better estimate at local time `nowMs`; the first one holds at once. */
  correct(target: Millis, nowMs: number): void {
    if (this.#value === undefined) this.#value = target;
    else this.#value = this.at(nowMs);
    this.#target = target;
    this.#at = nowMs;
  }

  /** The local clock stood still for so long: what it owes is added at once. */
  skip(skippedMs: number): void {
    this.#value = (this.#value ?? 0) + skippedMs;
    this.#target += skippedMs;
  }

  /** The offset to use at local time `nowMs`; zero before the first estimate. */
  at(nowMs: number): Millis {
    if (this.#value === undefined) return millis(0);
    const limit = Math.max(0, nowMs - this.#at) * SLEW_PER_MS;
    return millis(this.#value + Math.max(-limit, Math.min(limit, this.#target - this.#value)));
  }
}
