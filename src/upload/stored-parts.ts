import type { PartIndex } from '../protocol/grid.ts';
import type { PartName, PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';

type Ranges = Readonly<Record<TrackId, readonly PartRange[]>>;

/** What the origin has answered as stored, not yet as durable: should it die, it may have lost that. */
export class StoredParts {
  readonly #parts = new Map<TrackId, Set<PartIndex>>();

  add({ track, part }: PartName): void {
    const known = this.#parts.get(track);
    if (known === undefined) this.#parts.set(track, new Set([part]));
    else known.add(part);
  }

  delete({ track, part }: PartName): void {
    this.#parts.get(track)?.delete(part);
  }

  /** These cannot be lost any more. */
  settle(durable: Ranges): void {
    for (const name of this.#names()) if (isIn(durable, name)) this.delete(name);
  }

  /** Those that an origin with only `stored` does not have any more. */
  lostFrom(stored: Ranges): readonly PartName[] {
    return this.#names().filter((name) => !isIn(stored, name));
  }

  #names(): readonly PartName[] {
    return [...this.#parts].flatMap(([track, parts]) => [...parts].map((part) => ({ track, part })));
  }
}

const isIn = (ranges: Ranges, { track, part }: PartName): boolean =>
  ranges[track]?.some(({ from, to }) => from <= part && part < to) === true;
