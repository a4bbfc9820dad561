import type { BroadcastState } from '../protocol/broadcast.ts';
import { isStatic } from './lifecycle.ts';

/** When recordings are deleted by themselves; undefined keeps them. */
export interface RetentionRules {
  readonly days: number | undefined;
  /** Of all media together. Old recordings make room; what is live is never deleted. */
  readonly maxBytes: number | undefined;
}

export interface Kept {
  readonly id: string;
  readonly state: BroadcastState;
  readonly endedMs: number | undefined;
  readonly bytes: number;
}

export interface Due {
  readonly id: string;
  readonly because: 'days' | 'bytes';
}

const DAY_MS = 24 * 3600_000;

/** What is to be deleted now, the oldest first, and whether there is still too much afterwards; a pure decision. */
export function dueForDeletion(
  kept: readonly Kept[],
  { days, maxBytes }: RetentionRules,
  nowMs: number,
): { readonly due: readonly Due[]; readonly isOverBudget: boolean } {
  const due: Due[] = [];
  let bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
  const recordings = kept
    .filter((one) => isStatic(one.state))
    .toSorted((a, b) => (a.endedMs ?? 0) - (b.endedMs ?? 0) || a.id.localeCompare(b.id));
  for (const { id, endedMs = 0, bytes: own } of recordings) {
    const isOld = days !== undefined && nowMs - endedMs >= days * DAY_MS;
    if (!isOld && (maxBytes === undefined || bytes <= maxBytes)) continue;
    due.push({ id, because: isOld ? 'days' : 'bytes' });
    bytes -= own;
  }
  return { due, isOverBudget: maxBytes !== undefined && bytes > maxBytes };
}
