import { isDeepStrictEqual } from 'node:util';
import { type Helped, NO_HELP, stretchesOf } from '../package/mpd-periods.ts';
import type { TimelineCut } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import type { RangeSet } from './ranges.ts';

export const MAX_CUTS = 200;

/** What decides whether a cut makes sense. */
export interface TimelineFacts {
  readonly partsPerSegment: number;
  readonly tracks: readonly TrackId[];
  /** Nothing may be cut from here on: what the clock allows, or the end. */
  readonly limitPart: PartIndex;
  readonly stored: (track: TrackId) => RangeSet;
}

export type CutAnswer =
  | { readonly kind: 'same' }
  | { readonly kind: 'cut'; readonly cuts: readonly TimelineCut[] }
  | { readonly kind: 'impossible'; readonly reason: string }
  | { readonly kind: 'conflict'; readonly reason: string };

const impossible = (reason: string): CutAnswer => ({ kind: 'impossible', reason });

function shapeProblem(cut: TimelineCut, facts: TimelineFacts): string | undefined {
  const { fromPart, toPart, tracks } = cut;
  if (fromPart > toPart) return 'the hole ends before it begins';
  if (toPart === 0 || toPart % facts.partsPerSegment !== 0) return 'toPart is not the first part of a later segment';
  if (toPart > facts.limitPart) return 'toPart lies too far ahead, or beyond the end';
  if (tracks.length === 0 || new Set(tracks).size !== tracks.length) return 'name every track that goes on, once';
  if (!tracks.every((track) => facts.tracks.includes(track))) return 'a track was never started';
  const afterTail = fromPart + facts.partsPerSegment;
  const isRecorded = facts.tracks.some((track) => facts.stored(track).firstIn(afterTail, toPart) !== undefined);
  return isRecorded ? 'parts are already there in the middle of the hole' : undefined;
}

/** Who says less of init segments leaves those that are known. */
function withInits(cut: TimelineCut, known: TimelineCut['inits']): TimelineCut {
  const inits = { ...known, ...cut.inits };
  return Object.keys(inits).length === 0 ? cut : { ...cut, inits };
}

/** SPEC CUT1, CUT2 and CUT6, a pure decision; the cuts stay in order. */
export function addCut(cuts: readonly TimelineCut[], wanted: TimelineCut, facts: TimelineFacts): CutAnswer {
  const there = cuts.find((known) => known.toPart === wanted.toPart);
  const cut = withInits(wanted, there?.inits);
  const { fromPart, toPart, tracks } = cut;
  if (there !== undefined && isDeepStrictEqual(there, cut)) return { kind: 'same' };
  const problem = shapeProblem(cut, facts);
  if (problem !== undefined) return impossible(problem);
  if (there !== undefined) {
    if (there.fromPart !== fromPart || !tracks.every((track) => there.tracks.includes(track)))
      return { kind: 'conflict', reason: 'another cut is already there' };
    return { kind: 'cut', cuts: cuts.map((known) => (known === there ? cut : known)) };
  }
  // What was to change after the tab went never did.
  const others = cuts.filter(
    (known) => known.fromPart < known.toPart || !(fromPart < known.toPart && known.toPart < toPart),
  );
  if (others.length >= MAX_CUTS) return impossible(`a broadcast has at most ${MAX_CUTS} cuts`);
  const overlaps = others.some((known) => known.fromPart < toPart && fromPart < known.toPart);
  if (overlaps) return { kind: 'conflict', reason: 'the holes of two cuts would lie over each other' };
  return { kind: 'cut', cuts: [...others, cut].toSorted((a, b) => a.toPart - b.toPart) };
}

/** The declared holes, half-open; cuts that only drop a rendition have none. */
export const holesOf = (cuts: readonly TimelineCut[]): readonly PartRange[] =>
  cuts.filter((cut) => cut.fromPart < cut.toPart).map((cut) => ({ from: cut.fromPart, to: cut.toPart }));

/** True when everything that the recording shows up to `ends` is in (SPEC CUT5). */
export function isWhole(
  cuts: readonly TimelineCut[],
  ends: Readonly<Record<TrackId, PartIndex>>,
  stored: (track: TrackId) => RangeSet,
  helped: Helped = NO_HELP,
): boolean {
  return stretchesOf(cuts, Object.keys(ends), helped).every(({ startPart, endPart, tracks }) =>
    tracks.every((track) => {
      const end = ends[track] ?? 0;
      return stored(track).covers(startPart, endPart === undefined ? end : Math.min(end, endPart));
    }),
  );
}

/** The hole that begins within the segment of `part` or in which `part` lies; the segment is complete where it begins. */
export const holeOf = (
  part: PartIndex,
  partsPerSegment: number,
  holes: readonly PartRange[],
): PartRange | undefined => {
  const segmentEnd = part - (part % partsPerSegment) + partsPerSegment;
  return holes.find((hole) => hole.from < segmentEnd && part < hole.to);
};
