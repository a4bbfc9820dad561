import type { PartIndex } from '../protocol/grid.ts';
import type { Part, PartName, PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import { GaveUp } from './gave-up.ts';
import { type GivenUp, type Spool, spoolFull } from './spool.ts';

/** About three minutes of a 4 Mb/s ladder; beyond it a tab risks being killed for its memory. */
export const MEMORY_SPOOL_BYTES = 96 * 1024 * 1024;

/** Keeps parts in memory: survives an outage of the line, not a crash of the tab. */
export class MemorySpool implements Spool {
  readonly #budgetBytes: number;
  readonly #partsPerSegment: number;
  readonly #tracks = new Map<TrackId, Map<PartIndex, Part>>();
  readonly #gaveUp = new GaveUp();
  #bytes = 0;

  constructor(partsPerSegment: number, budgetBytes = MEMORY_SPOOL_BYTES) {
    this.#partsPerSegment = partsPerSegment;
    this.#budgetBytes = budgetBytes;
  }

  async put(part: Part): Promise<void> {
    if (this.#bytes + part.bytes.length > this.#budgetBytes) throw spoolFull('memory', this.#bytes);
    let parts = this.#tracks.get(part.track);
    if (parts === undefined) {
      parts = new Map();
      this.#tracks.set(part.track, parts);
    }
    const before = parts.get(part.part);
    if (before !== undefined) this.#bytes -= before.bytes.length;
    parts.set(part.part, part);
    this.#bytes += part.bytes.length;
  }

  async get(name: PartName): Promise<Part | undefined> {
    return this.#tracks.get(name.track)?.get(name.part);
  }

  kept(): ReadonlyMap<TrackId, readonly PartIndex[]> {
    return new Map([...this.#tracks].map(([track, parts]) => [track, [...parts.keys()].sort((a, b) => a - b)]));
  }

  async forget(durable: Readonly<Record<TrackId, readonly PartRange[]>>): Promise<void> {
    for (const [track, parts] of this.#tracks) {
      const ranges = durable[track] ?? [];
      for (const [index, part] of parts) {
        if (!ranges.some((range) => range.from <= index && index < range.to)) continue;
        parts.delete(index);
        this.#bytes -= part.bytes.length;
      }
    }
  }

  async giveUp(track: TrackId, segment: number): Promise<void> {
    this.#gaveUp.add({ track, segment });
    const from = segment * this.#partsPerSegment;
    await this.forget({ [track]: [{ from, to: from + this.#partsPerSegment }] });
  }

  givenUp(): GivenUp {
    return this.#gaveUp.all;
  }

  keptBytes(): number {
    return this.#bytes;
  }

  flush(): void {
    // Memory does not outlive its tab, whatever is done to it.
  }

  async close(): Promise<void> {
    this.#tracks.clear();
    this.#bytes = 0;
  }
}
