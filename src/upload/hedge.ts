const KEPT_ANSWERS = 20;
const FLOOR_MS = 1000;
const UNKNOWN_MS = 3000;
const SLOWER_THAN_SLOWEST = 4;

/**
 * When a request is so late that a second copy goes out. A full line makes every request slow, and there a copy would
 * only double the load: so late is what is far beyond the slowest of the last answers.
 */
export class Lateness {
  #tookMs: number[] = [];

  answered(tookMs: number): void {
    this.#tookMs.push(tookMs);
    if (this.#tookMs.length > KEPT_ANSWERS) this.#tookMs.shift();
  }

  get lateAfterMs(): number {
    if (this.#tookMs.length === 0) return UNKNOWN_MS;
    return Math.max(FLOOR_MS, Math.max(...this.#tookMs) * SLOWER_THAN_SLOWEST);
  }
}

/** A batch on its way. A copy carries the same names and bytes, so the origin stores it once whoever comes first. */
export interface Flight<Batch> {
  readonly batch: Batch;
  readonly sentAtMs: number;
  readonly copies: 1 | 2;
}

/** The one to send again now, or when to look: never two copies on the way at once, and never a third of one. */
export function lateFlight<Batch>(
  flights: Iterable<Flight<Batch>>,
  lateAfterMs: number,
): { readonly flight: Flight<Batch>; readonly lateAtMs: number } | undefined {
  let oldest: Flight<Batch> | undefined;
  for (const flight of flights) {
    if (flight.copies === 2) return undefined;
    if (oldest === undefined || flight.sentAtMs < oldest.sentAtMs) oldest = flight;
  }
  return oldest === undefined ? undefined : { flight: oldest, lateAtMs: oldest.sentAtMs + lateAfterMs };
}
