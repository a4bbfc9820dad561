import { StageError } from '../src/protocol/errors.ts';
import type { OriginClient } from './origin-client.ts';

const PROBE_MS = 2_000;
const FIRST_BYTES = 64 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;
/** Many times what any ladder takes: a line this fast need not be measured any longer. */
const ENOUGH_BPS = 100_000_000;

/**
 * Sends ever larger bodies for two seconds and says what arrived, in bits a second. Rejects with StageError
 * `origin_unreachable`. Random bytes, so that nothing on the way can make them small.
 */
export async function probeUplink(client: OriginClient, onProgress: (progress: number) => void): Promise<number> {
  const noise = new Uint8Array(MAX_BYTES);
  for (let at = 0; at < noise.length; at += 65_536) crypto.getRandomValues(noise.subarray(at, at + 65_536));
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  let best = 0;
  let size = FIRST_BYTES;
  try {
    while (elapsed() < PROBE_MS && best < ENOUGH_BPS) {
      const before = performance.now();
      await client.probe(noise.subarray(0, size), AbortSignal.timeout(4 * PROBE_MS));
      const tookMs = performance.now() - before;
      // Small bodies mostly measure the round trip; the best of the larger ones is the line.
      best = Math.max(best, (size * 8 * 1000) / tookMs);
      if (tookMs < PROBE_MS / 8) size = Math.min(MAX_BYTES, size * 2);
      onProgress(Math.min(1, elapsed() / PROBE_MS));
    }
    return Math.round(best);
  } catch (cause) {
    const sentence = 'The server cannot be reached. Check your connection; this page tries again when you ask it to.';
    throw new StageError('upload', 'origin_unreachable', sentence, { cause, isRetryable: true });
  }
}
