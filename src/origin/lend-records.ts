import type { Selectable } from 'kysely';
import type { KeptHelpJob } from '../mapreduce/help-board.ts';
import type { Failure, JobOutcome, Lease } from '../mapreduce/job.ts';
import type { Database } from './database.ts';
import type { LendHelperTable, LendInvitationTable, LendJobTable } from './lend-tables.ts';

export interface InvitationRecord {
  readonly id: string;
  readonly broadcastId: string;
  readonly tokenHash: Buffer;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export interface HelperRecord {
  readonly id: string;
  readonly broadcastId: string;
  readonly invitationId: string;
  readonly name: string;
  readonly tokenHash: Buffer;
  readonly joinedMs: number;
  readonly segmentsDone: number;
  readonly sentAway: string | undefined;
}

const invitationOf = (row: Selectable<LendInvitationTable>): InvitationRecord => ({
  id: row.id,
  broadcastId: row.broadcast_id,
  tokenHash: Buffer.from(row.token_hash),
  createdMs: row.created_ms,
  expiresMs: row.expires_ms,
});

const helperOf = (row: Selectable<LendHelperTable>): HelperRecord => ({
  id: row.id,
  broadcastId: row.broadcast_id,
  invitationId: row.invitation_id,
  name: row.name,
  tokenHash: Buffer.from(row.token_hash),
  joinedMs: row.joined_ms,
  segmentsDone: row.segments_done,
  sentAway: row.sent_away ?? undefined,
});

const jobOf = (row: Selectable<LendJobTable>): KeptHelpJob => ({
  segment: row.segment,
  outcome: JSON.parse(row.outcome_json) as JobOutcome,
  failures: JSON.parse(row.failures_json) as Failure[],
  leases: JSON.parse(row.leases_json) as Lease[],
  isAccepted: row.is_accepted === 1,
});

/** The one place that knows the tables of lending. */
export class LendRecords {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async invitations(): Promise<readonly InvitationRecord[]> {
    return (await this.#db.selectFrom('lend_invitation').selectAll().execute()).map(invitationOf);
  }

  async helpers(): Promise<readonly HelperRecord[]> {
    return (await this.#db.selectFrom('lend_helper').selectAll().execute()).map(helperOf);
  }

  async jobs(): Promise<ReadonlyMap<string, readonly KeptHelpJob[]>> {
    const rows = await this.#db.selectFrom('lend_job').selectAll().execute();
    const jobs = new Map<string, KeptHelpJob[]>();
    for (const row of rows) jobs.set(row.broadcast_id, [...(jobs.get(row.broadcast_id) ?? []), jobOf(row)]);
    return jobs;
  }

  async insertInvitation(record: InvitationRecord): Promise<void> {
    const row = {
      id: record.id,
      broadcast_id: record.broadcastId,
      token_hash: record.tokenHash,
      created_ms: record.createdMs,
      expires_ms: record.expiresMs,
    };
    await this.#db.insertInto('lend_invitation').values(row).execute();
  }

  async removeInvitation(id: string): Promise<void> {
    await this.#db.deleteFrom('lend_invitation').where('id', '=', id).execute();
  }

  async insertHelper(record: HelperRecord): Promise<void> {
    const row = {
      id: record.id,
      broadcast_id: record.broadcastId,
      invitation_id: record.invitationId,
      name: record.name,
      token_hash: record.tokenHash,
      joined_ms: record.joinedMs,
      segments_done: record.segmentsDone,
      sent_away: record.sentAway ?? null,
    };
    await this.#db.insertInto('lend_helper').values(row).execute();
  }

  async saveHelper({ id, segmentsDone, sentAway }: HelperRecord): Promise<void> {
    const change = { segments_done: segmentsDone, sent_away: sentAway ?? null };
    await this.#db.updateTable('lend_helper').set(change).where('id', '=', id).execute();
  }

  /** Undefined removes the job. */
  async saveJob(broadcastId: string, segment: number, job: KeptHelpJob | undefined): Promise<void> {
    if (job === undefined) {
      const own = this.#db.deleteFrom('lend_job').where('broadcast_id', '=', broadcastId);
      await own.where('segment', '=', segment).execute();
      return;
    }
    const change = {
      outcome_json: JSON.stringify(job.outcome),
      failures_json: JSON.stringify(job.failures),
      leases_json: JSON.stringify(job.leases ?? []),
      is_accepted: job.isAccepted ? 1 : 0,
    };
    await this.#db
      .insertInto('lend_job')
      .values({ broadcast_id: broadcastId, segment, ...change })
      .onConflict((conflict) => conflict.columns(['broadcast_id', 'segment']).doUpdateSet(change))
      .execute();
  }

  /** Everything of a broadcast that needs no help any more. */
  async forget(broadcastId: string): Promise<void> {
    for (const table of ['lend_invitation', 'lend_helper', 'lend_job'] as const)
      await this.#db.deleteFrom(table).where('broadcast_id', '=', broadcastId).execute();
  }
}
