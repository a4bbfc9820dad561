import type { TimelineCut } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';

/** Which tracks will never come of which segments. */
export type LostSegments = ReadonlyMap<number, ReadonlySet<TrackId>>;

/**
 * The cuts that tell the origin what will never come (SPEC CUT1): a stretch without a rendition, or a hole where
 * nothing is left. `going` tells what is made of a segment at all. Those that are declared already are left out.
 */
export function lostCuts(
  lost: LostSegments,
  going: (segment: number) => readonly TrackId[],
  partsPerSegment: number,
  declared: readonly TimelineCut[],
): readonly TimelineCut[] {
  const there = (segment: number): readonly TrackId[] => {
    const gone = lost.get(segment);
    const tracks = going(segment);
    return gone === undefined ? tracks : tracks.filter((track) => !gone.has(track));
  };
  const edges = [...new Set([...lost.keys()].flatMap((segment) => [segment, segment + 1]))].toSorted((a, b) => a - b);
  return edges.flatMap((segment) => {
    const now = there(segment);
    if (now.length === 0 || now.join() === there(segment - 1).join()) return [];
    let from = segment;
    while (from > 0 && there(from - 1).length === 0) from--;
    const toPart: PartIndex = segment * partsPerSegment;
    const known = declared.find((cut) => cut.toPart === toPart);
    const cut = { fromPart: Math.min(from * partsPerSegment, known?.fromPart ?? toPart), toPart, tracks: now };
    const isDeclared = known?.fromPart === cut.fromPart && known.tracks.join() === now.join();
    return isDeclared ? [] : [cut];
  });
}

/** What is made from a part on, as far as it is not lost. */
export interface Going {
  readonly from: PartIndex;
  readonly tracks: readonly TrackId[];
}

/** What is made at `part`; `going` is oldest first. */
export const goingAt = (going: readonly Going[], part: PartIndex): readonly TrackId[] =>
  going.findLast(({ from }) => from <= part)?.tracks ?? [];

/**
 * What an earlier tab made, oldest first, from the cuts that it declared: what a cut leaves out because it was lost was
 * made all the same, and goes on behind it.
 */
export function goingOf(
  ids: readonly TrackId[],
  cuts: readonly TimelineCut[],
  lost: LostSegments,
  partsPerSegment: number,
): readonly Going[] {
  const behind = cuts.map(({ toPart, tracks }) => {
    const gone = lost.get(toPart / partsPerSegment);
    return { from: toPart, tracks: ids.filter((id) => tracks.includes(id) || gone?.has(id) === true) };
  });
  return [{ from: 0, tracks: ids }, ...behind];
}
