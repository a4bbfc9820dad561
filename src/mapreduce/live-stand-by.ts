import type { PartIndex } from '../protocol/grid.ts';
import type { HolderId } from './job.ts';

/** One helper's hold on one segment of a live, from `fromPart` on, which begins with a key frame. */
export interface LiveLease {
  readonly id: number;
  readonly holder: HolderId;
  readonly segment: number;
  readonly fromPart: PartIndex;
}

/** Who follows a segment that somebody else makes, ready to go on at once. One a segment, one segment a helper. */
export class StandBys {
  readonly #bySegment = new Map<number, LiveLease>();

  has(segment: number): boolean {
    return this.#bySegment.has(segment);
  }

  isHolder(holder: HolderId): boolean {
    return [...this.#bySegment.values()].some((lease) => lease.holder === holder);
  }

  add(lease: LiveLease): void {
    this.#bySegment.set(lease.segment, lease);
  }

  /** It is the turn of whoever stands by; undefined when nobody does who may. */
  take(segment: number, mayGoOn: (lease: LiveLease) => boolean): LiveLease | undefined {
    const lease = this.#bySegment.get(segment);
    if (lease === undefined || !mayGoOn(lease)) return undefined;
    this.#bySegment.delete(segment);
    return lease;
  }

  /** Ends what has no sense any more, and says what it was. */
  settle(hasSense: (lease: LiveLease) => boolean): readonly LiveLease[] {
    const ended = [...this.#bySegment.values()].filter((lease) => !hasSense(lease));
    for (const { segment } of ended) this.#bySegment.delete(segment);
    return ended;
  }
}

/**
 * How many of the parts that it has read a helper who stands by leaves undecoded. The first missing part lies among
 * them when its maker falls silent: 0.3 s of silence, two ways over the line, and what the maker was behind. Decoded
 * pictures could not be kept: a second of them is hundreds of megabytes.
 */
const HELD_PARTS = 10;

/** How many of `read` parts that are not decoded may be now. */
export const partsToDecode = (read: number, isMaking: boolean): number =>
  Math.max(0, isMaking ? read : read - HELD_PARTS);
