import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Times are milliseconds since 1970; tokens only as SHA-256. */
export interface LendTables {
  lend_invitation: LendInvitationTable;
  lend_helper: LendHelperTable;
  lend_job: LendJobTable;
}

export interface LendInvitationTable {
  readonly id: string;
  readonly broadcast_id: string;
  readonly token_hash: Buffer;
  readonly created_ms: number;
  readonly expires_ms: number;
}

export interface LendHelperTable {
  readonly id: string;
  readonly broadcast_id: string;
  readonly invitation_id: string;
  readonly name: string;
  readonly token_hash: Buffer;
  readonly joined_ms: number;
  segments_done: number;
  /** Why it may not help any more; null while it may. */
  sent_away: string | null;
}

/** A job of `HelpBoard`, in JSON the types of `mapreduce/job.ts`. */
export interface LendJobTable {
  readonly broadcast_id: string;
  readonly segment: number;
  outcome_json: string;
  failures_json: string;
  leases_json: string;
  is_accepted: number;
}

const ofBroadcast = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
  column.notNull().references('broadcast.id').onDelete('cascade');
const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

export const lendMigrations: Readonly<Record<string, Migration>> = {
  '0007_lending': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('lend_invitation')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('broadcast_id', 'text', ofBroadcast)
        .addColumn('token_hash', 'blob', (column) => column.notNull().unique())
        .addColumn('created_ms', 'integer', required)
        .addColumn('expires_ms', 'integer', required)
        .modifyEnd(sql`strict`)
        .execute();
      await db.schema
        .createTable('lend_helper')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('broadcast_id', 'text', ofBroadcast)
        .addColumn('invitation_id', 'text', required)
        .addColumn('name', 'text', required)
        .addColumn('token_hash', 'blob', (column) => column.notNull().unique())
        .addColumn('joined_ms', 'integer', required)
        .addColumn('segments_done', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('sent_away', 'text')
        .modifyEnd(sql`strict`)
        .execute();
      await db.schema
        .createTable('lend_job')
        .addColumn('broadcast_id', 'text', ofBroadcast)
        .addColumn('segment', 'integer', required)
        .addColumn('outcome_json', 'text', required)
        .addColumn('failures_json', 'text', required)
        .addColumn('leases_json', 'text', required)
        .addColumn('is_accepted', 'integer', required)
        .addPrimaryKeyConstraint('lend_job_key', ['broadcast_id', 'segment'])
        .modifyEnd(sql`strict`)
        .execute();
    },
  },
};
