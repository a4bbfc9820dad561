import Sqlite from 'better-sqlite3';
import { type Generated, Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { AccountTables } from '../accounts/tables.ts';
import type { LendTables } from './lend-tables.ts';
import { migrations } from './migrations.ts';

/** Times are milliseconds since 1970; JSON columns hold the types of `protocol/broadcast.ts`. */
export interface BroadcastTable {
  readonly id: string;
  title: string;
  readonly token_hash: Buffer;
  state: string;
  readonly created_ms: number;
  availability_start_ms: number | null;
  ended_ms: number | null;
  publish_ms: number;
  duration_ms: number;
  poster_version: Generated<number>;
  grid_json: string | null;
  tracks_json: string | null;
  /** 1: a recording that was uploaded. */
  is_upload: Generated<number>;
  end_parts_json: string | null;
  generation: Generated<number>;
  cuts_json: Generated<string>;
  /** Numbers of segments. */
  disowned_json: Generated<string>;
  /** `creator` or `silence`; only with an end. */
  ended_by: string | null;
  /** Null: made without an account. */
  owner_id: string | null;
  visibility: Generated<string>;
}

export interface Tables extends AccountTables, LendTables {
  broadcast: BroadcastTable;
}

export type Database = Kysely<Tables>;

/** Opens the file, or a database in memory for `:memory:`, and brings its tables up to date: all the way or not at all. */
export async function openDatabase(file: string): Promise<Database> {
  const sqlite = new Sqlite(file);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  try {
    refuseNewer(sqlite);
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('busy_timeout = 5000');
    await bringUpToDate(sqlite, db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

/** Before anything is written: an older program would leave out what it does not know of. */
function refuseNewer(sqlite: Sqlite.Database): void {
  const isNew = sqlite.prepare('select 1 from sqlite_master where name = ?').get('kysely_migration') === undefined;
  if (isNew) return;
  const done = sqlite.prepare('select name from kysely_migration order by name').pluck().all() as string[];
  const unknown = done.filter((name) => !(name in migrations));
  if (unknown.length > 0)
    throw new Error(
      `The database was written by a newer version (${unknown.join(', ')}) and is left as it is. Start that version, or restore the backup made before the upgrade.`,
    );
}

async function bringUpToDate(sqlite: Sqlite.Database, db: Database): Promise<void> {
  // Rooms add their tables side by side: a migration may come to an origin that has run a later one.
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    allowUnorderedMigrations: true,
  });
  // Kysely runs SQLite's without one; half of a migration could be neither repeated nor gone on with.
  sqlite.exec('begin immediate');
  const { error } = await migrator.migrateToLatest();
  sqlite.exec(error === undefined ? 'commit' : 'rollback');
  if (error !== undefined)
    throw new Error(`The database could not be brought up to date and is as it was: ${(error as Error).message}`, {
      cause: error,
    });
}
