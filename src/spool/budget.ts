/** More than an hour of a full ladder; a browser that would give more is asked for no more. */
const MAX_BYTES = 4 * 1024 ** 3;
/** The rest stays for whatever else this origin keeps. */
const SHARE_OF_FREE = 0.6;

/** How much of the disk the spool may take, from `navigator.storage.estimate()`; what it does not say counts as none. */
export function diskBudgetBytes(estimate: { readonly quota?: number; readonly usage?: number }): number {
  const free = Math.max(0, (estimate.quota ?? 0) - (estimate.usage ?? 0));
  return Math.floor(Math.min(MAX_BYTES, free * SHARE_OF_FREE));
}

/** Media time that fits into what is free of the budget, at the bit rate of all tracks together; boxes are small. */
export const spoolRoomMs = (freeBytes: number, ladderBps: number): number =>
  ladderBps > 0 ? Math.max(0, Math.floor((freeBytes * 8 * 1000) / ladderBps)) : 0;
