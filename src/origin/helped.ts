import { type Helped, NO_HELP } from '../package/mpd-periods.ts';
import type { Grid, PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import { helpedTracks, helpSource, redoneId, type Track, type TrackId } from '../protocol/track.ts';

/** What viewers are told of helpers: their renditions from this part on. */
export interface HelpPromise {
  readonly fromPart: PartIndex;
  readonly lagMs: number;
}

/** What helpers made: whole segments, and whole ones that were made again. */
export interface HelpMade {
  readonly whole: readonly PartRange[];
  readonly redone: readonly PartRange[];
}

/** Where the renditions of helpers are shown: in their whole segments, and from the promise on. */
export function helpedOf(all: readonly Track[], { whole, redone }: HelpMade, promise: HelpPromise | undefined): Helped {
  const tracks = helpedTracks(all).map(({ id }) => id);
  if (tracks.length === 0) return NO_HELP;
  if (promise === undefined) return { tracks, ranges: whole, redone, lagMs: 0 };
  const { fromPart: from, lagMs } = promise;
  const before = whole.map((range) => ({ from: range.from, to: Math.min(range.to, from) }));
  const joins = before.findLast((range) => range.from < range.to && range.to === from);
  const promised = { from: joins?.from ?? from, to: Number.POSITIVE_INFINITY };
  return {
    tracks,
    lagMs,
    redone,
    ranges: [...before.filter((range) => range !== joins && range.from < range.to), promised],
  };
}

/** False for parts of helpers where their renditions are not shown. */
export const isOffered = ({ tracks, ranges }: Helped, track: TrackId, part: PartIndex): boolean =>
  !tracks.includes(track) || ranges.some(({ from, to }) => from <= part && part < to);

export interface MadeFacts {
  readonly tracks: readonly Track[];
  readonly grid: Pick<Grid, 'partsPerSegment'>;
  readonly stored: (track: TrackId) => readonly PartRange[];
  /** Once it is known. */
  readonly endParts: Readonly<Record<TrackId, PartIndex>> | undefined;
  readonly disowned: readonly number[];
}

const endOf = ({ tracks, endParts = {} }: Pick<MadeFacts, 'tracks' | 'endParts'>): PartIndex =>
  endParts[helpSource(tracks)?.id ?? ''] ?? Number.POSITIVE_INFINITY;

/** Segments that every helped rendition has, and that nobody is kept from. */
export function madeByHelpers(facts: MadeFacts): HelpMade {
  const { tracks, grid, stored, disowned } = facts;
  const { partsPerSegment } = grid;
  const ids = helpedTracks(tracks).map(({ id }) => id);
  const wholeOf = (named: readonly TrackId[]): readonly PartRange[] =>
    wholeSegments(named.map(stored), partsPerSegment, endOf(facts));
  return { whole: withoutSegments(wholeOf(ids), disowned, partsPerSegment), redone: wholeOf(ids.map(redoneId)) };
}

/** Segments of which the source is whole and what helpers make is not, in order. */
export function lackingOfHelpers(facts: MadeFacts): readonly number[] {
  const { tracks, grid, stored } = facts;
  const source = helpSource(tracks);
  if (source === undefined || helpedTracks(tracks).length === 0) return [];
  const { whole, redone } = madeByHelpers(facts);
  const isMade = (part: PartIndex): boolean => [...whole, ...redone].some(({ from, to }) => from <= part && part < to);
  return wholeSegments([stored(source.id)], grid.partsPerSegment, endOf(facts)).flatMap(({ from, to }) =>
    Array.from({ length: (to - from) / grid.partsPerSegment }, (_, i) => from / grid.partsPerSegment + i).filter(
      (segment) => !isMade(segment * grid.partsPerSegment),
    ),
  );
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
