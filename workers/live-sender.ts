import { LiveOutbox } from '../src/mapreduce/live-outbox.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { PartName } from '../src/protocol/part.ts';
import type { LendClient } from './lend-client.ts';
import { withDigest } from './recording-sender.ts';

export interface LivePart extends PartName {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type Tick = readonly LivePart[];

/** A part that is this late is somebody else's by now. */
const MAX_FAILURES = 2;

/** Sends the ticks of one segment; requests may overtake each other on the line. */
export class LiveSender {
  readonly #client: LendClient;
  readonly #segment: number;
  readonly #onTaken: () => void;
  readonly #outbox = new LiveOutbox<Tick>();
  readonly #sending = new Set<Promise<void>>();
  #failure: unknown;
  #isTaken = false;

  /** `onTaken`: the rest is somebody else's, or the segment is whole. */
  constructor(client: LendClient, segment: number, onTaken: () => void) {
    this.#client = client;
    this.#segment = segment;
    this.#onTaken = onTaken;
  }

  add(tick: Tick): void {
    if (this.#isTaken) return;
    this.#outbox.add(tick);
    this.#sendOn();
  }

  /** Resolves when all of it is sent; rejects when it could not be. */
  async finish(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #sendOn(): void {
    for (;;) {
      const ticks = this.#isTaken ? [] : this.#outbox.next();
      if (ticks.length === 0) return;
      const sent = this.#send(ticks).finally(() => {
        this.#sending.delete(sent);
        this.#outbox.answered();
        this.#sendOn();
      });
      this.#sending.add(sent);
    }
  }

  async #send(ticks: readonly Tick[]): Promise<void> {
    for (let failures = 0; !this.#isTaken; ) {
      try {
        const parts = await Promise.all(ticks.flat().map(withDigest));
        const { isYours } = await this.#client.sendLive(this.#segment, parts);
        if (!isYours) this.#end();
        return;
      } catch (cause) {
        failures++;
        const isLasting = cause instanceof StageError && !cause.isRetryable;
        if (!isLasting && failures <= MAX_FAILURES) continue;
        this.#failure ??= cause;
        this.#end();
      }
    }
  }

  #end(): void {
    this.#isTaken = true;
    this.#onTaken();
  }
}
