import { backoffMs } from '../src/lib/backoff.ts';
import { StageError } from '../src/protocol/errors.ts';
import { UPLOAD_RETRY_POLICY } from '../src/upload/upload-plan.ts';
import { OriginRefusal } from './origin-client.ts';

/**
 * Repeats until it works; only a refusal that no repeating can change ends it. `onFailure` hears of every failure that
 * is waited out.
 */
export async function insist<T>(work: () => Promise<T>, onFailure: () => void = () => undefined): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof StageError && !cause.isRetryable) throw cause;
      onFailure();
      const retryAfterMs = cause instanceof OriginRefusal ? cause.retryAfterMs : 0;
      const delayMs = backoffMs(attempt, Math.random(), UPLOAD_RETRY_POLICY, retryAfterMs);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
