/** Who looks much more seldom was not given its turn: a machine that slept, a process that was stopped. */
const MAX_STEP_MS = 250;

/**
 * Time in which whoever looks at it was awake, from looks some 20 ms apart. What did not happen while everything stood
 * still is nobody's failure: an encoder that was asleep with its worker has not hung.
 */
export class AwakeClock {
  #ms = 0;
  #lookedMs: number | undefined;

  /** In milliseconds, as of the newest look. */
  get ms(): number {
    return this.#ms;
  }

  /** `nowMs` of a clock that goes on through all of it. */
  look(nowMs: number): void {
    if (this.#lookedMs !== undefined) this.#ms += Math.min(nowMs - this.#lookedMs, MAX_STEP_MS);
    this.#lookedMs = nowMs;
  }
}
