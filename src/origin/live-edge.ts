import type { Helped } from '../package/mpd-periods.ts';
import type { PartIndex } from '../protocol/grid.ts';
import { originalId, type TrackId } from '../protocol/track.ts';
import type { Edge } from './availability.ts';
import type { BroadcastRecord, StartFacts } from './broadcast-records.ts';
import { isOffered } from './helped.ts';
import { type Life, PROCESSING_MS } from './lifecycle.ts';
import { holeOf, holesOf } from './timeline.ts';

export interface EdgeFacts {
  readonly record: Pick<BroadcastRecord, 'cuts' | 'end'>;
  readonly start: Pick<StartFacts, 'availabilityStartMs' | 'grid'>;
  readonly life: Life;
  readonly helped: Helped;
  readonly nowMs: number;
}

/** Where the live edge of a track is, or the end of what lies around `part`: the broadcast's, a hole's, that of helpers. */
export function edgeOf({ record, start, life, helped, nowMs }: EdgeFacts, track: TrackId, part: PartIndex): Edge {
  const { cuts, end } = record;
  const { partsPerSegment } = start.grid;
  const around = { nowMs, availabilityStartMs: start.availabilityStartMs, partsPerSegment };
  const close = { isEndFinal: true, holdUntilMs: undefined };
  // What nobody makes is not waited for.
  if (!isOffered(helped, track, part)) return { ...around, ...close, endPart: part - (part % partsPerSegment) };
  const hole = cuts.length === 0 ? undefined : holeOf(part, partsPerSegment, holesOf(cuts));
  if (hole !== undefined) return { ...around, ...close, endPart: hole.from };
  return {
    ...around,
    endPart: end?.endParts[originalId(track)],
    isEndFinal: end?.by !== 'silence' || life.state === 'sealed',
    holdUntilMs: life.state === 'processing' ? life.endedMs + PROCESSING_MS : undefined,
  };
}
