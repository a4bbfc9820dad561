import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import type { JournalEntry } from './journal.ts';
import { RangeSet } from './ranges.ts';

interface TrackParts {
  /** Those that only the journal has. */
  readonly entries: Map<PartIndex, JournalEntry>;
  readonly stored: RangeSet;
  readonly durable: RangeSet;
}

/** Which parts of a broadcast there are: stored, durable, and in the journal still. */
export class PartLedger {
  readonly #tracks = new Map<TrackId, TrackParts>();

  stored(track: TrackId): RangeSet {
    return this.#of(track).stored;
  }

  durable(track: TrackId): RangeSet {
    return this.#of(track).durable;
  }

  get tracks(): readonly TrackId[] {
    return [...this.#tracks.keys()];
  }

  /** In the journal; undefined when it is not there, or has a file. */
  entry(track: TrackId, part: PartIndex): JournalEntry | undefined {
    return this.#tracks.get(track)?.entries.get(part);
  }

  /** Of one track, in order of arrival. */
  journalled(track: TrackId): Iterable<PartIndex> {
    return this.#of(track).entries.keys();
  }

  allEntries(): readonly JournalEntry[] {
    return [...this.#tracks.values()].flatMap(({ entries }) => [...entries.values()]);
  }

  /** A part came into the journal. */
  add(entry: JournalEntry): void {
    const { entries, stored } = this.#of(entry.track);
    entries.set(entry.part, entry);
    stored.add(entry.part);
  }

  /** Parts that have a file, of which the journal need not know. */
  addFiled(track: TrackId, { from, to }: PartRange): void {
    this.stored(track).addRange(from, to);
    this.durable(track).addRange(from, to);
  }

  /** These have a file now. */
  file(track: TrackId, { from, to }: PartRange): void {
    const { entries } = this.#of(track);
    for (let part = from; part < to; part++) entries.delete(part);
  }

  /** These are not there any more. */
  lose(track: TrackId, { from, to }: PartRange): void {
    this.stored(track).removeRange(from, to);
    this.durable(track).removeRange(from, to);
  }

  /** Lets go of what the journal has of these parts, and answers with it. */
  drop(isDropped: (part: PartIndex) => boolean): readonly JournalEntry[] {
    const dropped = this.allEntries().filter(({ part }) => isDropped(part));
    for (const { track, part } of dropped) {
      this.#of(track).entries.delete(part);
      this.lose(track, { from: part, to: part + 1 });
    }
    return dropped;
  }

  #of(track: TrackId): TrackParts {
    const known = this.#tracks.get(track);
    if (known !== undefined) return known;
    const made: TrackParts = { entries: new Map(), stored: new RangeSet(), durable: new RangeSet() };
    this.#tracks.set(track, made);
    return made;
  }
}
