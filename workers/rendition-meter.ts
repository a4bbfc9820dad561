import { quantile } from '../src/lib/quantile.ts';
import type { RenditionStats } from '../src/protocol/stats.ts';
import type { EncodedFrame, Rendition } from './encode-core.ts';

/** How many seconds, and so how many calls of `take`, make `lateShare` and `leftOutShare`. */
const SHARES_OF = 10;

interface Tally {
  encoded: number;
  late: number;
  leftOut: number;
}

const NOTHING: Readonly<Tally> = { encoded: 0, late: 0, leftOut: 0 };

/** Counts what one rendition does; `take` is asked once a second. */
export class RenditionMeter {
  readonly #rendition: Rendition;
  #framesEncoded = 0;
  #framesRepeated = 0;
  /** Newest first, the running second among them. */
  #tallies: [Tally, ...Tally[]] = [{ ...NOTHING }];
  #keyFramesMissed = 0;
  #encoderStops = 0;
  #encoderStopMs = 0;
  #stoppedAt: number | undefined;
  #delays: number[] = [];
  #bytes = 0;
  #since = performance.now();

  constructor(rendition: Rendition) {
    this.#rendition = rendition;
  }

  repeated(): void {
    this.#framesRepeated++;
  }

  late(): void {
    this.#tallies[0].late++;
  }

  leftOut(pictures: number): void {
    this.#tallies[0].leftOut += pictures;
  }

  /** Its encoder failed; the next frame is of another one. */
  stopped(): void {
    this.#encoderStops++;
    this.#stoppedAt ??= performance.now();
  }

  /** No encoder is left: from now on it rests, which is told by itself. */
  gone(): void {
    this.#stoppedAt = undefined;
  }

  encoded(frame: EncodedFrame, isKeySlot: boolean): void {
    if (this.#stoppedAt !== undefined) this.#encoderStopMs += performance.now() - this.#stoppedAt;
    this.#stoppedAt = undefined;
    this.#framesEncoded++;
    this.#tallies[0].encoded++;
    this.#bytes += frame.data.length;
    this.#delays.push(frame.delayMs);
    if (isKeySlot && !frame.isKey) this.#keyFramesMissed++;
  }

  take(): Omit<RenditionStats, 'isResting'> {
    const now = performance.now();
    const seconds = Math.max(0.001, (now - this.#since) / 1000);
    const sum = (of: keyof Tally): number => this.#tallies.reduce((total, tally) => total + tally[of], 0);
    const pictures = Math.max(1, sum('encoded') + sum('leftOut'));
    const stats = {
      track: this.#rendition.track,
      framesEncoded: this.#framesEncoded,
      framesRepeated: this.#framesRepeated,
      keyFramesMissed: this.#keyFramesMissed,
      encoderStops: this.#encoderStops,
      encoderStopMs: Math.round(this.#encoderStopMs),
      lateShare: Math.min(1, sum('late') / pictures),
      leftOutShare: sum('leftOut') / pictures,
      actualBps: Math.round((this.#bytes * 8) / seconds),
      targetBps: this.#rendition.bitrateBps,
      encodeDelayMsP50: quantile(this.#delays, 0.5),
      encodeDelayMsP95: quantile(this.#delays, 0.95),
    };
    this.#tallies = [{ ...NOTHING }, ...this.#tallies.slice(0, SHARES_OF - 1)];
    this.#bytes = 0;
    this.#delays = [];
    this.#since = now;
    return stats;
  }
}
