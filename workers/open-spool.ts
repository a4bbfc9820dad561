import type { SpoolSafety } from '../src/protocol/stats.ts';
import { diskBudgetBytes } from '../src/spool/budget.ts';
import { MEMORY_SPOOL_BYTES, MemorySpool } from '../src/spool/memory-spool.ts';
import { OpfsSpool } from '../src/spool/opfs-spool.ts';
import type { Spool } from '../src/spool/spool.ts';
import { hasOpfs, openOpfsFolder } from './opfs-folder.ts';

export interface OpenedSpool {
  readonly spool: Spool;
  readonly safety: SpoolSafety;
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/** On disk where this browser can, else in memory. Rejects while another tab has this broadcast's files open. */
export async function openSpool(
  broadcastId: string,
  partsPerSegment: number,
  wantedBytes: number | undefined,
): Promise<OpenedSpool> {
  if (!(await hasOpfs()))
    return { spool: new MemorySpool(partsPerSegment), safety: { where: 'memory', budgetBytes: MEMORY_SPOOL_BYTES } };
  const givenBytes = diskBudgetBytes(await navigator.storage.estimate());
  const budgetBytes = Math.min(givenBytes, wantedBytes ?? givenBytes);
  const folder = await openOpfsFolder(broadcastId);
  const spool = await OpfsSpool.open({ folder, partsPerSegment, budgetBytes, digestOf: sha256 });
  return { spool, safety: { where: 'disk', budgetBytes } };
}
