import type { LiveOrder } from '../../src/mapreduce/live-orders.ts';
import { LiveOutbox } from '../../src/mapreduce/live-outbox.ts';
import { type LiveLease, partsToDecode } from '../../src/mapreduce/live-stand-by.ts';

/** What a helper that is not there has to do with the world. Times in milliseconds. */
export interface SimulatedWorld {
  readonly nowMs: number;
  plan(atMs: number, run: () => void): void;
  /** One message over the line of a helper, in either direction. */
  delayMs(): number;
  /** Until when a helper that works now stands still, because its machine does. */
  standsUntilMs(helper: string): number;
  /** Calls back with every part of the segment from `part` on, at the moment when the origin has it. */
  follow(helper: string, segment: number, part: number, onPart: (part: number) => void): void;
  /** A body of parts has reached the origin, which answers; `isYours` false: the rest is somebody else's. */
  take(helper: string, segment: number, parts: readonly number[], answer: (isYours: boolean) => void): void;
}

export interface HelperSpeed {
  readonly decodeMs: number;
  readonly encodeMs: number;
  /** Until decoder and encoders of a new task are there. */
  readonly openMs: number;
}

const GOP_PARTS = 20;

/** The path of a helper's tab, by its own rules: read, decode, encode and send, part by part. */
export class SimulatedHelper {
  readonly name: string;
  /** Its line carries nothing any more. */
  isCut = false;
  readonly #world: SimulatedWorld;
  readonly #speed: HelperSpeed;
  readonly #tasks = new Map<number, SimulatedTask>();
  #busyUntilMs = 0;
  #wordAtMs = 0;

  constructor(name: string, world: SimulatedWorld, speed: HelperSpeed) {
    this.name = name;
    this.#world = world;
    this.#speed = speed;
  }

  /** A word leaves the origin. */
  tell(order: LiveOrder): void {
    this.#wordAtMs = this.over(this.#wordAtMs, () => this.#take(order));
  }

  /** Something goes over its line, not before `afterMs`; gives when it is there. */
  over(afterMs: number, run: () => void): number {
    const atMs = Math.max(afterMs, this.#world.nowMs + this.#world.delayMs());
    if (!this.isCut)
      this.#world.plan(atMs, () => {
        if (!this.isCut) run();
      });
    return atMs;
  }

  /** One thing after the other. */
  work(costMs: number, notBeforeMs: number, run: () => void): void {
    const { nowMs } = this.#world;
    const fromMs = Math.max(nowMs, this.#busyUntilMs, notBeforeMs);
    this.#busyUntilMs = Math.max(fromMs, this.#world.standsUntilMs(this.name)) + costMs;
    this.#world.plan(this.#busyUntilMs, run);
  }

  #take({ kind, lease }: LiveOrder): void {
    const known = this.#tasks.get(lease.id);
    if (kind === 'make' && known?.begin(lease.fromPart) === true) return;
    if (known !== undefined) known.isEnded = true;
    this.#tasks.delete(lease.id);
    if (kind !== 'make' && kind !== 'stand-by') return;
    const task = new SimulatedTask(this, this.#world, this.#speed, lease);
    this.#tasks.set(lease.id, task);
    if (kind === 'make') task.begin(lease.fromPart);
  }
}

class SimulatedTask {
  isEnded = false;
  readonly #helper: SimulatedHelper;
  readonly #world: SimulatedWorld;
  readonly #speed: HelperSpeed;
  readonly #segment: number;
  readonly #readyMs: number;
  readonly #held: number[] = [];
  #nextPart: number;
  #fromPart: number | undefined;
  #isWorking = false;
  #partAtMs = 0;
  readonly #outbox = new LiveOutbox<number>();

  constructor(
    helper: SimulatedHelper,
    world: SimulatedWorld,
    speed: HelperSpeed,
    { segment, fromPart }: Pick<LiveLease, 'segment' | 'fromPart'>,
  ) {
    this.#helper = helper;
    this.#world = world;
    this.#speed = speed;
    this.#segment = segment;
    this.#readyMs = world.nowMs + speed.openMs;
    this.#nextPart = fromPart - (fromPart % GOP_PARTS);
    helper.over(0, () => world.follow(helper.name, segment, this.#nextPart, (part) => this.#come(part)));
  }

  begin(fromPart: number): boolean {
    if (fromPart < this.#nextPart) return false;
    this.#fromPart = fromPart;
    this.#decode();
    return true;
  }

  #come(part: number): void {
    this.#partAtMs = this.#helper.over(this.#partAtMs, () => {
      this.#held.push(part);
      this.#decode();
    });
  }

  #decode(): void {
    const isMaking = this.#fromPart !== undefined;
    if (this.isEnded || this.#isWorking || partsToDecode(this.#held.length, isMaking) === 0) return;
    const part = this.#held.shift() ?? 0;
    this.#nextPart = part + 1;
    this.#isWorking = true;
    const isMade = part >= (this.#fromPart ?? Number.POSITIVE_INFINITY);
    const costMs = this.#speed.decodeMs + (isMade ? this.#speed.encodeMs : 0);
    this.#helper.work(costMs, isMade ? this.#readyMs : 0, () => {
      this.#isWorking = false;
      if (isMade) this.#outbox.add(part);
      this.#send();
      this.#decode();
    });
  }

  #send(): void {
    const parts = this.isEnded ? [] : this.#outbox.next();
    if (parts.length === 0) return;
    this.#helper.over(0, () =>
      this.#world.take(this.#helper.name, this.#segment, parts, (isYours) =>
        this.#helper.over(0, () => {
          this.#outbox.answered();
          if (!isYours) this.isEnded = true;
          this.#send();
        }),
      ),
    );
  }
}
