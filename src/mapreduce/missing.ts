import { type PartIndex, segmentOfPart } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';

/** True when every part of `[from, to)` lies in one of the ranges, which are sorted and do not touch. */
export const covers = (ranges: readonly PartRange[] | undefined, from: PartIndex, to: PartIndex): boolean =>
  from >= to || (ranges ?? []).some((range) => range.from <= from && range.to >= to);

/** Segments of which a part of any of the tracks is missing, in playing order. `ends` is the index after the last part. */
export function missingSegments(
  stored: Readonly<Record<string, readonly PartRange[]>>,
  ends: Readonly<Record<string, PartIndex>>,
  partsPerSegment: number,
): readonly number[] {
  const last = Math.max(0, ...Object.values(ends));
  const count = last === 0 ? 0 : segmentOfPart(last - 1, partsPerSegment) + 1;
  return Array.from({ length: count }, (_, segment) => segment).filter((segment) =>
    Object.entries(ends).some(([track, end]) => {
      const from = segment * partsPerSegment;
      return !covers(stored[track], from, Math.min(end, from + partsPerSegment));
    }),
  );
}

/** Of the ends those of pictures: they are made in segments, sound in one go. */
export const pictureEnds = (ends: Readonly<Record<string, PartIndex>>): Readonly<Record<string, PartIndex>> =>
  Object.fromEntries(Object.entries(ends).filter(([track]) => track.startsWith('v')));
