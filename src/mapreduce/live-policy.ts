/** How the renditions of a live are lent. Times in milliseconds. */
export interface LivePolicy {
  /** Nothing for this long, although the source is there: somebody else goes on. */
  readonly silentMs: number;
  /** The same before the first part of a lease, which waits for a decoder and encoders to begin. */
  readonly startMs: number;
  /** Without anybody else, or this far behind: nobody waits for it any more. */
  readonly lostMs: number;
  /** A segment is lent this long before it begins. */
  readonly leadMs: number;
  /** Who was too slow is not asked again for so long. */
  readonly restMs: number;
}

export const LIVE_POLICY: LivePolicy = {
  silentMs: 300,
  startMs: 1500,
  lostMs: 3000,
  leadMs: 2000,
  restMs: 30_000,
};
