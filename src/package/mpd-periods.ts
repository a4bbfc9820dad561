import type { TimelineCut } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';

/** A stretch of the timeline with the same tracks and without a declared hole; starts with a segment. */
export interface Stretch {
  readonly startPart: PartIndex;
  /** Undefined for the last one: it goes on. */
  readonly endPart: PartIndex | undefined;
  readonly tracks: readonly TrackId[];
  /** Of tracks whose init segment is not their first one: the cut that brought it. */
  readonly inits: ReadonlyMap<TrackId, TrackInit>;
}

/** An init segment that took over from an earlier one. */
export interface TrackInit {
  /** The first part of the segment from which on it counts. */
  readonly fromPart: PartIndex;
  readonly codecs: string;
}

/** The stretches between the cuts, which are in order; one in which nothing lies is left out (SPEC CUT3). */
export function stretchesOf(cuts: readonly TimelineCut[], tracks: readonly TrackId[]): readonly Stretch[] {
  const starts = [{ toPart: 0, tracks }, ...cuts];
  return starts
    .map((start, i) => ({
      startPart: start.toPart,
      endPart: cuts[i]?.fromPart,
      tracks: start.tracks,
      inits: initsAt(cuts.slice(0, i)),
    }))
    .filter(({ startPart, endPart }) => endPart === undefined || endPart > startPart);
}

/** Which init segments count behind these cuts, the newest of each track. */
export const initsAt = (cuts: readonly TimelineCut[]): ReadonlyMap<TrackId, TrackInit> =>
  new Map(
    cuts.flatMap(({ toPart, inits = {} }) =>
      Object.entries(inits).map(([track, codecs]) => [track, { fromPart: toPart, codecs }] as const),
    ),
  );
