import { checkInit } from '../package/check-init.ts';
import type { PartExpectation } from '../package/check-part.ts';
import { isHelped, redoneId, type TrackId } from '../protocol/track.ts';
import type { StartFacts } from './broadcast-records.ts';
import type { Clock } from './clock.ts';
import { type HotTail, MemoryHotTail, type WaiterBudget } from './hot-tail.ts';
import { IngestBudget, realTimeBytesPerSecond } from './ingest-budget.ts';

/** Segments of each track kept in memory: the growing one and the one before it. */
const HOT_SEGMENTS = 2;

/** Everything a check of a part needs but its index. */
export type TrackExpectation = Omit<PartExpectation, 'part'>;

/** One started broadcast: its facts, its checks, its newest parts and what it may still send. */
export interface Running extends StartFacts {
  readonly tail: HotTail;
  readonly allowance: IngestBudget;
  readonly expectations: ReadonlyMap<TrackId, TrackExpectation>;
}

export function runningOf(
  facts: StartFacts,
  inits: ReadonlyMap<string, Buffer>,
  { clock, budget }: { readonly clock: Clock; readonly budget: WaiterBudget },
): Running {
  const expectations = new Map<TrackId, TrackExpectation>();
  for (const track of facts.tracks) {
    const init = checkInit(inits.get(track.id) ?? new Uint8Array());
    if (init.kind === 'bad') continue;
    const { trackNumber, timescale, defaults } = init.facts;
    const expectation = { kind: track.kind, trackNumber, timescale, defaults, grid: facts.grid };
    expectations.set(track.id, expectation);
    if (isHelped(track)) expectations.set(redoneId(track.id), expectation);
  }
  const keptParts = HOT_SEGMENTS * facts.grid.partsPerSegment;
  const allowance = new IngestBudget(realTimeBytesPerSecond(facts.tracks, facts.grid), clock.nowMs(), facts.isUpload);
  return { ...facts, expectations, allowance, tail: new MemoryHotTail({ clock, budget, keptParts }) };
}
