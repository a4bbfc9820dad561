/**
 * Full jitter with a floor: uniform between the floor and the growing ceiling. Without jitter a short outage takes
 * minutes to clear, and without the floor the first second is the tallest wave.
 */
export interface BackoffPolicy {
  readonly floorMs: number;
  readonly baseMs: number;
  readonly capMs: number;
}

export const RETRY_POLICY: BackoffPolicy = { floorMs: 250, baseMs: 500, capMs: 10_000 };

/** `attempt` counts from 0; `random` is in [0, 1); `retryAfterMs` is the server's word and is never undercut. */
export function backoffMs(attempt: number, random: number, policy = RETRY_POLICY, retryAfterMs = 0): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempt, 30));
  return Math.max(retryAfterMs, policy.floorMs + random * Math.max(0, ceiling - policy.floorMs));
}
