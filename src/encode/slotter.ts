import type { FrameRate } from '../protocol/grid.ts';
import { type Micros, micros } from '../protocol/time.ts';

/** Slots `from <= slot < to` show the picture before; then the frame itself, unless it came too early to be used. */
export interface SlotPlan {
  readonly repeatFrom: number;
  readonly repeatTo: number;
  /** The slot of the frame; undefined when a frame of a too fast camera is left out. */
  readonly frameSlot: number | undefined;
}

export interface SlotterOptions {
  readonly frameRate: FrameRate;
  /**
   * How far, in slots, a frame may lie from its slot before one is repeated or left out. Above one half, so that a
   * camera whose phase sits between two slots does not repeat and drop in turn; after a correction the error is small.
   */
  readonly toleranceSlots?: number;
  /** How long after a slot's time the picture before is shown in it when no frame has come. */
  readonly patienceSlots?: number;
  /** The first slot to fill; 0 unless a broadcast goes on. */
  readonly firstSlot?: number;
}

/**
 * Puts frames that arrive unevenly on a constant-rate grid in which every slot is filled exactly once, in order.
 * Pure but for its counter; times are media time of capture.
 */
export class Slotter {
  readonly #slotMicros: number;
  readonly #tolerance: number;
  readonly #patience: number;
  #next: number;

  constructor(options: SlotterOptions) {
    this.#next = options.firstSlot ?? 0;
    this.#slotMicros = 1_000_000 / options.frameRate;
    this.#tolerance = options.toleranceSlots ?? 0.65;
    this.#patience = options.patienceSlots ?? 1.6;
  }

  /** The first slot that is not filled yet. */
  get nextSlot(): number {
    return this.#next;
  }

  onFrame(captured: Micros): SlotPlan {
    const error = captured / this.#slotMicros - this.#next;
    if (error < -this.#tolerance) return { repeatFrom: this.#next, repeatTo: this.#next, frameSlot: undefined };
    const missing = error > this.#tolerance ? Math.round(error) : 0;
    const repeatFrom = this.#next;
    const frameSlot = this.#next + missing;
    this.#next = frameSlot + 1;
    return { repeatFrom, repeatTo: frameSlot, frameSlot };
  }

  /** Called when time passes without a frame: the slots that can wait no longer. */
  onClock(now: Micros): SlotPlan {
    const repeatFrom = this.#next;
    const due = Math.floor(now / this.#slotMicros - this.#patience) + 1;
    this.#next = Math.max(this.#next, due);
    return { repeatFrom, repeatTo: this.#next, frameSlot: undefined };
  }

  /** Media time at which `onClock` has something to do if no frame comes. */
  deadline(): Micros {
    return micros((this.#next + this.#patience) * this.#slotMicros);
  }

  /** Fills every slot before `end` with the picture before, so that a broadcast ends on a whole part. */
  finish(end: number): SlotPlan {
    const repeatFrom = this.#next;
    this.#next = Math.max(this.#next, end);
    return { repeatFrom, repeatTo: this.#next, frameSlot: undefined };
  }
}
