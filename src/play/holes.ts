import type { BroadcastDetail, MediaRange } from '../protocol/broadcast.ts';
import { partMs } from '../protocol/grid.ts';

/** Where nothing was captured and nothing will come, as the creator's tab declared it (SPEC CUT1); in order. */
export function holesIn({ cuts, grid }: Pick<BroadcastDetail, 'cuts' | 'grid'>): readonly MediaRange[] {
  if (grid === null) return [];
  const lengthMs = partMs(grid.partsPerSegment);
  return cuts
    .filter(({ fromPart, toPart }) => fromPart < toPart)
    .map(({ fromPart, toPart }) => ({ fromMs: fromPart * lengthMs, toMs: toPart * lengthMs }));
}

/** The hole that a moment lies in; undefined: there is something to see. */
export const holeAt = (mediaMs: number, holes: readonly MediaRange[]): MediaRange | undefined =>
  holes.find(({ fromMs, toMs }) => fromMs <= mediaMs && mediaMs < toMs);
