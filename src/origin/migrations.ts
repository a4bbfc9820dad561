import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { accountMigrations } from '../accounts/migrations.ts';
import { lendMigrations } from './lend-tables.ts';

/** Every change of the tables since the first, by its name; what was published once stays as it is. */
export const migrations: Readonly<Record<string, Migration>> = {
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
