import { StageError } from '../src/protocol/errors.ts';
import type { PartName } from '../src/protocol/part.ts';
import type { LendClient } from './lend-client.ts';
import { withDigest } from './recording-sender.ts';

export interface LivePart extends PartName {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Ticks in one request, when they come faster than answers. */
const MAX_TICKS = 10;
/** A part that is this late is somebody else's by now. */
const MAX_FAILURES = 2;

/** Sends the ticks of one segment in order, one request at a time. */
export class LiveSender {
  readonly #client: LendClient;
  readonly #segment: number;
  readonly #onTaken: () => void;
  #ticks: (readonly LivePart[])[] = [];
  #sending: Promise<void> | undefined;
  #failure: unknown;
  #isTaken = false;

  /** `onTaken`: the rest is somebody else's, or the segment is whole. */
  constructor(client: LendClient, segment: number, onTaken: () => void) {
    this.#client = client;
    this.#segment = segment;
    this.#onTaken = onTaken;
  }

  add(tick: readonly LivePart[]): void {
    if (this.#isTaken || this.#failure !== undefined) return;
    this.#ticks.push(tick);
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when all of it is sent; rejects when it could not be. */
  async finish(): Promise<void> {
    await this.#sending;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #send(): Promise<void> {
    for (let failures = 0; this.#ticks.length > 0 && !this.#isTaken; ) {
      const ticks = this.#ticks.slice(0, MAX_TICKS);
      try {
        const parts = await Promise.all(ticks.flat().map(withDigest));
        const { isYours } = await this.#client.sendLive(this.#segment, parts);
        this.#ticks = this.#ticks.slice(ticks.length);
        failures = 0;
        if (!isYours) this.#end();
      } catch (cause) {
        failures++;
        const isLasting = cause instanceof StageError && !cause.isRetryable;
        if (!isLasting && failures <= MAX_FAILURES) continue;
        this.#failure = cause;
        this.#end();
      }
    }
  }

  #end(): void {
    this.#isTaken = true;
    this.#ticks = [];
    this.#onTaken();
  }
}
