import { quantile } from '../src/lib/quantile.ts';
import type { UploadStats } from '../src/protocol/stats.ts';
import { lineState, type Uplink } from '../src/upload/line-state.ts';

const KEPT_ROUND_TRIPS = 100;
/** What a browser's request line and headers cost over HTTP/1.1 [measured: 775 bytes with cookies, less without]. */
const REQUEST_HEADER_BYTES = 600;

/** What the meter does not count itself. */
export interface UploadFacts extends Pick<UploadStats, 'retries' | 'roomMs' | 'lostMs'> {
  readonly backlogMs: number;
  readonly failures: number;
}

/** Counts what the upload does. */
export class UploadMeter {
  #roundTrips: number[] = [];
  #sampleBytes = 0;
  #sentBytes = 0;
  #uplink: Uplink = 'good';
  #isFull = false;
  #answeredAtMs = performance.now();

  request(bodyBytes: number): void {
    this.#sentBytes += bodyBytes + REQUEST_HEADER_BYTES;
  }

  samples(bytes: number): void {
    this.#sampleBytes += bytes;
  }

  /** `isFull`: the origin had no room. */
  answered(roundTripMs: number, isFull: boolean): void {
    this.#isFull = isFull;
    this.#answeredAtMs = performance.now();
    this.#roundTrips.push(roundTripMs);
    if (this.#roundTrips.length > KEPT_ROUND_TRIPS) this.#roundTrips.shift();
  }

  unanswered(): void {
    this.#isFull = false;
  }

  /** Since the last answer. */
  get silentMs(): number {
    return performance.now() - this.#answeredAtMs;
  }

  take({ backlogMs, retries, failures, roomMs, lostMs }: UploadFacts): UploadStats {
    this.#uplink = lineState(this.#uplink, { failures, isFull: this.#isFull, backlogMs, silentMs: this.silentMs });
    return {
      roundTripMsP50: quantile(this.#roundTrips, 0.5),
      roundTripMsP95: quantile(this.#roundTrips, 0.95),
      secondsNotUploaded: backlogMs / 1000,
      sampleBytes: this.#sampleBytes,
      sentBytes: this.#sentBytes,
      retries,
      roomMs,
      lostMs,
      uplink: this.#uplink,
    };
  }
}
