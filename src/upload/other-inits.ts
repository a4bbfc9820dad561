import { type IngestState, initKey, newestInit } from '../protocol/broadcast.ts';
import { nextToldSegment } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';

/** Which tracks need another init segment than the one that counts now, and the first segment that it describes. */
export interface OtherInits {
  readonly tracks: readonly TrackId[];
  readonly segment: number;
}

/**
 * For a tab that goes on with a broadcast: `own` are the SHA-256 of its init segments, in hexadecimal. undefined where
 * its encoders describe themselves as those of the tab before.
 */
export function otherInits(
  own: Readonly<Record<TrackId, string>>,
  { inits, cuts, grid, availabilityStartMs, serverTimeMs }: IngestState,
): OtherInits | undefined {
  if (grid === null || availabilityStartMs === null) return undefined;
  const tracks = Object.keys(own).filter(
    (track) => own[track] !== inits[initKey(track, newestInit(track, cuts) / grid.partsPerSegment)],
  );
  if (tracks.length === 0) return undefined;
  let segment = nextToldSegment(serverTimeMs - availabilityStartMs);
  // A tab that died on the way may have left one that nobody was told of.
  while (tracks.some((track) => inits[initKey(track, segment)] !== undefined)) segment++;
  return { tracks, segment };
}
