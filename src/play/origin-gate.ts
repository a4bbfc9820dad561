import { backoffMs } from '../lib/backoff.ts';
import { api } from '../protocol/urls.ts';

export type GateState =
  | { readonly kind: 'open' }
  /** `nextTryAtMs` is on the clock of `performance.now()`. */
  | { readonly kind: 'closed'; readonly sinceMs: number; readonly nextTryAtMs: number };

const PROBE_TIMEOUT_MS = 4000;

/**
 * Every request of the player passes here. While the origin does not answer, requests wait instead of failing, so
 * dash.js never uses up its own retries on an outage and playback goes on where it was.
 */
export class OriginGate {
  readonly #onChange: () => void;
  #state: GateState = { kind: 'open' };
  #waiting: (() => void)[] = [];
  #attempt = 0;
  #suspicion: Promise<boolean> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #closing = new AbortController();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get state(): GateState {
    return this.#state;
  }

  /** A request failed without any answer, or the origin said it is overloaded for `retryAfterMs`. */
  reportFailure(retryAfterMs = 0): void {
    if (this.#state.kind === 'closed' || this.#closing.signal.aborted) return;
    this.#attempt = 0;
    this.#schedule(performance.now(), retryAfterMs);
  }

  /**
   * Something broke that may be the origin or only this one request. Asks the origin; resolves at once when it answers,
   * else when it is back.
   */
  async suspect(): Promise<void> {
    if (this.#state.kind === 'open') {
      this.#suspicion ??= this.#ask().finally(() => {
        this.#suspicion = undefined;
      });
      if (!(await this.#suspicion)) this.reportFailure();
    }
    await this.whenOpen();
  }

  whenOpen(): Promise<void> {
    if (this.#state.kind === 'open') return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The person asks to try at once instead of at the end of the countdown. */
  tryNow(): void {
    if (this.#state.kind === 'open') return;
    clearTimeout(this.#timer);
    void this.#probe(this.#state.sinceMs);
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #schedule(sinceMs: number, retryAfterMs: number): void {
    const waitMs = backoffMs(this.#attempt++, Math.random(), undefined, retryAfterMs);
    this.#state = { kind: 'closed', sinceMs, nextTryAtMs: performance.now() + waitMs };
    this.#timer = setTimeout(() => void this.#probe(sinceMs), waitMs);
    this.#onChange();
  }

  async #probe(sinceMs: number): Promise<void> {
    const isThere = await this.#ask();
    if (this.#closing.signal.aborted) return;
    if (!isThere) {
      this.#schedule(sinceMs, 0);
      return;
    }
    this.#state = { kind: 'open' };
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
    this.#onChange();
  }

  async #ask(): Promise<boolean> {
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
      return (await fetch(api.health, { cache: 'no-store', signal })).ok;
    } catch {
      return false;
    }
  }
}
