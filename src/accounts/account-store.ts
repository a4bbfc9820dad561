import { Problem } from '../lib/problem.ts';
import type { Account, AccountRow, Role } from '../protocol/accounts.ts';
import { usernameKey } from './names.ts';
import { roleOf } from './permissions.ts';
import { hashSecret, mintId, mintRecoveryCode, mintSecret } from './secrets.ts';
import type { AccountDatabase, AccountTable } from './tables.ts';

const RECOVERY_CODES = 8;
/** Browsers that logged in before; older ones than these are forgotten. */
const MAX_KNOWN_DEVICES = 20;

export interface NewAccount {
  readonly username: string;
  readonly passwordHash: string;
  readonly role: Role;
}

/** A row as the rest of this room knows it. */
export interface StoredAccount {
  readonly id: string;
  readonly username: string;
  readonly passwordHash: string;
  readonly role: Role;
  readonly createdMs: number;
}

const fromRow = (row: AccountTable): StoredAccount => ({
  id: row.id,
  username: row.username,
  passwordHash: row.password_hash,
  role: roleOf(row.role),
  createdMs: row.created_ms,
});

const lastAdmin = (): Problem =>
  new Problem(409, 'last_admin', 'This is the only administrator. Make somebody else one first.');

/** The tables of accounts, recovery codes and known devices. */
export class AccountStore {
  readonly #db: AccountDatabase;
  readonly #nowMs: () => number;

  constructor(db: AccountDatabase, nowMs: () => number) {
    this.#db = db;
    this.#nowMs = nowMs;
  }

  /** Throws 409 `username_taken`, decided by the database, so that two at once are not both let in. */
  async create({ username, passwordHash, role }: NewAccount): Promise<StoredAccount> {
    const values = {
      id: mintId(),
      username,
      username_key: usernameKey(username),
      password_hash: passwordHash,
      role,
      is_history_paused: 0,
      cleared_hlc: 0,
      created_ms: this.#nowMs(),
    };
    const row = await this.#db
      .insertInto('account')
      .values(values)
      .onConflict((conflict) => conflict.column('username_key').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined)
      throw new Problem(409, 'username_taken', 'Somebody already has this name. Choose another one.');
    return fromRow(row);
  }

  async byName(username: string): Promise<StoredAccount | undefined> {
    const key = usernameKey(username);
    const row = await this.#db.selectFrom('account').selectAll().where('username_key', '=', key).executeTakeFirst();
    return row === undefined ? undefined : fromRow(row);
  }

  async byId(id: string): Promise<StoredAccount | undefined> {
    const row = await this.#db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : fromRow(row);
  }

  /** The person's own view; undefined when the account is gone. */
  async view(id: string): Promise<Account | undefined> {
    const account = await this.byId(id);
    if (account === undefined) return undefined;
    const { username, role, createdMs } = account;
    const [codes, passkeys] = await Promise.all([this.#count('recovery_code', id), this.#count('passkey', id)]);
    return { id, username, role, createdMs, recoveryCodesLeft: codes, passkeys };
  }

  async rows(): Promise<readonly Omit<AccountRow, 'broadcasts'>[]> {
    const rows = await this.#db
      .selectFrom('account')
      .leftJoin('session', 'session.account_id', 'account.id')
      .select(['account.id', 'account.username', 'account.role', 'account.created_ms'])
      .select(({ fn }) => fn.max('session.seen_ms').as('seen_ms'))
      .groupBy(['account.id', 'account.username', 'account.role', 'account.created_ms'])
      .orderBy('account.created_ms')
      .execute();
    return rows.map(({ id, username, role, created_ms, seen_ms }) => ({
      id,
      username,
      role: roleOf(role),
      createdMs: created_ms,
      seenMs: seen_ms,
    }));
  }

  async hasAdmin(): Promise<boolean> {
    const found = await this.#db.selectFrom('account').select('id').where('role', '=', 'admin').executeTakeFirst();
    return found !== undefined;
  }

  async setPassword(id: string, passwordHash: string): Promise<void> {
    await this.#db.updateTable('account').set({ password_hash: passwordHash }).where('id', '=', id).execute();
  }

  /** Throws 409 `last_admin`. */
  async setRole(id: string, role: Role): Promise<void> {
    if (role !== 'admin') await this.refuseLastAdmin(id);
    await this.#db.updateTable('account').set({ role }).where('id', '=', id).execute();
  }

  /** With everything that refers to it, by the database's own rule. Throws 409 `last_admin`. */
  async remove(id: string): Promise<void> {
    await this.refuseLastAdmin(id);
    await this.#db.deleteFrom('account').where('id', '=', id).execute();
  }

  async refuseLastAdmin(id: string): Promise<void> {
    const admins = await this.#db.selectFrom('account').select('id').where('role', '=', 'admin').execute();
    if (admins.length === 1 && admins[0]?.id === id) throw lastAdmin();
  }

  /** New recovery codes; the old ones end. Only here are they in clear. */
  async renewRecoveryCodes(id: string): Promise<readonly string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, mintRecoveryCode);
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('recovery_code').where('account_id', '=', id).execute();
      const rows = codes.map((code) => ({ code_hash: hashSecret(code), account_id: id }));
      await transaction.insertInto('recovery_code').values(rows).execute();
    });
    return codes;
  }

  /** True once for each code of this account. */
  async useRecoveryCode(id: string, code: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('recovery_code')
      .where('account_id', '=', id)
      .where('code_hash', '=', hashSecret(code))
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** This browser logged in once: it is not counted among strangers who guess (the value of its device cookie). */
  async rememberDevice(id: string): Promise<string> {
    const token = mintSecret();
    const row = { token_hash: hashSecret(token), account_id: id, created_ms: this.#nowMs() };
    await this.#db.insertInto('known_device').values(row).execute();
    const old = await this.#db
      .selectFrom('known_device')
      .select('token_hash')
      .where('account_id', '=', id)
      .orderBy('created_ms', 'desc')
      .offset(MAX_KNOWN_DEVICES)
      .limit(MAX_KNOWN_DEVICES)
      .execute();
    const hashes = old.map(({ token_hash }) => token_hash);
    if (hashes.length > 0) await this.#db.deleteFrom('known_device').where('token_hash', 'in', hashes).execute();
    return token;
  }

  /** Whose device it is, if anybody's. */
  async deviceOwner(token: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('known_device')
      .select('account_id')
      .where('token_hash', '=', hashSecret(token))
      .executeTakeFirst();
    return row?.account_id;
  }

  async #count(table: 'recovery_code' | 'passkey', accountId: string): Promise<number> {
    const { count } = await this.#db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('account_id', '=', accountId)
      .executeTakeFirstOrThrow();
    return Number(count);
  }
}
