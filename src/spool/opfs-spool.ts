import { type PartIndex, partWithinSegment, segmentOfPart } from '../protocol/grid.ts';
import type { Part, PartName, PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import type { LogFolder } from './log-files.ts';
import { type DigestOf, OpfsLog, type Place } from './opfs-log.ts';
import { type Spool, spoolFull } from './spool.ts';

export interface OpfsSpoolOptions {
  readonly folder: LogFolder;
  readonly partsPerSegment: number;
  /** Of files, records that are no longer needed included. */
  readonly budgetBytes: number;
  readonly digestOf: DigestOf;
}

interface Group {
  readonly log: OpfsLog;
  /** Parts of it that are still needed. */
  kept: number;
}

const fileName = (segment: number): string => `${segment}.log`;
const segmentOf = (name: string): number | undefined => {
  const digits = /^(\d{1,9})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * Parts in append-only files that outlive the tab, one file for the ten seconds of a segment of all tracks; a file goes
 * when the origin has made everything in it durable and a newer one is written to.
 */
export class OpfsSpool implements Spool {
  readonly #options: OpfsSpoolOptions;
  /** In the making too, so that two parts of a new segment do not open it twice. */
  readonly #groups = new Map<number, Promise<Group>>();
  readonly #open = new Map<number, Group>();
  readonly #index = new Map<TrackId, Map<PartIndex, Place>>();
  #keptBytes = 0;
  #newestWritten = -1;

  private constructor(options: OpfsSpoolOptions) {
    this.#options = options;
  }

  /** Finds what an earlier tab left. Rejects while another tab has the broadcast's files open. */
  static async open(options: OpfsSpoolOptions): Promise<OpfsSpool> {
    const spool = new OpfsSpool(options);
    try {
      for (const name of await options.folder.names()) {
        const segment = segmentOf(name);
        if (segment === undefined) continue;
        await spool.#group(segment);
        spool.#newestWritten = Math.max(spool.#newestWritten, segment);
      }
    } catch (cause) {
      await spool.close();
      throw cause;
    }
    return spool;
  }

  async put(part: Part): Promise<void> {
    const segment = segmentOfPart(part.part, this.#options.partsPerSegment);
    const group = await this.#group(segment);
    this.#newestWritten = Math.max(this.#newestWritten, segment);
    this.#openNextInTime(part.part);
    const place =
      this.#usedBytes() + part.bytes.length > this.#options.budgetBytes ? undefined : group.log.append(part);
    if (place === undefined) throw spoolFull();
    this.#remember(part, place, group);
  }

  async get(name: PartName): Promise<Part | undefined> {
    const place = this.#index.get(name.track)?.get(name.part);
    if (place === undefined) return undefined;
    const group = this.#open.get(segmentOfPart(name.part, this.#options.partsPerSegment));
    const bytes = group?.log.read(place);
    return bytes === undefined ? undefined : { track: name.track, part: name.part, bytes, digest: place.digest };
  }

  kept(): ReadonlyMap<TrackId, readonly PartIndex[]> {
    return new Map([...this.#index].map(([track, parts]) => [track, [...parts.keys()].sort((a, b) => a - b)]));
  }

  async forget(durable: Readonly<Record<TrackId, readonly PartRange[]>>): Promise<void> {
    for (const [track, parts] of this.#index) {
      const ranges = durable[track] ?? [];
      for (const [index, place] of parts) {
        if (!ranges.some((range) => range.from <= index && index < range.to)) continue;
        parts.delete(index);
        this.#keptBytes -= place.length;
        const group = this.#open.get(segmentOfPart(index, this.#options.partsPerSegment));
        if (group !== undefined) group.kept--;
      }
    }
    await this.#reclaim();
  }

  keptBytes(): number {
    return this.#keptBytes;
  }

  flush(): void {
    for (const { log } of this.#open.values()) log.flush();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#groups.values());
    for (const { log } of this.#open.values()) log.close();
    this.#open.clear();
    this.#groups.clear();
    this.#index.clear();
    this.#keptBytes = 0;
  }

  /** Opening a file takes up to 100 ms, which the first parts of a segment must not wait for. */
  #openNextInTime(part: PartIndex): void {
    const { partsPerSegment } = this.#options;
    if (partWithinSegment(part, partsPerSegment) * 2 < partsPerSegment) return;
    // The first part that needs the file tries again, and tells what is wrong.
    this.#group(segmentOfPart(part, partsPerSegment) + 1).catch(() => undefined);
  }

  #group(segment: number): Promise<Group> {
    let group = this.#groups.get(segment);
    if (group === undefined) {
      group = this.#openGroup(segment);
      this.#groups.set(segment, group);
      // A later part may find the file free again.
      group.catch(() => this.#groups.delete(segment));
    }
    return group;
  }

  async #openGroup(segment: number): Promise<Group> {
    const file = await this.#options.folder.open(fileName(segment));
    const found: [PartName, Place][] = [];
    const log = await OpfsLog.open(file, this.#options.digestOf, (name, place) => found.push([name, place]));
    const group = { log, kept: 0 };
    this.#open.set(segment, group);
    for (const [name, place] of found) this.#remember(name, place, group);
    return group;
  }

  #remember(name: PartName, place: Place, group: Group): void {
    let parts = this.#index.get(name.track);
    if (parts === undefined) {
      parts = new Map();
      this.#index.set(name.track, parts);
    }
    const before = parts.get(name.part);
    if (before === undefined) group.kept++;
    parts.set(name.part, place);
    this.#keptBytes += place.length - (before?.length ?? 0);
  }

  async #reclaim(): Promise<void> {
    for (const [segment, group] of this.#open) {
      if (group.kept > 0 || segment >= this.#newestWritten) continue;
      this.#open.delete(segment);
      this.#groups.delete(segment);
      group.log.close();
      await this.#options.folder.remove(fileName(segment));
    }
  }

  #usedBytes(): number {
    let bytes = 0;
    for (const { log } of this.#open.values()) bytes += log.bytes;
    return bytes;
  }
}
