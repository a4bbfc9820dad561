const WINDOW_MS = 30_000;

/** How late the parts of one track came over the last half minute: arrival less the end of what they hold, in ms. */
export class ArrivalLags {
  #lags: { readonly atMs: number; readonly lagMs: number }[] = [];

  push(lagMs: number, atMs: number): void {
    this.#lags.push({ atMs, lagMs });
    while ((this.#lags[0]?.atMs ?? atMs) < atMs - WINDOW_MS) this.#lags.shift();
  }

  /** The lag that the given share of parts kept within; undefined when none has come. */
  within(share: number): number | undefined {
    const sorted = this.#lags.map(({ lagMs }) => lagMs).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }

  clear(): void {
    this.#lags = [];
  }
}
