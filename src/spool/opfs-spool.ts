import { type PartIndex, partWithinSegment, segmentOfPart } from '../protocol/grid.ts';
import type { Part, PartName, PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import { GaveUp, type GivenUpTrack, gaveUpName, parseGaveUpName } from './gave-up.ts';
import type { LogFolder } from './log-files.ts';
import { type DigestOf, OpfsLog, type Place } from './opfs-log.ts';
import { type GivenUp, type Spool, spoolFull } from './spool.ts';

export interface OpfsSpoolOptions {
  readonly folder: LogFolder;
  readonly partsPerSegment: number;
  /** Of files, records that are no longer needed included. */
  readonly budgetBytes: number;
  readonly digestOf: DigestOf;
}

interface Group {
  readonly log: OpfsLog;
  /** Of the file: how many times what was left of the segment was copied. */
  readonly copy: number;
  /** Parts of it that are still needed. */
  kept: number;
}

interface FileName {
  readonly segment: number;
  readonly copy: number;
}

const fileName = ({ segment, copy }: FileName): string => (copy === 0 ? `${segment}.log` : `${segment}-${copy}.log`);
const parseFileName = (name: string): FileName | undefined => {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?\.log$/.exec(name);
  return match === null ? undefined : { segment: Number(match[1]), copy: Number(match[2] ?? 0) };
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
  readonly #gaveUp = new GaveUp();
  /** Given up, and not noted on the disk, which had no room for even that. */
  #unnoted: GivenUpTrack[] = [];
  #keptBytes = 0;
  #newestWritten = -1;

  private constructor(options: OpfsSpoolOptions) {
    this.#options = options;
  }

  /** Finds what an earlier tab left. Rejects while another tab has the broadcast's files open. */
  static async open(options: OpfsSpoolOptions): Promise<OpfsSpool> {
    const spool = new OpfsSpool(options);
    try {
      const names = await options.folder.names();
      for (const gone of names.flatMap((name) => parseGaveUpName(name) ?? [])) spool.#gaveUp.add(gone);
      const files = names.flatMap((name) => parseFileName(name) ?? []);
      for (const file of files.toSorted((a, b) => a.copy - b.copy)) {
        // A file goes only after its copy is whole: where both are there, the copy may not be.
        if (spool.#groups.has(file.segment)) {
          await options.folder.remove(fileName(file));
          continue;
        }
        await spool.#group(file.segment, file.copy);
        spool.#newestWritten = Math.max(spool.#newestWritten, file.segment);
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
    if (place === undefined) throw spoolFull('disk', this.#keptBytes);
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

  async giveUp(track: TrackId, segment: number): Promise<void> {
    this.#gaveUp.add({ track, segment });
    this.#unnoted.push({ track, segment });
    // First, so that a crash in between leaves nothing that is neither kept nor known to be gone.
    await this.#note();
    await this.#takeOut(track, segment);
    await this.#note();
  }

  givenUp(): GivenUp {
    return this.#gaveUp.all;
  }

  /** What does not fit now is noted with the next one. */
  async #note(): Promise<void> {
    const { folder } = this.#options;
    const failed: GivenUpTrack[] = [];
    for (const gone of this.#unnoted) {
      try {
        (await folder.open(gaveUpName(gone))).close();
      } catch {
        failed.push(gone);
      }
    }
    this.#unnoted = failed;
  }

  async #takeOut(track: TrackId, segment: number): Promise<void> {
    const { partsPerSegment, folder } = this.#options;
    const from = segment * partsPerSegment;
    await this.forget({ [track]: [{ from, to: from + partsPerSegment }] });
    const group = this.#open.get(segment);
    if (group === undefined || group.kept === 0) return;
    // The log only grows: room comes back by copying what is left.
    const next = { segment, copy: group.copy + 1 };
    const log = await OpfsLog.open(await folder.open(fileName(next)), this.#options.digestOf, () => undefined);
    const isCopied = this.#open.get(segment) === group && this.#copy(segment, group.log, log);
    const [old, dead] = isCopied ? [group.log, fileName({ ...next, copy: group.copy })] : [log, fileName(next)];
    if (isCopied) {
      const copied = { log, copy: next.copy, kept: group.kept };
      this.#open.set(segment, copied);
      this.#groups.set(segment, Promise.resolve(copied));
    }
    old.close();
    await folder.remove(dead);
  }

  /** False when there is no room for it, or a part cannot be read; nothing has changed then. */
  #copy(segment: number, from: OpfsLog, to: OpfsLog): boolean {
    const moved: [Map<PartIndex, Place>, PartIndex, Place][] = [];
    for (const [track, parts] of this.#index)
      for (const [part, place] of parts) {
        if (segmentOfPart(part, this.#options.partsPerSegment) !== segment) continue;
        const bytes = from.read(place);
        const copied = bytes === undefined ? undefined : to.append({ track, part, bytes, digest: place.digest });
        if (copied === undefined) return false;
        moved.push([parts, part, copied]);
      }
    to.flush();
    for (const [parts, part, place] of moved) parts.set(part, place);
    return true;
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

  #group(segment: number, copy = 0): Promise<Group> {
    let group = this.#groups.get(segment);
    if (group === undefined) {
      group = this.#openGroup({ segment, copy });
      this.#groups.set(segment, group);
      // A later part may find the file free again.
      group.catch(() => this.#groups.delete(segment));
    }
    return group;
  }

  async #openGroup({ segment, copy }: FileName): Promise<Group> {
    const file = await this.#options.folder.open(fileName({ segment, copy }));
    const found: [PartName, Place][] = [];
    const log = await OpfsLog.open(file, this.#options.digestOf, (name, place) => found.push([name, place]));
    const group = { log, copy, kept: 0 };
    this.#open.set(segment, group);
    // The log of what was given up may still hold it: there was no room for a copy, or no time.
    for (const [name, place] of found)
      if (!this.#gaveUp.has({ track: name.track, segment })) this.#remember(name, place, group);
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
      await this.#options.folder.remove(fileName({ segment, copy: group.copy }));
    }
  }

  #usedBytes(): number {
    let bytes = 0;
    for (const { log } of this.#open.values()) bytes += log.bytes;
    return bytes;
  }
}
