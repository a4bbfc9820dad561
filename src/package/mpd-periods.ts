import type { TimelineCut } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';

/** A stretch of the timeline with the same tracks and without a declared hole; starts with a segment. */
export interface Stretch {
  readonly startPart: PartIndex;
  /** Undefined for the last one: it goes on. */
  readonly endPart: PartIndex | undefined;
  readonly tracks: readonly TrackId[];
}

/** The stretches between the cuts, which are in order; one in which nothing lies is left out (SPEC CUT3). */
export function stretchesOf(cuts: readonly TimelineCut[], tracks: readonly TrackId[]): readonly Stretch[] {
  const starts = [{ toPart: 0, tracks }, ...cuts];
  return starts
    .map((start, i) => ({ startPart: start.toPart, endPart: cuts[i]?.fromPart, tracks: start.tracks }))
    .filter(({ startPart, endPart }) => endPart === undefined || endPart > startPart);
}
