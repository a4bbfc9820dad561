/** Frames inside one encoder: sent minus returned, because `encodeQueueSize` reads 0 with frames still inside. */
export const MAX_IN_FLIGHT = 4;

/**
 * What one encoder takes next. When it holds too many frames a slot is not left out, since a hole stops players, and a
 * key never moves: the slot waits, and gets the picture that is newest when its turn comes. Pictures that repeat cost
 * an encoder little, so it catches up.
 */
export class SlotQueue {
  readonly #cap: number;
  #late: number[] = [];

  constructor(cap = MAX_IN_FLIGHT) {
    this.#cap = cap;
  }

  /** Slots that wait. */
  get waiting(): number {
    return this.#late.length;
  }

  /** True when the slot goes to the encoder at once; otherwise it waits behind the others. */
  offer(slot: number, inFlight: number): boolean {
    if (this.#late.length === 0 && inFlight < this.#cap) return true;
    this.#late.push(slot);
    return false;
  }

  /** The slot whose turn it is, when the encoder has room. */
  take(inFlight: number): number | undefined {
    return inFlight < this.#cap ? this.#late.shift() : undefined;
  }

  clear(): void {
    this.#late = [];
  }

  /** Slots that an encoder lost go first, in their order. */
  putBack(slots: readonly number[]): void {
    this.#late = [...slots, ...this.#late];
  }
}
