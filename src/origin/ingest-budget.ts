import type { Grid } from '../protocol/grid.ts';
import { SEGMENT_SECONDS } from '../protocol/grid.ts';
import type { Track } from '../protocol/track.ts';

/** A back-fill of this much media passes at once; what follows comes at most at twice real time (SPEC ANSWER2, 429). */
const BURST_SECONDS = 600;
const STEADY_FACTOR = 2;
/** A recording is made as fast as the machines can, and ends when all of it is there. */
const UPLOAD_FACTOR = 30;
/** Encoders overshoot, and boxes cost bytes that no encoder counts. */
const OVERSHOOT = 1.25;
const BOX_BYTES = 256;

/** What the tracks say they make, in bytes a second. */
export const realTimeBytesPerSecond = (tracks: readonly Track[], { partsPerSegment }: Grid): number =>
  tracks.reduce((sum, { bitrateBps }) => sum + (bitrateBps * OVERSHOOT) / 8, 0) +
  (tracks.length * partsPerSegment * BOX_BYTES) / SEGMENT_SECONDS;

/** How many bytes one broadcast may still send; fills up with time. */
export class IngestBudget {
  readonly #bytesPerSecond: number;
  readonly #burstBytes: number;
  #left: number;
  #atMs: number;

  constructor(realTime: number, nowMs: number, isUpload = false) {
    this.#bytesPerSecond = realTime * (isUpload ? UPLOAD_FACTOR : STEADY_FACTOR);
    this.#burstBytes = realTime * BURST_SECONDS;
    this.#left = this.#burstBytes;
    this.#atMs = nowMs;
  }

  /** Takes the bytes, or says in how many whole seconds they may come. */
  take(bytes: number, nowMs: number): { readonly retryAfterSeconds: number } | undefined {
    const gained = (Math.max(0, nowMs - this.#atMs) / 1000) * this.#bytesPerSecond;
    this.#left = Math.min(this.#burstBytes, this.#left + gained);
    this.#atMs = Math.max(this.#atMs, nowMs);
    // A request larger than the bucket would never pass: it waits until the bucket is full.
    const needed = Math.min(bytes, this.#burstBytes);
    if (needed > this.#left)
      return { retryAfterSeconds: Math.max(1, Math.ceil((needed - this.#left) / this.#bytesPerSecond)) };
    this.#left -= bytes;
    return undefined;
  }
}
