/** A line that has died says nothing: `signal` aborts when nothing was heard for so long, and at `end`. */
export class Silence {
  readonly #ending = new AbortController();
  readonly #limitMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    if (!this.signal.aborted) this.#timer = setTimeout(() => this.#ending.abort(), this.#limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ending.abort();
  }
}
