import type { TrackId } from '../protocol/track.ts';

/** A rendition that no encoder was left for. Times in milliseconds of one clock. */
export type BrokenEncoder =
  | { readonly kind: 'waiting'; readonly triedFromMs: number; readonly waitMs: number }
  | { readonly kind: 'trying'; readonly waitMs: number }
  | { readonly kind: 'back'; readonly sinceMs: number; readonly waitMs: number };

const MAX_WAIT_FACTOR = 8;
/** Who works for this long has shown that coming back was right. */
const REGRET_MS = 60_000;

/**
 * It broke, or could not be made anew: the next try is after `calmMs`, after twice that when the last one was in vain,
 * and not before `restsFromMs`, from when on it is not offered.
 */
export function brokeAt(
  nowMs: number,
  before: BrokenEncoder | undefined,
  calmMs: number,
  restsFromMs = nowMs,
): BrokenEncoder {
  const isRegret = before !== undefined && (before.kind !== 'back' || nowMs - before.sinceMs < REGRET_MS);
  const waitMs = isRegret ? Math.min(calmMs * MAX_WAIT_FACTOR, before.waitMs * 2) : calmMs;
  return { kind: 'waiting', triedFromMs: Math.max(nowMs + waitMs, restsFromMs), waitMs };
}

export const isDue = (broken: BrokenEncoder, nowMs: number): boolean =>
  broken.kind === 'waiting' && nowMs >= broken.triedFromMs;

/** Every rendition that broke, and what is known of it. */
export class BrokenRenditions {
  readonly #calmMs: number;
  readonly #all = new Map<TrackId, BrokenEncoder>();

  constructor(calmMs: number) {
    this.#calmMs = calmMs;
  }

  /** No encoder is left for it, or it could not be made anew. */
  broke(track: TrackId, nowMs: number, restsFromMs?: number): void {
    this.#all.set(track, brokeAt(nowMs, this.#all.get(track), this.#calmMs, restsFromMs));
  }

  /** Those to be tried now. Each is being tried from here on, until it is `back` or `broke` once more. */
  takeDue(nowMs: number): readonly TrackId[] {
    const due = [...this.#all].filter(([, broken]) => isDue(broken, nowMs));
    for (const [track, { waitMs }] of due) this.#all.set(track, { kind: 'trying', waitMs });
    return due.map(([track]) => track);
  }

  back(track: TrackId, nowMs: number): void {
    const { waitMs = this.#calmMs } = this.#all.get(track) ?? {};
    this.#all.set(track, { kind: 'back', sinceMs: nowMs, waitMs });
  }
}
