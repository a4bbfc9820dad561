import { quantile } from '../src/lib/quantile.ts';
import type { UploadStats } from '../src/protocol/stats.ts';

const KEPT_ROUND_TRIPS = 100;
/** What a browser's request line and headers cost over HTTP/1.1 [measured: 775 bytes with cookies, less without]. */
const REQUEST_HEADER_BYTES = 600;
const SLOW_BACKLOG_MS = 1_500;

/** Counts what the upload does. */
export class UploadMeter {
  #roundTrips: number[] = [];
  #sampleBytes = 0;
  #sentBytes = 0;

  request(bodyBytes: number): void {
    this.#sentBytes += bodyBytes + REQUEST_HEADER_BYTES;
  }

  samples(bytes: number): void {
    this.#sampleBytes += bytes;
  }

  answered(roundTripMs: number): void {
    this.#roundTrips.push(roundTripMs);
    if (this.#roundTrips.length > KEPT_ROUND_TRIPS) this.#roundTrips.shift();
  }

  take(backlogMs: number, retries: number, failures: number): UploadStats {
    const uplink = failures > 0 ? 'reconnecting' : backlogMs > SLOW_BACKLOG_MS ? 'slow' : 'good';
    return {
      roundTripMsP50: quantile(this.#roundTrips, 0.5),
      roundTripMsP95: quantile(this.#roundTrips, 0.95),
      secondsNotUploaded: backlogMs / 1000,
      sampleBytes: this.#sampleBytes,
      sentBytes: this.#sentBytes,
      retries,
      uplink,
    };
  }
}
