import type { BufferedSpan } from './stuck.ts';

/** As much of `TimeRanges` as is read. */
export interface Ranges {
  readonly length: number;
  start(index: number): number;
  end(index: number): number;
}

export function mediaSpans(ranges: Ranges): BufferedSpan[] {
  return Array.from({ length: ranges.length }, (_, i) => ({
    fromMs: ranges.start(i) * 1000,
    toMs: ranges.end(i) * 1000,
  }));
}

/** The span that holds `mediaMs`; a hair of tolerance, because a playhead may stand just before its first frame. */
export const spanAt = (spans: readonly BufferedSpan[], mediaMs: number): BufferedSpan | undefined =>
  spans.find((span) => span.fromMs - 50 <= mediaMs && mediaMs < span.toMs);
