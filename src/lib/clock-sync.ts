import { type Millis, millis } from '../protocol/time.ts';

/** One question to `GET /time`: when it left and came back on our clock, and what the origin said. */
export interface ClockSample {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly serverMs: number;
}

export interface ClockEstimate {
  /** Add to the local clock to get the origin's. */
  readonly offsetMs: Millis;
  readonly roundTripMs: Millis;
}

/** The sample with the shortest round trip has the least queueing in it; its midpoint is the estimate. */
export function estimateClock(samples: readonly ClockSample[]): ClockEstimate | undefined {
  let best: ClockSample | undefined;
  for (const sample of samples) {
    if (best === undefined || sample.receivedMs - sample.sentMs < best.receivedMs - best.sentMs) best = sample;
  }
  if (best === undefined) return undefined;
  return {
    offsetMs: millis(best.serverMs - (best.sentMs + best.receivedMs) / 2),
    roundTripMs: millis(best.receivedMs - best.sentMs),
  };
}
