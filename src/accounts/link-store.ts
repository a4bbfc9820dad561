import { timingSafeEqual } from 'node:crypto';
import { Problem } from '../lib/problem.ts';
import type { Invitation, LinkInfo } from '../protocol/accounts.ts';
import { hashSecret, isSecret, mintId, mintSecret } from './secrets.ts';
import type { AccountDatabase, InvitationTable } from './tables.ts';

const RESET_FOR_MS = 24 * 3600_000;

const fromRow = (row: InvitationTable): Invitation => ({
  id: row.id,
  note: row.note,
  uses: row.uses,
  usesLeft: row.uses_left,
  createdMs: row.created_ms,
  expiresMs: row.expires_ms,
});

/** One sentence for unknown, used up, revoked and too old: whoever tries links learns nothing. */
export const badLink = (): Problem =>
  new Problem(404, 'bad_link', 'This link is not good any more. Ask whoever gave it to you for a new one.');

/** Invitations, reset links, and the one that makes the first administrator. Tokens only as hashes. */
export class LinkStore {
  readonly #db: AccountDatabase;
  readonly #nowMs: () => number;
  #firstAdmin: Buffer | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(db: AccountDatabase, nowMs: () => number) {
    this.#db = db;
    this.#nowMs = nowMs;
  }

  /** The token to print at the start; good until this process ends or somebody uses it. */
  mintFirstAdmin(): string {
    const token = mintSecret();
    this.#firstAdmin = hashSecret(token);
    return token;
  }

  isFirstAdmin(token: string): boolean {
    return this.#firstAdmin !== undefined && timingSafeEqual(this.#firstAdmin, hashSecret(token));
  }

  endFirstAdmin(): void {
    this.#firstAdmin = undefined;
  }

  /** Two who want to be the first administrator come one after the other. */
  oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Looks without using. Throws 404 `bad_link`. */
  async look(token: string): Promise<LinkInfo> {
    if (!isSecret(token)) throw badLink();
    if (this.isFirstAdmin(token)) return { kind: 'first-admin' };
    const hash = hashSecret(token);
    const nowMs = this.#nowMs();
    const invitation = await this.#db
      .selectFrom('invitation')
      .select('expires_ms')
      .where('token_hash', '=', hash)
      .where('expires_ms', '>', nowMs)
      .where('uses_left', '>', 0)
      .executeTakeFirst();
    if (invitation !== undefined) return { kind: 'invitation', expiresMs: invitation.expires_ms };
    const reset = await this.#db
      .selectFrom('reset_link')
      .innerJoin('account', 'account.id', 'reset_link.account_id')
      .select(['account.username', 'reset_link.expires_ms'])
      .where('reset_link.token_hash', '=', hash)
      .where('reset_link.expires_ms', '>', nowMs)
      .executeTakeFirst();
    if (reset === undefined) throw badLink();
    return { kind: 'reset', username: reset.username, expiresMs: reset.expires_ms };
  }

  async invite({ uses, forMs, note }: { uses: number; forMs: number; note: string }) {
    const token = mintSecret();
    const nowMs = this.#nowMs();
    const row: InvitationTable = {
      id: mintId(),
      token_hash: hashSecret(token),
      note,
      uses,
      uses_left: uses,
      created_ms: nowMs,
      expires_ms: nowMs + forMs,
    };
    await this.#db.insertInto('invitation').values(row).execute();
    return { invitation: fromRow(row), token };
  }

  /** Newest first, without those that are too old. */
  async invitations(): Promise<readonly Invitation[]> {
    const rows = await this.#db
      .selectFrom('invitation')
      .selectAll()
      .where('expires_ms', '>', this.#nowMs())
      .orderBy('created_ms', 'desc')
      .execute();
    return rows.map(fromRow);
  }

  async revoke(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db.deleteFrom('invitation').where('id', '=', id).executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Takes one use; throws 404 `bad_link`. One statement, so that one use is never taken twice. */
  async useInvitation(token: string): Promise<void> {
    const { numUpdatedRows } = await this.#db
      .updateTable('invitation')
      .set((expression) => ({ uses_left: expression('uses_left', '-', 1) }))
      .where('token_hash', '=', hashSecret(token))
      .where('uses_left', '>', 0)
      .where('expires_ms', '>', this.#nowMs())
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw badLink();
  }

  /** What it was taken for did not work out. */
  async giveBackInvitation(token: string): Promise<void> {
    await this.#db
      .updateTable('invitation')
      .set((expression) => ({ uses_left: expression('uses_left', '+', 1) }))
      .where('token_hash', '=', hashSecret(token))
      .execute();
  }

  /** A new one ends the one before it. */
  async mintReset(accountId: string): Promise<{ token: string; expiresMs: number }> {
    const token = mintSecret();
    const expiresMs = this.#nowMs() + RESET_FOR_MS;
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('reset_link').where('account_id', '=', accountId).execute();
      const row = { token_hash: hashSecret(token), account_id: accountId, expires_ms: expiresMs };
      await transaction.insertInto('reset_link').values(row).execute();
    });
    return { token, expiresMs };
  }

  /** The account it resets, once; throws 404 `bad_link`. */
  async useReset(token: string): Promise<string> {
    const row = await this.#db
      .deleteFrom('reset_link')
      .where('token_hash', '=', hashSecret(token))
      .where('expires_ms', '>', this.#nowMs())
      .returning('account_id')
      .executeTakeFirst();
    if (row === undefined) throw badLink();
    return row.account_id;
  }
}
