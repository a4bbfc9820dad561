import { type Helped, NO_HELP } from '../package/mpd-periods.ts';
import type { Grid, PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import { helpedTracks, helpSource, type Track, type TrackId } from '../protocol/track.ts';

/** What viewers are told of helpers: their renditions from this part on. */
export interface HelpPromise {
  readonly fromPart: PartIndex;
  readonly lagMs: number;
}

/** Where the renditions of helpers are shown: in their whole segments, and from the promise on. */
export function helpedOf(all: readonly Track[], whole: readonly PartRange[], promise: HelpPromise | undefined): Helped {
  const tracks = helpedTracks(all).map(({ id }) => id);
  if (tracks.length === 0) return NO_HELP;
  if (promise === undefined) return { tracks, ranges: whole, lagMs: 0 };
  const { fromPart: from, lagMs } = promise;
  const before = whole.map((range) => ({ from: range.from, to: Math.min(range.to, from) }));
  const joins = before.findLast((range) => range.from < range.to && range.to === from);
  const promised = { from: joins?.from ?? from, to: Number.POSITIVE_INFINITY };
  return { tracks, lagMs, ranges: [...before.filter((range) => range !== joins && range.from < range.to), promised] };
}

/** False for parts of helpers where their renditions are not shown. */
export const isOffered = ({ tracks, ranges }: Helped, track: TrackId, part: PartIndex): boolean =>
  !tracks.includes(track) || ranges.some(({ from, to }) => from <= part && part < to);

/** Whole segments that every helped rendition has, up to the end once it is known. */
export function wholeOfHelpers(
  { tracks, grid }: { readonly tracks: readonly Track[]; readonly grid: Grid },
  stored: (track: TrackId) => readonly PartRange[],
  endParts: Readonly<Record<TrackId, PartIndex>> = {},
): readonly PartRange[] {
  const endPart = endParts[helpSource(tracks)?.id ?? ''] ?? Number.POSITIVE_INFINITY;
  const ranges = helpedTracks(tracks).map(({ id }) => stored(id));
  return wholeSegments(ranges, grid.partsPerSegment, endPart);
}

/** The ranges, which are of whole segments, without these. */
export const withoutSegments = (
  ranges: readonly PartRange[],
  segments: readonly number[],
  partsPerSegment: number,
): readonly PartRange[] =>
  segments.reduce<readonly PartRange[]>((left, segment) => {
    const [start, end] = [segment * partsPerSegment, (segment + 1) * partsPerSegment];
    return left
      .flatMap(({ from, to }) => [
        { from, to: Math.min(to, start) },
        { from: Math.max(from, end), to },
      ])
      .filter(({ from, to }) => from < to);
  }, ranges);

/**
 * The segments that lie whole in every one of the lists of ranges, joined where they touch; the one in which `endPart`
 * lies is whole up to there, and its range ends with the segment.
 */
export function wholeSegments(
  tracks: readonly (readonly PartRange[])[],
  partsPerSegment: number,
  endPart: PartIndex,
): readonly PartRange[] {
  const [first = [], ...others] = tracks;
  const whole: { from: PartIndex; to: PartIndex }[] = [];
  for (const range of first) {
    const start = Math.ceil(range.from / partsPerSegment) * partsPerSegment;
    for (let from = start; from < range.to; from += partsPerSegment) {
      const to = Math.min(from + partsPerSegment, endPart);
      const isIn = (ranges: readonly PartRange[]): boolean =>
        ranges.some((one) => one.from <= from && to <= one.to) && from < to;
      if (to > range.to || !others.every(isIn)) continue;
      const before = whole.at(-1);
      if (before?.to === from) before.to = from + partsPerSegment;
      else whole.push({ from, to: from + partsPerSegment });
    }
  }
  return whole;
}
