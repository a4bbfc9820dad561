import type { PartIndex } from '../protocol/grid.ts';
import type { LiveLease } from './live-stand-by.ts';

/** What has come before the part that is due, because requests overtake each other on a line; by segment. */
export class EarlyTicks<Tick> {
  readonly #bySegment = new Map<number, { readonly lease: number; readonly ticks: Map<PartIndex, Tick> }>();

  keep({ id, segment }: LiveLease, part: PartIndex, tick: Tick): void {
    const known = this.#bySegment.get(segment);
    // Another lease begins with a key picture: nothing may lean on what an earlier one brought.
    if (known?.lease === id) known.ticks.set(part, tick);
    else this.#bySegment.set(segment, { lease: id, ticks: new Map([[part, tick]]) });
  }

  /** What was kept under this lease. */
  get({ id, segment }: LiveLease, part: PartIndex): Tick | undefined {
    const known = this.#bySegment.get(segment);
    return known?.lease === id ? known.ticks.get(part) : undefined;
  }

  stored(segment: number, part: PartIndex): void {
    this.#bySegment.get(segment)?.ticks.delete(part);
  }

  drop(segment: number): void {
    this.#bySegment.delete(segment);
  }
}
