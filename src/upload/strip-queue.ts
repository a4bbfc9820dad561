/** The pictures of one segment, waiting to be sent. */
export interface WaitingStrip {
  readonly segment: number;
  readonly jpeg: ArrayBuffer;
}

/** An hour of them. A lost picture is no lost second: they are kept in memory only, and the oldest give way. */
const MAX_WAITING = 360;
/** Behind by more than this the line belongs to sound and picture. */
const MAX_BACKLOG_MS = 1000;

/** Which strip to send next, one at a time and never beside media that are late. Decides, does no I/O. */
export class StripQueue {
  #waiting: WaitingStrip[] = [];
  #sending: WaitingStrip | undefined;

  add(strip: WaitingStrip): void {
    this.#waiting.push(strip);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Undefined: nothing to do now. Whoever takes one says how it went. */
  take(backlogMs: number): WaitingStrip | undefined {
    if (this.#sending !== undefined || backlogMs > MAX_BACKLOG_MS) return undefined;
    this.#sending = this.#waiting.shift();
    return this.#sending;
  }

  /** done: stored, or refused for good. later: nobody answered; it goes again when somebody asks again. */
  settle(outcome: 'done' | 'later'): void {
    if (outcome === 'later' && this.#sending !== undefined) this.#waiting.unshift(this.#sending);
    this.#sending = undefined;
  }
}
