import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import type { Clock } from './clock.ts';

/** Called when something may have changed: the part is there, its time is over, or the broadcast ended. Look again. */
export type Look = () => void;

/** Calls the wait off; safe to call twice and after the look. */
export type StopWaiting = () => void;

/**
 * The newest parts of every track of one broadcast and the requests that wait for the next ones. Everybody who waits
 * for one part shares one latch, and everybody who gets it shares one Buffer.
 */
export interface HotTail {
  /** Keeps the part when it belongs to the newest segments, and wakes who waits for it. */
  put(track: TrackId, part: PartIndex, bytes: Buffer): void;
  get(track: TrackId, part: PartIndex): Buffer | undefined;
  /** Looks once: when the part comes, at `untilMs` or at `wakeAll`. Undefined when too many wait already. */
  waitFor(track: TrackId, part: PartIndex, untilMs: number, look: Look): StopWaiting | undefined;
  /** The same for whatever part of the track comes next. */
  waitForAny(track: TrackId, untilMs: number, look: Look): StopWaiting | undefined;
  /** Everybody looks again: the broadcast's state changed. */
  wakeAll(): void;
}

/** Shared by all broadcasts of one origin, so that one cannot take the room of the others. */
export interface WaiterBudget {
  readonly maxWaiters: number;
  waiting: number;
}

interface Latch {
  readonly looks: Set<Look>;
  untilMs: number;
  cancelTimer: () => void;
}

/** Key of the latch for any part: no part has it. */
const ANY = -1;

export class MemoryHotTail implements HotTail {
  readonly #clock: Clock;
  readonly #budget: WaiterBudget;
  readonly #keptParts: number;
  readonly #parts = new Map<TrackId, Map<PartIndex, Buffer>>();
  readonly #newest = new Map<TrackId, PartIndex>();
  readonly #latches = new Map<TrackId, Map<PartIndex, Latch>>();

  constructor(options: { clock: Clock; budget: WaiterBudget; keptParts: number }) {
    this.#clock = options.clock;
    this.#budget = options.budget;
    this.#keptParts = options.keptParts;
  }

  put(track: TrackId, part: PartIndex, bytes: Buffer): void {
    this.#keep(track, part, bytes);
    this.#release(track, part);
    this.#release(track, ANY);
  }

  get(track: TrackId, part: PartIndex): Buffer | undefined {
    return this.#parts.get(track)?.get(part);
  }

  waitFor(track: TrackId, part: PartIndex, untilMs: number, look: Look): StopWaiting | undefined {
    if (this.#budget.waiting >= this.#budget.maxWaiters) return undefined;
    const latches = this.#latchesOf(track);
    let latch = latches.get(part);
    const release = (): void => this.#release(track, part);
    if (latch === undefined) {
      latch = { looks: new Set(), untilMs, cancelTimer: this.#clock.at(untilMs, release) };
      latches.set(part, latch);
    } else if (untilMs < latch.untilMs) {
      latch.cancelTimer();
      latch.untilMs = untilMs;
      latch.cancelTimer = this.#clock.at(untilMs, release);
    }
    const { looks } = latch;
    looks.add(look);
    this.#budget.waiting += 1;
    return () => {
      if (!looks.delete(look)) return;
      this.#budget.waiting -= 1;
      if (looks.size === 0 && this.#latches.get(track)?.get(part)?.looks === looks) this.#drop(track, part);
    };
  }

  waitForAny(track: TrackId, untilMs: number, look: Look): StopWaiting | undefined {
    return this.waitFor(track, ANY, untilMs, look);
  }

  wakeAll(): void {
    for (const [track, latches] of this.#latches)
      for (const part of Array.from(latches.keys())) this.#release(track, part);
  }

  #latchesOf(track: TrackId): Map<PartIndex, Latch> {
    const latches = this.#latches.get(track) ?? new Map<PartIndex, Latch>();
    this.#latches.set(track, latches);
    return latches;
  }

  #keep(track: TrackId, part: PartIndex, bytes: Buffer): void {
    const parts = this.#parts.get(track) ?? new Map<PartIndex, Buffer>();
    this.#parts.set(track, parts);
    const newest = Math.max(this.#newest.get(track) ?? part, part);
    if (part <= newest - this.#keptParts) return;
    parts.set(part, bytes);
    const before = this.#newest.get(track);
    this.#newest.set(track, newest);
    if (before === undefined || newest === before) return;
    if (newest - before > this.#keptParts) {
      for (const old of parts.keys()) if (old <= newest - this.#keptParts) parts.delete(old);
      return;
    }
    for (let old = before - this.#keptParts + 1; old <= newest - this.#keptParts; old++) parts.delete(old);
  }

  #drop(track: TrackId, part: PartIndex): Latch | undefined {
    const latch = this.#latches.get(track)?.get(part);
    if (latch === undefined) return undefined;
    this.#latches.get(track)?.delete(part);
    latch.cancelTimer();
    return latch;
  }

  /** The latch is gone before anybody looks: who goes on waiting gets a new one. */
  #release(track: TrackId, part: PartIndex): void {
    const latch = this.#drop(track, part);
    if (latch === undefined) return;
    const looks = [...latch.looks];
    latch.looks.clear();
    this.#budget.waiting -= looks.length;
    for (const look of looks) look();
  }
}
