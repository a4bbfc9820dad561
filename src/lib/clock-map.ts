import { type Micros, micros } from '../protocol/time.ts';

const BUCKET_MICROS = 1_000_000;
const BUCKETS = 8;
/** Cameras and sound cards are wrong by up to some hundred parts in a million; never follow faster than this. */
const SLEW_PER_MICRO = 0.0005;

/**
 * Maps a device's own clock to ours. What arrives can only be late, never early, so the smallest difference of the
 * last seconds is the truth; a device that drifts is followed slowly, and one that jumps is anchored anew.
 */
export class ClockMap {
  readonly #jumpMicros: number;
  #buckets: { start: number; min: number }[] = [];
  #offset: number | undefined;
  #firstArrival = 0;
  #lastArrival = 0;

  /** `jumpMicros`: a difference this far off is a new clock, not a late arrival. */
  constructor(jumpMicros = 250_000) {
    this.#jumpMicros = jumpMicros;
  }

  /** Our clock's time of `source`, which arrived at `arrival` on our clock. */
  map(source: Micros, arrival: Micros): Micros {
    const difference = arrival - source;
    if (this.#offset === undefined || difference < this.#offset - this.#jumpMicros) this.#anchor(difference, arrival);
    this.#remember(difference, arrival);
    const smallest = Math.min(...this.#buckets.map((bucket) => bucket.min));
    if (smallest > (this.#offset ?? 0) + this.#jumpMicros) this.#anchor(smallest, arrival);
    const offset = this.#offset ?? smallest;
    const isSettling = arrival - this.#firstArrival < BUCKET_MICROS;
    const limit = isSettling ? Number.POSITIVE_INFINITY : (arrival - this.#lastArrival) * SLEW_PER_MICRO;
    this.#offset = offset + Math.max(-limit, Math.min(limit, smallest - offset));
    this.#lastArrival = arrival;
    return micros(source + this.#offset);
  }

  /** Forgets everything: the next source is another device. */
  reset(): void {
    this.#offset = undefined;
    this.#buckets = [];
  }

  #anchor(difference: number, arrival: number): void {
    this.#offset = difference;
    this.#buckets = [];
    this.#firstArrival = arrival;
    this.#lastArrival = arrival;
  }

  #remember(difference: number, arrival: number): void {
    const last = this.#buckets.at(-1);
    if (last !== undefined && arrival - last.start < BUCKET_MICROS) {
      last.min = Math.min(last.min, difference);
      return;
    }
    this.#buckets.push({ start: arrival, min: difference });
    if (this.#buckets.length > BUCKETS) this.#buckets.shift();
  }
}
