import { type ClockEstimate, type ClockSample, estimateClock } from '../lib/clock-sync.ts';
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

  get roundTripMs(): number | undefined {
    return this.#estimate?.roundTripMs;
  }

  /** Rejects when the origin does not answer. */
  async start(signal: AbortSignal): Promise<void> {
    this.#estimate = estimateClock([await ask(signal)]);
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
      for (let i = 0; i < SAMPLES; i++) samples.push(await ask(AbortSignal.timeout(5000)));
    } catch {
      // An origin that is away is noticed by whoever asks for media; the old estimate holds until then.
    }
    this.#estimate = estimateClock(samples) ?? this.#estimate;
    this.#again(AGAIN_MS);
  }
}

async function ask(signal: AbortSignal): Promise<ClockSample> {
  const local = () => performance.timeOrigin + performance.now();
  const sentMs = local();
  const response = await fetch(api.time, { cache: 'no-store', signal });
  if (!response.ok) throw new TypeError(`the origin's clock answered ${response.status}`);
  const text = await response.text();
  const receivedMs = local();
  const serverMs = Date.parse(text.trim());
  if (Number.isNaN(serverMs)) throw new TypeError('the origin sent no time');
  return { sentMs, receivedMs, serverMs };
}
