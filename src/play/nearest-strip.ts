import type { SegmentRange } from '../protocol/broadcast.ts';
import { STRIP_PICTURES, type ThumbnailPlace, thumbnailAt } from '../protocol/thumbnails.ts';

/**
 * The small picture to show for a moment: its own, or of the nearest segment that has one (its picture on the near
 * side). Undefined while there is none at all.
 */
export function nearestThumbnail(mediaMs: number, strips: readonly SegmentRange[]): ThumbnailPlace | undefined {
  const wanted = thumbnailAt(mediaMs);
  let best: ThumbnailPlace | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const { from, to } of strips) {
    if (from >= to) continue;
    if (wanted.segment >= from && wanted.segment < to) return wanted;
    const isBefore = to <= wanted.segment;
    const segment = isBefore ? to - 1 : from;
    const distance = Math.abs(segment - wanted.segment);
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    best = { segment, index: isBefore ? STRIP_PICTURES - 1 : 0 };
  }
  return best;
}
