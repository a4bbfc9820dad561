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
  /** Who looks on less often than this has not listened in between. */
  readonly lookMs: number;
  /** So far before the part that is due another may come, and wait for it. */
  readonly earlyParts: number;
}

export const LIVE_POLICY: LivePolicy = {
  silentMs: 300,
  startMs: 1500,
  lostMs: 3000,
  leadMs: 2000,
  restMs: 30_000,
  lookMs: 100,
  earlyParts: 30,
};

/** How what helpers of a live made is looked at. Times in milliseconds. */
export interface CheckPolicy {
  /** Parts that are decoded: a key picture and what leans on it. */
  readonly lookParts: number;
  /** Who says nothing for so long could not say. */
  readonly lookMs: number;
  /** What no helper looks at for so long is the creator's. */
  readonly patienceMs: number;
  /** The creator's tab, when it has not asked for so long, is not waited for. */
  readonly creatorMs: number;
  /** Of everything, chosen by chance, the creator's tab looks at this share itself. */
  readonly creatorShare: number;
}

export const CHECK_POLICY: CheckPolicy = {
  lookParts: 3,
  lookMs: 10_000,
  patienceMs: 3000,
  creatorMs: 10_000,
  creatorShare: 0.1,
};
