import { type ClockEstimate, type ClockSample, estimateClock } from '../lib/clock-sync.ts';
import { millis } from '../protocol/time.ts';
import { api } from '../protocol/urls.ts';

const SAMPLES = 5;
const AGAIN_MS = 60_000;

/** The origin's clock as this page knows it: one question to start with, five soon after, and again every minute. */
export class OriginClock {
  #estimate: ClockEstimate | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** Milliseconds since 1970 on the origin's clock; the local clock until the first answer. */
  nowMs(): number {
    return performance.timeOrigin + performance.now() + (this.#estimate?.offsetMs ?? 0);
  }

  /** Add to the local clock to get the origin's; undefined before the first answer. */
  get offsetMs(): number | undefined {
    return this.#estimate?.offsetMs;
  }

  /** From an earlier visit, until the origin answers. */
  assume(offsetMs: number): void {
    this.#estimate ??= { offsetMs: millis(offsetMs), roundTripMs: millis(0) };
  }

  get roundTripMs(): number | undefined {
    return this.#estimate?.roundTripMs;
  }

  /** `asked`: a question that is on its way already. Rejects when the origin does not answer. */
  async start(signal: AbortSignal, asked?: Promise<ClockSample | undefined>): Promise<void> {
    this.#estimate = estimateClock([(await asked) ?? (await askForTime(signal))]);
    this.#again(1000);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #again(afterMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#refine(), afterMs);
  }

  async #refine(): Promise<void> {
    const samples: ClockSample[] = [];
    try {
      for (let i = 0; i < SAMPLES; i++) samples.push(await askForTime(AbortSignal.timeout(5000)));
    } catch {
      // An origin that is away is noticed by whoever asks for media; the old estimate holds until then.
    }
    this.#estimate = estimateClock(samples) ?? this.#estimate;
    this.#again(AGAIN_MS);
  }
}

/**
 * When the page was busy while the answer came, its own clock readings are late; the browser's record of the request is
 * not. It is used where there is one (the list of records is bounded).
 */
export async function askForTime(signal: AbortSignal): Promise<ClockSample> {
  const url = new URL(`${api.time}?${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`, location.href)
    .href;
  const startMs = performance.now();
  const response = await fetch(url, { cache: 'no-store', signal });
  if (!response.ok) throw new TypeError(`the origin's clock answered ${response.status}`);
  const text = await response.text();
  const endMs = performance.now();
  const serverMs = Date.parse(text.trim());
  if (Number.isNaN(serverMs)) throw new TypeError('the origin sent no time');
  const [record] = performance.getEntriesByName(url, 'resource') as PerformanceResourceTiming[];
  const isRecorded = record !== undefined && record.requestStart > 0 && record.responseStart > 0;
  return {
    sentMs: performance.timeOrigin + (isRecorded ? record.requestStart : startMs),
    receivedMs: performance.timeOrigin + (isRecorded ? record.responseStart : endMs),
    serverMs,
  };
}
