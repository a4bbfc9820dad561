import { StripQueue } from '../src/upload/strip-queue.ts';
import { type OriginClient, OriginRefusal } from './origin-client.ts';

/** Sends small pictures beside a broadcast: when the line has room, one at a time. What is left at the end is let go. */
export class StripSender {
  readonly #client: OriginClient;
  readonly #backlogMs: () => number;
  readonly #queue = new StripQueue();

  constructor(client: OriginClient, backlogMs: () => number) {
    this.#client = client;
    this.#backlogMs = backlogMs;
  }

  add(segment: number, jpeg: ArrayBuffer): void {
    this.#queue.add({ segment, jpeg });
    void this.send();
  }

  /** Also called once a second: after an outage, and behind media that were late, they follow. */
  async send(): Promise<void> {
    for (let next = this.#queue.take(this.#backlogMs()); next !== undefined; next = this.#queue.take(this.#backlogMs()))
      try {
        await this.#client.putStrip(next.segment, next.jpeg);
        this.#queue.settle('done');
      } catch (cause) {
        // Who refuses this one for good will take the next; who does not answer is asked again later.
        const isRefused = cause instanceof OriginRefusal && (!cause.isRetryable || cause.status === 507);
        this.#queue.settle(isRefused ? 'done' : 'later');
        if (!isRefused) return;
      }
  }
}
