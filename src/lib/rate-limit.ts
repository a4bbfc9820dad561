/** A bucket that holds `burst` tokens and gains `perMinute`. */
export interface RateLimit {
  readonly burst: number;
  readonly perMinute: number;
}

export type Admission = { readonly kind: 'go' } | { readonly kind: 'later'; readonly retryAfterSeconds: number };

const MAX_KEYS = 10_000;

/** One token bucket per key (an address), bounded in memory: the least recently seen key is forgotten first. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Gives one token back: what it was taken for turned out not to count. */
  refund(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) bucket.tokens = Math.min(this.#limit.burst, bucket.tokens + 1);
  }

  admit(key: string, nowMs: number): Admission {
    const { burst, perMinute } = this.#limit;
    const before = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const gained = (Math.max(0, nowMs - before.atMs) * perMinute) / 60_000;
    const tokens = Math.min(burst, before.tokens + gained);
    const isAdmitted = tokens >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: isAdmitted ? tokens - 1 : tokens, atMs: nowMs });
    if (this.#buckets.size > MAX_KEYS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    if (isAdmitted) return { kind: 'go' };
    return { kind: 'later', retryAfterSeconds: Math.max(1, Math.ceil(((1 - tokens) * 60) / perMinute)) };
  }
}
