import { type Grid, isFirstSlotOfPart } from '../protocol/grid.ts';

/** Frames inside one encoder: sent minus returned, because `encodeQueueSize` reads 0 with frames still inside. */
export const MAX_IN_FLIGHT = 4;
/** What waits longer than this is no hiccup any more: a viewer would see pictures that far from their sound. */
export const MAX_WAIT_MS = 2_000;
/** For so long after slots were left out the encoder is not trusted with a queue again. */
const DISTRUST_MS = 10_000;
const LEAVES_OUT_MS = 1_000;

export interface Turn {
  /** The slot that goes to the encoder. */
  readonly slot: number;
  /** Slots before it that get no picture: the one before lasts longer. Never the first of a part, so never a key. */
  readonly leftOut: readonly number[];
}

/**
 * What one encoder takes next. When it holds too many frames the slots wait, and each gets the picture that is newest
 * when its turn comes: pictures that repeat cost an encoder little, so after a hiccup it catches up. One that does not
 * gets fewer pictures instead, at least one a part: what waits behind no room is left out but for the newest.
 */
export class SlotQueue {
  readonly #grid: Grid;
  readonly #cap: number;
  #late: number[] = [];
  /** Of all that were offered. */
  #newest = Number.NEGATIVE_INFINITY;
  /** What was the newest when slots were last left out. */
  #leftOutAt = Number.NEGATIVE_INFINITY;

  constructor(grid: Grid, cap = MAX_IN_FLIGHT) {
    this.#grid = grid;
    this.#cap = cap;
  }

  /** Slots that wait. */
  get waiting(): number {
    return this.#late.length;
  }

  /** Slots are being left out: without that the encoder would be further and further behind. */
  get isLeavingOut(): boolean {
    return this.#newest - this.#leftOutAt < this.#slots(LEAVES_OUT_MS);
  }

  /** True when the slot goes to the encoder at once; otherwise it waits behind the others. */
  offer(slot: number, inFlight: number): boolean {
    this.#newest = slot;
    if (this.#late.length === 0 && inFlight < this.#cap) return true;
    this.#late.push(slot);
    return false;
  }

  /** Whose turn it is, when the encoder has room. */
  take(inFlight: number): Turn | undefined {
    if (inFlight >= this.#cap) return undefined;
    const leftOut = this.#isTooSlow ? this.#late.splice(0, this.#optional()) : [];
    if (leftOut.length > 0) this.#leftOutAt = this.#newest;
    const slot = this.#late.shift();
    return slot === undefined ? undefined : { slot, leftOut };
  }

  clear(): void {
    this.#late = [];
    this.#newest = Number.NEGATIVE_INFINITY;
    this.#leftOutAt = Number.NEGATIVE_INFINITY;
  }

  /** Slots that an encoder lost go first, in their order. */
  putBack(slots: readonly number[]): void {
    this.#late = [...slots, ...this.#late];
    this.#newest = Math.max(this.#newest, ...slots.slice(-1));
  }

  get #isTooSlow(): boolean {
    const [oldest = this.#newest] = this.#late;
    return (
      this.#newest - oldest > this.#slots(MAX_WAIT_MS) || this.#newest - this.#leftOutAt < this.#slots(DISTRUST_MS)
    );
  }

  /** How many of those that wait can be left out before the next one that cannot. */
  #optional(): number {
    const { frameRate, partsPerSegment } = this.#grid;
    const needed = this.#late.findIndex((slot) => isFirstSlotOfPart(slot, frameRate, partsPerSegment));
    return needed < 0 ? Math.max(0, this.#late.length - 1) : needed;
  }

  #slots(ms: number): number {
    return (ms * this.#grid.frameRate) / 1000;
  }
}
