/**
 * Time in which whoever looks at it was awake. What did not happen while everything stood still, a machine that slept or
 * a process that was stopped, is nobody's failure: what comes then is only read after the first look.
 */
export class AwakeClock {
  readonly #maxStepMs: number;
  #lookedMs: number | undefined;
  #atLookMs = 0;

  /** Who looks more seldom than every `maxStepMs` was not given its turn in between. */
  constructor(maxStepMs: number) {
    this.#maxStepMs = maxStepMs;
  }

  /** `nowMs` of a clock that goes on through all of it; to be called again and again. */
  look(nowMs: number): void {
    this.#atLookMs = this.at(nowMs);
    this.#lookedMs = nowMs;
  }

  /** In milliseconds since the first look, as of the newest. */
  get ms(): number {
    return this.#atLookMs;
  }

  /** The same at a moment since then. */
  at(nowMs: number): number {
    return this.#atLookMs + Math.min(nowMs - (this.#lookedMs ?? nowMs), this.#maxStepMs);
  }
}
