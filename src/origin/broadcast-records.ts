import type { Selectable } from 'kysely';
import { VISIBILITIES, type Visibility } from '../protocol/accounts.ts';
import { BROADCAST_STATES, type BroadcastEnd, type BroadcastState, type TimelineCut } from '../protocol/broadcast.ts';
import type { Grid, PartIndex } from '../protocol/grid.ts';
import type { Track, TrackId } from '../protocol/track.ts';
import type { BroadcastTable, Database } from './database.ts';

/** What `start` fixed for the life of a broadcast. */
export interface StartFacts {
  readonly availabilityStartMs: number;
  readonly grid: Grid;
  readonly tracks: readonly Track[];
  /** A recording that was uploaded: its end is the record's from the first moment. */
  readonly isUpload: boolean;
}

/** A broadcast as it is kept; the token only as its SHA-256. Times in milliseconds since 1970. */
export interface BroadcastRecord {
  readonly id: string;
  readonly title: string;
  readonly tokenHash: Buffer;
  readonly state: BroadcastState;
  readonly createdMs: number;
  readonly start: StartFacts | undefined;
  readonly endedMs: number | undefined;
  readonly end: BroadcastEnd | undefined;
  /** How many times a tab has claimed it, from 1; older ones upload nothing more (SPEC FENCE). */
  readonly generation: number;
  /** In order (SPEC CUT). */
  readonly cuts: readonly TimelineCut[];
  /** Segments whose helped renditions are never shown (SPEC LEND16). */
  readonly disowned: readonly number[];
  /** When anything that the manifests show last changed. */
  readonly publishMs: number;
  readonly durationMs: number;
  /** Counts the pictures taken; 0 while there is none. */
  readonly posterVersion: number;
  /** Undefined: made without an account, and so nobody's but the token's. */
  readonly ownerId: string | undefined;
  readonly visibility: Visibility;
}

export type RecordChange = Partial<Omit<BroadcastRecord, 'id' | 'tokenHash' | 'createdMs' | 'ownerId'>>;

const stateOf = (text: string): BroadcastState => {
  const state = BROADCAST_STATES.find((known) => known === text);
  if (state === undefined) throw new Error(`The database holds the unknown broadcast state ${text}.`);
  return state;
};

const visibilityOf = (text: string): Visibility => {
  const visibility = VISIBILITIES.find((known) => known === text);
  if (visibility === undefined) throw new Error(`The database holds the unknown visibility ${text}.`);
  return visibility;
};

function endOf(row: Selectable<BroadcastTable>): BroadcastEnd | undefined {
  if (row.end_parts_json === null) return undefined;
  const endParts = JSON.parse(row.end_parts_json) as Record<TrackId, PartIndex>;
  return { by: row.ended_by === 'silence' ? 'silence' : 'creator', endParts };
}

function fromRow(row: Selectable<BroadcastTable>): BroadcastRecord {
  const { availability_start_ms: startMs, grid_json: grid, tracks_json: tracks } = row;
  return {
    id: row.id,
    title: row.title,
    tokenHash: Buffer.from(row.token_hash),
    state: stateOf(row.state),
    createdMs: row.created_ms,
    start:
      startMs === null || grid === null || tracks === null
        ? undefined
        : {
            availabilityStartMs: startMs,
            grid: JSON.parse(grid) as Grid,
            tracks: JSON.parse(tracks) as Track[],
            isUpload: row.is_upload === 1,
          },
    endedMs: row.ended_ms ?? undefined,
    end: endOf(row),
    generation: row.generation,
    cuts: JSON.parse(row.cuts_json) as TimelineCut[],
    disowned: JSON.parse(row.disowned_json) as number[],
    publishMs: row.publish_ms,
    durationMs: row.duration_ms,
    posterVersion: row.poster_version,
    ownerId: row.owner_id ?? undefined,
    visibility: visibilityOf(row.visibility),
  };
}

const jsonOrNull = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

const toRow = (record: BroadcastRecord) => ({
  id: record.id,
  title: record.title,
  token_hash: record.tokenHash,
  state: record.state,
  created_ms: record.createdMs,
  availability_start_ms: record.start?.availabilityStartMs ?? null,
  ended_ms: record.endedMs ?? null,
  publish_ms: record.publishMs,
  duration_ms: record.durationMs,
  poster_version: record.posterVersion,
  grid_json: jsonOrNull(record.start?.grid),
  tracks_json: jsonOrNull(record.start?.tracks),
  is_upload: record.start?.isUpload === true ? 1 : 0,
  end_parts_json: jsonOrNull(record.end?.endParts),
  ended_by: record.end?.by ?? null,
  generation: record.generation,
  cuts_json: JSON.stringify(record.cuts),
  disowned_json: JSON.stringify(record.disowned),
  owner_id: record.ownerId ?? null,
  visibility: record.visibility,
});

/** The one place that knows the table; the same code for every database Kysely speaks. */
export class BroadcastRecords {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async all(): Promise<readonly BroadcastRecord[]> {
    return (await this.#db.selectFrom('broadcast').selectAll().execute()).map(fromRow);
  }

  async insert(record: BroadcastRecord): Promise<void> {
    await this.#db.insertInto('broadcast').values(toRow(record)).execute();
  }

  async save(record: BroadcastRecord): Promise<void> {
    const { id, ...columns } = toRow(record);
    await this.#db.updateTable('broadcast').set(columns).where('id', '=', id).execute();
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('broadcast').where('id', '=', id).execute();
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}
