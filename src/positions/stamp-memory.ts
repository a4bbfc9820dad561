import type { Hlc } from '../protocol/positions.ts';
import { clampHlc } from './hlc.ts';

const MAX_REMEMBERED = 10_000;

interface Claim {
  readonly claimed: Hlc;
  readonly given: Hlc;
}

/**
 * Clamps stamps from the future, and remembers what it made of them: the same write that comes again later, or one
 * before it that was held up, must not be given a later stamp than the first time.
 */
export class StampMemory {
  readonly #claims = new Map<string, Claim>();

  /** `writer` names one device of one person in one broadcast. */
  stamp(writer: string, claimed: Hlc, originNowMs: number): Hlc {
    const clamped = clampHlc(claimed, originNowMs);
    if (clamped === claimed) return claimed;
    const before = this.#claims.get(writer);
    if (before !== undefined && claimed <= before.claimed)
      return Math.max(0, before.given - (before.claimed - claimed)) as Hlc;
    this.#claims.delete(writer);
    this.#claims.set(writer, { claimed, given: clamped });
    if (this.#claims.size > MAX_REMEMBERED) {
      const [oldest] = this.#claims.keys();
      if (oldest !== undefined) this.#claims.delete(oldest);
    }
    return clamped;
  }
}
