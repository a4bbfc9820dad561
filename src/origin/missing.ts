import { stretchesOf } from '../package/mpd-periods.ts';
import type { TimelineCut } from '../protocol/broadcast.ts';
import type { PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import { RangeSet } from './ranges.ts';

/** Parts that later ones have overtaken, in any track: after an outage the newest come first (SPEC API2). */
export function missingParts(
  cuts: readonly TimelineCut[],
  tracks: readonly TrackId[],
  stored: (track: TrackId) => RangeSet,
): readonly PartRange[] {
  const missing = new RangeSet();
  for (const stretch of stretchesOf(cuts, tracks)) {
    const end = stretch.endPart ?? Math.min(...stretch.tracks.map((track) => stored(track).end));
    for (const track of stretch.tracks) {
      let from = stretch.startPart;
      for (const range of stored(track).toJSON()) {
        if (range.from > from && from < end) missing.addRange(from, Math.min(range.from, end));
        from = Math.max(from, range.to);
      }
      if (from < end) missing.addRange(from, end);
    }
  }
  return missing.toJSON();
}
