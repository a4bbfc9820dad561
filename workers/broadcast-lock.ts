import { StageError } from '../src/protocol/errors.ts';

/** The older tab hears of a newer one with its next part, and lets go within seconds. */
const HANDOVER_MS = 20_000;
const RELOAD_MS = 1_000;

const lockName = (broadcastId: string): string => `tabcast-broadcast-${broadcastId}`;

/**
 * Held by the one tab that works on a broadcast; a tab that crashes loses it. Resolves with what lets go of it; rejects
 * with StageError `other_tab` when another tab keeps it.
 */
export function holdBroadcast(broadcastId: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(
        lockName(broadcastId),
        { signal: AbortSignal.timeout(HANDOVER_MS) },
        () => new Promise<void>((release) => resolve(release)),
      )
      .catch((cause: unknown) => {
        const sentence = 'Another tab holds on to this broadcast. Close that tab, then reload this page.';
        reject(new StageError('spool', 'other_tab', sentence, { cause }));
      });
  });
}

/** True when another tab works on it. A tab that was reloaded a moment ago still holds it for an instant. */
export async function isHeld(broadcastId: string): Promise<boolean> {
  const signal = AbortSignal.timeout(RELOAD_MS);
  return await navigator.locks.request(lockName(broadcastId), { signal }, () => false).catch(() => true);
}
