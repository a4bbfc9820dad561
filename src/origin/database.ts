import Sqlite from 'better-sqlite3';
import { type Generated, Kysely, SqliteDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { accountMigrations } from '../accounts/migrations.ts';
import type { AccountTables } from '../accounts/tables.ts';
import { type LendTables, lendMigrations } from './lend-tables.ts';

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

const migrations: Readonly<Record<string, Migration>> = {
  '0001_broadcast': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('broadcast')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('token_hash', 'blob', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('created_ms', 'integer', (column) => column.notNull())
        .addColumn('availability_start_ms', 'integer')
        .addColumn('ended_ms', 'integer')
        .addColumn('publish_ms', 'integer', (column) => column.notNull())
        .addColumn('duration_ms', 'integer', (column) => column.notNull())
        .addColumn('poster_version', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('grid_json', 'text')
        .addColumn('tracks_json', 'text')
        .addColumn('end_parts_json', 'text')
        .modifyEnd(sql`strict`)
        .execute();
      await db.schema.createIndex('broadcast_by_start').on('broadcast').column('availability_start_ms').execute();
    },
  },
  ...accountMigrations,
  '0004_broadcast_owner': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('broadcast')
        .addColumn('owner_id', 'text', (column) => column.references('account.id').onDelete('set null'))
        .execute();
      await db.schema
        .alterTable('broadcast')
        .addColumn('visibility', 'text', (column) => column.notNull().defaultTo('public'))
        .execute();
    },
  },
  '0005_returning_tabs': {
    async up(db: Kysely<unknown>) {
      const table = db.schema.alterTable('broadcast');
      await table.addColumn('generation', 'integer', (column) => column.notNull().defaultTo(1)).execute();
      await table.addColumn('cuts_json', 'text', (column) => column.notNull().defaultTo('[]')).execute();
      await table.addColumn('ended_by', 'text').execute();
      await sql`update broadcast set ended_by = 'creator' where end_parts_json is not null`.execute(db);
    },
  },
  '0006_uploads': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('broadcast')
        .addColumn('is_upload', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    },
  },
  ...lendMigrations,
  '0008_disowned_segments': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .alterTable('broadcast')
        .addColumn('disowned_json', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute();
    },
  },
};

/** Opens the file, or a database in memory for `:memory:`, and brings its tables up to date. */
export async function openDatabase(file: string): Promise<Database> {
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('busy_timeout = 5000');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: sqlite }) });
  // Rooms add their tables side by side: a migration may come to an origin that has run a later one.
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw new Error('The database could not be brought up to date.', { cause: error });
  }
  return db;
}
