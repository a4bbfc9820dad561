import type { BroadcastDetail, BroadcastState } from '../protocol/broadcast.ts';
import { api } from '../protocol/urls.ts';
import type { OriginGate } from './origin-gate.ts';

/** How soon to ask again, before jitter: somebody waits for a start or wonders why nothing comes, or all is well. */
export function askAgainMs(state: BroadcastState, isWaitingForMedia: boolean, random: number): number {
  const baseMs = state === 'reserved' ? 1000 : isWaitingForMedia ? 1200 : state === 'processing' ? 2000 : 10_000;
  return baseMs * (0.75 + random / 2);
}

export type BroadcastAnswer =
  | { readonly kind: 'detail'; readonly detail: BroadcastDetail }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'away' };

export async function askForBroadcast(id: string, signal: AbortSignal): Promise<BroadcastAnswer> {
  try {
    const response = await fetch(api.broadcast(id), { signal, cache: 'no-store' });
    if (response.status === 404 || response.status === 400) return { kind: 'unknown' };
    if (!response.ok) return { kind: 'away' };
    return { kind: 'detail', detail: (await response.json()) as BroadcastDetail };
  } catch {
    return { kind: 'away' };
  }
}

/** Follows what the origin says about one broadcast for as long as the page is open. */
export class BroadcastWatch {
  readonly #id: string;
  readonly #gate: OriginGate;
  readonly #onAnswer: (answer: BroadcastAnswer) => void;
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWaitingForMedia = false;
  #isBeingMade = false;
  #state: BroadcastState = 'reserved';

  constructor(id: string, gate: OriginGate, onAnswer: (answer: BroadcastAnswer) => void) {
    this.#id = id;
    this.#gate = gate;
    this.#onAnswer = onAnswer;
  }

  /** While playback stands still the answer is wanted sooner. */
  setWaitingForMedia(isWaiting: boolean): void {
    if (isWaiting === this.#isWaitingForMedia) return;
    this.#isWaitingForMedia = isWaiting;
    if (isWaiting) this.#schedule();
  }

  /** `asked`: a question that is on its way already. */
  async ask(asked?: Promise<BroadcastAnswer>): Promise<void> {
    clearTimeout(this.#timer);
    await this.#gate.whenOpen();
    const limit = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(8000)]);
    const answer = await (asked ?? askForBroadcast(this.#id, limit));
    if (this.#closing.signal.aborted) return;
    if (answer.kind === 'away') this.#gate.reportFailure();
    if (answer.kind === 'detail') {
      this.#state = answer.detail.state;
      this.#isBeingMade = answer.detail.upload?.isFinished === false;
    }
    this.#onAnswer(answer);
    this.#schedule();
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'sealed') return;
    const waitMs = askAgainMs(this.#state, this.#isWaitingForMedia || this.#isBeingMade, Math.random());
    this.#timer = setTimeout(() => void this.ask(), waitMs);
  }
}
