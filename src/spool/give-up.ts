import { type PartIndex, SEGMENT_MS, segmentOfPart } from '../protocol/grid.ts';
import type { Track, TrackId } from '../protocol/track.ts';
import type { GivenUp } from './spool.ts';

/** A segment of these tracks that is no longer kept, so that newer ones have room. */
export interface GiveUp {
  readonly segment: number;
  readonly tracks: readonly TrackId[];
}

/**
 * What goes first, one group after the other: each rendition from the highest bit rate down, and at the very end the
 * lowest together with the sound and whatever is left, because a picture without sound is no second saved.
 */
export function giveUpOrder(tracks: readonly Track[]): readonly (readonly TrackId[])[] {
  const video = tracks.filter((track) => track.kind === 'video').toSorted((a, b) => b.bitrateBps - a.bitrateBps);
  return [...video.slice(0, -1).map((track) => [track.id]), tracks.map((track) => track.id)];
}

/**
 * The oldest segment of the first group that has one to give. The segment that grows stays, and so does the first of
 * all, which no cut can leave out (SPEC CUT2). One of which nothing was sent goes before one of which viewers have seen
 * the beginning. Undefined when nothing is left that may go.
 */
export function whatToGiveUp(
  kept: ReadonlyMap<TrackId, readonly PartIndex[]>,
  order: readonly (readonly TrackId[])[],
  partsPerSegment: number,
): GiveUp | undefined {
  const newest = Math.max(0, ...[...kept.values()].map((parts) => parts.at(-1) ?? 0));
  const growing = segmentOfPart(newest, partsPerSegment);
  for (const isWhole of [true, false])
    for (const tracks of order) {
      const segments = tracks
        .flatMap((track) => kept.get(track) ?? [])
        .filter((part) => !isWhole || part % partsPerSegment === 0)
        .map((part) => segmentOfPart(part, partsPerSegment))
        .filter((segment) => segment > 0 && segment < growing);
      if (segments.length > 0) return { segment: segments.reduce((a, b) => Math.min(a, b)), tracks };
    }
  return undefined;
}

/** How much of each track will never come. */
export function lostMs(givenUp: GivenUp): Readonly<Record<TrackId, number>> {
  const lost: Record<TrackId, number> = {};
  for (const tracks of givenUp.values()) for (const track of tracks) lost[track] = (lost[track] ?? 0) + SEGMENT_MS;
  return lost;
}
