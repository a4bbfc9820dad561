/** The origin's clock and its timers: the only truth about time, and a seam for tests. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Calls back once, not before `atMs`; the returned function calls it off. */
  at(atMs: number, callback: () => void): () => void;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  at(atMs, callback) {
    const timer = setTimeout(callback, Math.min(MAX_TIMEOUT_MS, Math.max(0, atMs - Date.now())));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
