import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();
const ofAccount = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
  column.notNull().references('account.id').onDelete('cascade');

async function createAccounts(db: Kysely<unknown>): Promise<void> {
  const table = (name: string) => db.schema.createTable(name).modifyEnd(sql`strict`);
  await table('account')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('username', 'text', required)
    .addColumn('username_key', 'text', (column) => column.notNull().unique())
    .addColumn('password_hash', 'text', required)
    .addColumn('role', 'text', required)
    .addColumn('is_history_paused', 'integer', required)
    .addColumn('cleared_hlc', 'integer', required)
    .addColumn('created_ms', 'integer', required)
    .execute();
  await table('session')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'blob', (column) => column.notNull().unique())
    .addColumn('account_id', 'text', ofAccount)
    .addColumn('device', 'text', required)
    .addColumn('created_ms', 'integer', required)
    .addColumn('seen_ms', 'integer', required)
    .addColumn('expires_ms', 'integer', required)
    .execute();
  await table('known_device')
    .addColumn('token_hash', 'blob', (column) => column.primaryKey())
    .addColumn('account_id', 'text', ofAccount)
    .addColumn('created_ms', 'integer', required)
    .execute();
  await table('recovery_code')
    .addColumn('code_hash', 'blob', (column) => column.primaryKey())
    .addColumn('account_id', 'text', ofAccount)
    .execute();
  await table('passkey')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', ofAccount)
    .addColumn('public_key', 'blob', required)
    .addColumn('counter', 'integer', required)
    .addColumn('transports_json', 'text', required)
    .addColumn('name', 'text', required)
    .addColumn('created_ms', 'integer', required)
    .addColumn('used_ms', 'integer')
    .execute();
  await table('passkey_challenge')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('challenge', 'text', required)
    .addColumn('account_id', 'text', (column) => column.references('account.id').onDelete('cascade'))
    .addColumn('expires_ms', 'integer', required)
    .execute();
  await table('invitation')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('token_hash', 'blob', (column) => column.notNull().unique())
    .addColumn('note', 'text', required)
    .addColumn('uses', 'integer', required)
    .addColumn('uses_left', 'integer', required)
    .addColumn('created_ms', 'integer', required)
    .addColumn('expires_ms', 'integer', required)
    .execute();
  await table('reset_link')
    .addColumn('token_hash', 'blob', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().unique().references('account.id').onDelete('cascade'))
    .addColumn('expires_ms', 'integer', required)
    .execute();
  for (const name of ['session', 'known_device', 'recovery_code', 'passkey'])
    await db.schema.createIndex(`${name}_by_account`).on(name).column('account_id').execute();
}

async function createPositions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('position')
    .addColumn('account_id', 'text', ofAccount)
    .addColumn('broadcast_id', 'text', required)
    .addColumn('state', 'text', required)
    .addColumn('media_ms', 'integer', required)
    .addColumn('duration_ms', 'integer')
    .addColumn('wall_ms', 'integer')
    .addColumn('is_at_edge', 'integer', required)
    .addColumn('finished_ms', 'integer')
    .addColumn('hlc', 'integer', required)
    .addColumn('device_id', 'text', required)
    .addColumn('device_name', 'text', required)
    .addColumn('device_tab', 'text', required)
    .addPrimaryKeyConstraint('position_of', ['account_id', 'broadcast_id'])
    .modifyEnd(sql`strict`)
    .execute();
  await db.schema.createIndex('position_by_broadcast').on('position').column('broadcast_id').execute();
}

/** Run by the origin together with its own, in the order of the names. */
export const accountMigrations: Readonly<Record<string, Migration>> = {
  '0002_accounts': { up: createAccounts },
  '0003_positions': { up: createPositions },
};
