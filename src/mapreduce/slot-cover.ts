/** A picture of the source and the slots that show it; half-open, empty for one that none shows. */
export interface Cover<T> {
  readonly picture: T;
  readonly fromSlot: number;
  readonly toSlot: number;
}

/** Which slot a picture belongs to: the nearest, so that times rounded to milliseconds still count one by one. */
export const slotOfTime = (seconds: number, frameRate: number): number => Math.floor(seconds * frameRate + 0.5);

/** The latest time, exclusive, of a picture that may be shown in `slot`. */
export const slotReachSeconds = (slot: number, frameRate: number): number => (slot + 0.5) / frameRate;

/**
 * Spreads pictures of any rhythm over the slots `[fromSlot, toSlot)` of a segment: every slot is shown once and in
 * order, a slot without a picture repeats the one before, and of several pictures in a slot the last is shown. The rule
 * looks at times only, so that whoever makes a segment, from wherever he decodes, makes the same one.
 */
export class SlotCover<T> {
  readonly #frameRate: number;
  readonly #toSlot: number;
  #next: number;
  #held: { readonly picture: T; readonly slot: number } | undefined;

  constructor(range: { readonly fromSlot: number; readonly toSlot: number; readonly frameRate: number }) {
    this.#frameRate = range.frameRate;
    this.#next = range.fromSlot;
    this.#toSlot = range.toSlot;
  }

  /** Pictures in the order they are shown, with seconds from media zero. What comes back is no longer held. */
  push(picture: T, seconds: number): Cover<T> | undefined {
    const slot = slotOfTime(seconds, this.#frameRate);
    const done = this.#take(slot);
    this.#held = { picture, slot };
    return done;
  }

  /** True when nothing that comes can be shown any more but what is held. */
  isPast(seconds: number): boolean {
    return slotOfTime(seconds, this.#frameRate) >= this.#toSlot;
  }

  /** The source is over, or past the segment: the picture that is held fills what is left. */
  finish(): Cover<T> | undefined {
    return this.#take(this.#toSlot);
  }

  #take(until: number): Cover<T> | undefined {
    const held = this.#held;
    if (held === undefined) return undefined;
    this.#held = undefined;
    const fromSlot = this.#next;
    const toSlot = Math.max(fromSlot, Math.min(until, this.#toSlot));
    this.#next = toSlot;
    return { picture: held.picture, fromSlot, toSlot };
  }
}
