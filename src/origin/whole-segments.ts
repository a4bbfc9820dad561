import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';

/**
 * The segments that lie whole in every one of the lists of ranges, joined where they touch; the one in which `endPart`
 * lies is whole up to there, and its range ends with the segment.
 */
export function wholeSegments(
  tracks: readonly (readonly PartRange[])[],
  partsPerSegment: number,
  endPart: PartIndex,
): readonly PartRange[] {
  const [first = [], ...others] = tracks;
  const whole: { from: PartIndex; to: PartIndex }[] = [];
  for (const range of first) {
    const start = Math.ceil(range.from / partsPerSegment) * partsPerSegment;
    for (let from = start; from < range.to; from += partsPerSegment) {
      const to = Math.min(from + partsPerSegment, endPart);
      const isIn = (ranges: readonly PartRange[]): boolean =>
        ranges.some((one) => one.from <= from && to <= one.to) && from < to;
      if (to > range.to || !others.every(isIn)) continue;
      const before = whole.at(-1);
      if (before?.to === from) before.to = from + partsPerSegment;
      else whole.push({ from, to: from + partsPerSegment });
    }
  }
  return whole;
}
