import { type PartIndex, SEGMENT_MICROS, SEGMENT_MS } from '../protocol/grid.ts';

/** How long after the end of its media time a part is still waited for (SPEC MEDIA5). */
export const LATE_MS = 1000;

/** Where the live edge is, by the clock and by what the creator said. */
export interface Edge {
  readonly nowMs: number;
  readonly availabilityStartMs: number;
  readonly partsPerSegment: number;
  /** Index after the track's last part, once the broadcast is over, or before a declared hole. */
  readonly endPart: PartIndex | undefined;
  /** False while the creator may still send what lies behind the end. */
  readonly isEndFinal: boolean;
  /** While live players are let out, requests past the end are held until then. */
  readonly holdUntilMs: number | undefined;
}

/** What to do about a part that is not there. */
export type Patience = { readonly kind: 'wait'; readonly untilMs: number } | { readonly kind: 'give-up' };

const GIVE_UP: Patience = { kind: 'give-up' };

/** Wall clock at which the media time of part `part` begins. */
export const partStartMs = (part: PartIndex, edge: Pick<Edge, 'availabilityStartMs' | 'partsPerSegment'>): number =>
  edge.availabilityStartMs + (part * (SEGMENT_MICROS / 1000)) / edge.partsPerSegment;

/** For a request that starts with part `from` and needs all parts before `to` (SPEC MEDIA5). */
export function patience(from: PartIndex, to: PartIndex, edge: Edge): Patience {
  if (edge.endPart !== undefined && from >= edge.endPart) {
    if (edge.holdUntilMs === undefined || edge.nowMs >= edge.holdUntilMs) return GIVE_UP;
    return { kind: 'wait', untilMs: edge.holdUntilMs };
  }
  if (partStartMs(from, edge) > edge.nowMs + SEGMENT_MS) return GIVE_UP;
  const untilMs = partStartMs(to, edge) + LATE_MS;
  return edge.nowMs < untilMs ? { kind: 'wait', untilMs } : GIVE_UP;
}
