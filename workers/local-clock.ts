import { SlewedOffset } from '../src/lib/slewed-offset.ts';
import type { ClockPair } from '../src/lib/standstill.ts';
import { type Micros, type Millis, micros, millis } from '../src/protocol/time.ts';

/** Milliseconds since 1970 by this machine: a worker's `performance.now()` has an origin of its own. */
export const localNowMs = (): Millis => millis(performance.timeOrigin + performance.now());

export const clocksNow = (): ClockPair => ({ wallMs: Date.now(), steadyMs: localNowMs() });

/** The origin's clock as this worker knows it. */
export class OriginClock {
  readonly #offset = new SlewedOffset();

  correct(offsetMs: number): void {
    this.#offset.correct(millis(offsetMs), localNowMs());
  }

  /** This machine's steady clock slept for so long. */
  skip(skippedMs: number): void {
    this.#offset.skip(skippedMs);
  }

  nowMs(): Millis {
    const local = localNowMs();
    return millis(local + this.#offset.at(local));
  }

  /** A local time, such as that of a frame's capture, on the origin's clock. */
  fromLocal(localMicros: Micros): Micros {
    return micros(localMicros + this.#offset.at(localMicros / 1000) * 1000);
  }
}
