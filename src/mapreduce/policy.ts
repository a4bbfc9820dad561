/** How work is lent. One place for the numbers, so that tests and the simulation turn the same screws. */
export interface LeasePolicy {
  /** Without a word of progress for this long the work is lent to somebody else. */
  readonly leaseMs: number;
  /** A segment that fails this often is set aside with its last reason. */
  readonly maxFailures: number;
  /** How many may hold the same segment at once, near the end. */
  readonly maxCopies: number;
  /** A second copy is only worth it for work that has been out for this many usual service times. */
  readonly slowFactor: number;
  /** Nobody holds more than this many segments, however far away. */
  readonly maxBatch: number;
}

export const LEASE_POLICY: LeasePolicy = {
  leaseMs: 20_000,
  maxFailures: 3,
  maxCopies: 2,
  slowFactor: 1.5,
  maxBatch: 8,
};

export interface BatchFacts {
  /** From asking for work to its first byte; null before it was measured. */
  readonly roundTripMs: number;
  /** What a segment takes this helper; null before its first one is done. */
  readonly serviceMs: number | null;
  /** Segments that nobody holds, and helpers that share them. */
  readonly waiting: number;
  readonly helpers: number;
}

/**
 * How many segments a helper may hold at once: enough to work while the line is busy with the next, never more than its
 * share of half of what is left, so that the end is not spent waiting for one helper.
 */
export function batchSize(facts: BatchFacts, policy: LeasePolicy = LEASE_POLICY): number {
  const { roundTripMs, serviceMs, waiting, helpers } = facts;
  if (serviceMs === null) return 1;
  const toHideTheLine = 1 + Math.ceil(roundTripMs / Math.max(1, serviceMs));
  const share = Math.ceil(waiting / (2 * Math.max(1, helpers)));
  return Math.max(1, Math.min(toHideTheLine, share, policy.maxBatch));
}

/** How many segments a helper should find waiting: the one it works on, and one whose source is on its way meanwhile. */
const OFFERS_PER_HELPER = 2;

/** How many more segments the creator's tab should give away now. `open` are those that nobody has brought yet. */
export const offersWanted = ({ helpers, open }: { readonly helpers: number; readonly open: number }): number =>
  Math.max(0, helpers * OFFERS_PER_HELPER - open);
