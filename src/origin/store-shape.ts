import type { BroadcastRecord, StartFacts } from './broadcast-records.ts';
import type { BroadcastStore, StoreShape } from './segment-store.ts';
import { holesOf } from './timeline.ts';

/** What the store must know of a broadcast: a segment that may still grow is not complete. */
export function shapeOf(
  start: StartFacts,
  { cuts, end, state }: Pick<BroadcastRecord, 'cuts' | 'end' | 'state'>,
): StoreShape {
  const isFinal = end !== undefined && (end.by === 'creator' || state === 'sealed');
  return {
    partsPerSegment: start.grid.partsPerSegment,
    ...(isFinal ? { endParts: end.endParts } : {}),
    ...(cuts.length === 0 ? {} : { holes: holesOf(cuts) }),
  };
}

/** After the end or a hole became known. */
export function reshape(store: BroadcastStore, record: BroadcastRecord): void {
  if (record.start !== undefined) store.setShape(shapeOf(record.start, record));
}
