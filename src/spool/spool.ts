import { StageError } from '../protocol/errors.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { Part, PartName, PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';

/** Which tracks of which segments will never come. */
export type GivenUp = ReadonlyMap<number, ReadonlySet<TrackId>>;

/**
 * What is finished but not yet durable at the origin. A part is in the spool before it is sent and leaves it only
 * when the origin has said durable (SPEC TICK5). The durable implementations survive a crash of the tab.
 */
export interface Spool {
  /** Resolves when the part is as safe as this spool makes it. Rejects with StageError `spool_full`. */
  put(part: Part): Promise<void>;
  get(name: PartName): Promise<Part | undefined>;
  /** Names of everything kept, per track in rising order. */
  kept(): ReadonlyMap<TrackId, readonly PartIndex[]>;
  forget(durable: Readonly<Record<TrackId, readonly PartRange[]>>): Promise<void>;
  /**
   * Gives up a segment of a track for the room it takes, although the origin may not have it. Not beside a `put`. A
   * spool that survives its tab remembers it as long as the broadcast is kept.
   */
  giveUp(track: TrackId, segment: number): Promise<void>;
  /** All that was given up, the tracks by segment. */
  givenUp(): GivenUp;
  /** Of parts that are kept. */
  keptBytes(): number;
  /** Now and then: what was put before survives a loss of power. */
  flush(): void;
  /** Lets go of everything; what is on disk stays there. */
  close(): Promise<void>;
}

const ROOM_REMEDY = {
  disk: 'Free some space on the disk of this device, reload the page and choose Resume: what is kept is sent first.',
  memory: 'Go live with fewer qualities, or in a browser that may keep video on its disk.',
} as const;

/** Not even the oldest seconds of the high qualities are left to give up; `keptBytes` is what it holds. */
export const spoolFull = (where: keyof typeof ROOM_REMEDY, keptBytes: number): StageError =>
  new StageError(
    'spool',
    'spool_full',
    `This browser has no more room for what is not sent yet; it holds ${(keptBytes / 1e6).toFixed(1)} MB. ${ROOM_REMEDY[where]}`,
  );
