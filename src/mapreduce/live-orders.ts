import type { PartIndex } from '../protocol/grid.ts';
import type { LiveLease } from './live-stand-by.ts';

/** What a helper is told. Who stood by under a lease makes the segment under the same. */
export interface LiveOrder {
  readonly kind: 'make' | 'stop' | 'stand-by' | 'stand-down';
  readonly lease: LiveLease;
}

export interface LiveFacts {
  readonly nowMs: number;
  /** The first part that the source lacks. */
  readonly sourcePart: PartIndex;
  /** The segment from which on helpers make theirs; undefined: none is wanted. */
  readonly fromSegment: number | undefined;
  /** Index after the last part of the broadcast, once it is known. */
  readonly endPart: PartIndex | undefined;
}

export interface LiveOutcome {
  readonly orders: readonly LiveOrder[];
  /** Nobody could make the rest of these: they are not waited for. */
  readonly lost: readonly number[];
}
