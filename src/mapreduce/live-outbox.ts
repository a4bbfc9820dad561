/** Ticks in one request, when they come faster than answers. */
const MAX_TICKS = 10;
/**
 * With one alone no part would leave while the answer to the one before is on its way, and over a long line the origin
 * would hear of a healthy helper only once a round trip.
 */
const REQUESTS_IN_FLIGHT = 3;

/** The ticks of one lease that wait to be sent, and how many requests are on the line. */
export class LiveOutbox<Tick> {
  #waiting: readonly Tick[] = [];
  #inFlight = 0;

  add(tick: Tick): void {
    this.#waiting = [...this.#waiting, tick];
  }

  /** The body of a request that is to be sent now; empty: none is. */
  next(): readonly Tick[] {
    if (this.#inFlight === REQUESTS_IN_FLIGHT || this.#waiting.length === 0) return [];
    const ticks = this.#waiting.slice(0, MAX_TICKS);
    this.#waiting = this.#waiting.slice(MAX_TICKS);
    this.#inFlight++;
    return ticks;
  }

  /** A request is not on the line any more. */
  answered(): void {
    this.#inFlight--;
  }
}
