const WINDOW_MS = 30_000;
const SHARE = 0.95;
/** Viewers are told in steps: a manifest that changes all the time helps nobody. */
const STEP_MS = 250;
/** It is only called less again after this long. */
const CALM_MS = 30_000;

/** How far behind the source the parts of helpers come, as viewers are told: up at once, down slowly. */
export class LiveLags {
  #lags: { readonly atMs: number; readonly lagMs: number }[] = [];
  #shownMs = 0;
  #neededMs = Number.NEGATIVE_INFINITY;

  /** Of one part, when it has come. */
  push(lagMs: number, nowMs: number): void {
    this.#lags.push({ atMs: nowMs, lagMs: Math.max(0, lagMs) });
  }

  get shownMs(): number {
    return this.#shownMs;
  }

  /** True when what is shown has changed. */
  look(nowMs: number): boolean {
    while ((this.#lags[0]?.atMs ?? nowMs) < nowMs - WINDOW_MS) this.#lags.shift();
    const sorted = this.#lags.map(({ lagMs }) => lagMs).toSorted((a, b) => a - b);
    const lagMs = sorted[Math.min(sorted.length - 1, Math.floor(SHARE * sorted.length))] ?? 0;
    const stepMs = Math.ceil(lagMs / STEP_MS) * STEP_MS;
    if (stepMs >= this.#shownMs) this.#neededMs = nowMs;
    const isCalm = nowMs - this.#neededMs >= CALM_MS;
    if (stepMs === this.#shownMs || (stepMs < this.#shownMs && !isCalm)) return false;
    this.#shownMs = stepMs;
    this.#neededMs = nowMs;
    return true;
  }
}
