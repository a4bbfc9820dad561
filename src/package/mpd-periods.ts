import type { TimelineCut } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';

/** A stretch of the timeline with the same tracks and without a declared hole; starts with a segment. */
export interface Stretch {
  readonly startPart: PartIndex;
  /** Undefined for the last one: it goes on. */
  readonly endPart: PartIndex | undefined;
  readonly tracks: readonly TrackId[];
  /** What helpers make was made again here, and has names of its own (SPEC LEND17). */
  readonly isRedone: boolean;
  /** Of tracks whose init segment is not their first one: the cut that brought it. */
  readonly inits: ReadonlyMap<TrackId, TrackInit>;
}

/** An init segment that took over from an earlier one. */
export interface TrackInit {
  /** The first part of the segment from which on it counts. */
  readonly fromPart: PartIndex;
  readonly codecs: string;
}

/** Renditions that helpers make: they are there in these segments, whatever a cut says, and nowhere else (SPEC LEND12). */
export interface Helped {
  readonly tracks: readonly TrackId[];
  /** Of whole segments, in order, apart from each other; the last may have no end. */
  readonly ranges: readonly PartRange[];
  /** The same of what was made again, apart from those. */
  readonly redone: readonly PartRange[];
  /** How long after the creator's own pictures nearly all of theirs come; 0 while nobody makes any. */
  readonly lagMs: number;
}

export const NO_HELP: Helped = { tracks: [], ranges: [], redone: [], lagMs: 0 };

/** The stretches between the cuts, which are in order; one in which nothing lies is left out (SPEC CUT3). */
export function stretchesOf(
  cuts: readonly TimelineCut[],
  tracks: readonly TrackId[],
  helped: Helped = NO_HELP,
): readonly Stretch[] {
  const starts = [{ toPart: 0, tracks }, ...cuts];
  return starts
    .map((start, i) => ({
      startPart: start.toPart,
      endPart: cuts[i]?.fromPart,
      tracks: start.tracks.filter((track) => !helped.tracks.includes(track)),
      isRedone: false,
      inits: initsAt(cuts.slice(0, i)),
    }))
    .filter(({ startPart, endPart }) => endPart === undefined || endPart > startPart)
    .flatMap((stretch) => withHelped(stretch, helped));
}

/** Cut where what helpers make begins and ends. */
function withHelped(stretch: Stretch, helped: Helped): Stretch[] {
  const { startPart, endPart = Number.POSITIVE_INFINITY, tracks } = stretch;
  const inside = [...helped.ranges, ...helped.redone]
    .flatMap(({ from, to }) => [from, to])
    .filter((at) => at > startPart && at < endPart);
  const edges = [...new Set([startPart, ...inside.toSorted((a, b) => a - b), endPart])];
  return edges.slice(1).map((to, i) => {
    const from = edges[i] ?? startPart;
    const has = (range: PartRange): boolean => range.from <= from && from < range.to;
    const isRedone = helped.redone.some(has);
    const isHelped = isRedone || helped.ranges.some(has);
    return {
      ...stretch,
      startPart: from,
      endPart: to === Number.POSITIVE_INFINITY ? undefined : to,
      tracks: isHelped ? [...tracks, ...helped.tracks] : tracks,
      isRedone,
    };
  });
}

/** Which init segments count behind these cuts, the newest of each track. */
export const initsAt = (cuts: readonly TimelineCut[]): ReadonlyMap<TrackId, TrackInit> =>
  new Map(
    cuts.flatMap(({ toPart, inits = {} }) =>
      Object.entries(inits).map(([track, codecs]) => [track, { fromPart: toPart, codecs }] as const),
    ),
  );
