import type { SessionInfo } from '../protocol/accounts.ts';
import type { Hlc } from '../protocol/positions.ts';
import { type Identity, roleOf } from './permissions.ts';
import { hashSecret, mintId, mintSecret } from './secrets.ts';
import type { AccountDatabase } from './tables.ts';

const DAY_MS = 86_400_000;
/** Unused for this long, a session ends; every use pushes it on. */
export const SESSION_IDLE_MS = 60 * DAY_MS;
/** However often it is used. */
const SESSION_LIFE_MS = 400 * DAY_MS;
/** `seen` is written at most this often. */
const SEEN_EVERY_MS = 3600_000;
const MAX_CACHED = 50_000;

/** Who a cookie belongs to, with what every write of a position needs to know. */
export interface Session extends Identity {
  readonly id: string;
  readonly isHistoryPaused: boolean;
  readonly clearedHlc: Hlc;
  readonly expiresMs: number;
}

interface Cached {
  readonly session: Session;
  readonly createdMs: number;
  seenMs: number;
}

export interface SessionStoreDeps {
  readonly db: AccountDatabase;
  readonly nowMs: () => number;
}

/**
 * Opaque tokens, kept only as hashes. Found ones stay in memory: every change of this process goes through here, so
 * what is ended is gone at once. (Several origins on one database will need a look at the table now and then.)
 */
export class SessionStore {
  readonly #db: AccountDatabase;
  readonly #nowMs: () => number;
  readonly #cache = new Map<string, Cached>();
  /** Counts what was forgotten: what was read before may not be remembered after. */
  #changes = 0;

  constructor({ db, nowMs }: SessionStoreDeps) {
    this.#db = db;
    this.#nowMs = nowMs;
  }

  /** A new session with a new token; the answer to the browser is the only copy in clear. */
  async open(accountId: string, device: string): Promise<string> {
    const token = mintSecret();
    const nowMs = this.#nowMs();
    const times = { created_ms: nowMs, seen_ms: nowMs, expires_ms: nowMs + SESSION_IDLE_MS };
    await this.#db
      .insertInto('session')
      .values({ id: mintId(), token_hash: hashSecret(token), account_id: accountId, device, ...times })
      .execute();
    return token;
  }

  /** Undefined for a token that is unknown, ended or too old. */
  async find(token: string): Promise<Session | undefined> {
    const hash = hashSecret(token);
    const key = hash.toString('latin1');
    const cached = this.#cache.get(key) ?? (await this.#load(hash, key));
    if (cached === undefined) return undefined;
    const nowMs = this.#nowMs();
    if (cached.session.expiresMs <= nowMs) {
      await this.end(cached.session.accountId, cached.session.id);
      return undefined;
    }
    if (nowMs - cached.seenMs >= SEEN_EVERY_MS) return this.#touch(key, cached, nowMs);
    return cached.session;
  }

  async list(accountId: string, currentId: string): Promise<readonly SessionInfo[]> {
    const rows = await this.#db
      .selectFrom('session')
      .select(['id', 'device', 'created_ms', 'seen_ms'])
      .where('account_id', '=', accountId)
      .where('expires_ms', '>', this.#nowMs())
      .orderBy('seen_ms', 'desc')
      .execute();
    return rows.map(({ id, device, created_ms, seen_ms }) => ({
      id,
      device,
      createdMs: created_ms,
      seenMs: seen_ms,
      isThisOne: id === currentId,
    }));
  }

  /** True when there was such a session of this account. */
  async end(accountId: string, sessionId: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('session')
      .where('id', '=', sessionId)
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    this.#forget((session) => session.id === sessionId && session.accountId === accountId);
    return numDeletedRows > 0n;
  }

  async endAll(accountId: string): Promise<void> {
    await this.#db.deleteFrom('session').where('account_id', '=', accountId).execute();
    this.forgetAccount(accountId);
  }

  /** The account changed: the next use reads it again. */
  forgetAccount(accountId: string): void {
    this.#forget((session) => session.accountId === accountId);
  }

  async removeExpired(): Promise<void> {
    await this.#db.deleteFrom('session').where('expires_ms', '<=', this.#nowMs()).execute();
  }

  async #load(hash: Buffer, key: string): Promise<Cached | undefined> {
    const changes = this.#changes;
    const row = await this.#db
      .selectFrom('session')
      .innerJoin('account', 'account.id', 'session.account_id')
      .select(['session.id', 'session.account_id', 'session.created_ms', 'session.seen_ms', 'session.expires_ms'])
      .select(['account.role', 'account.is_history_paused', 'account.cleared_hlc'])
      .where('session.token_hash', '=', hash)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const session: Session = {
      id: row.id,
      accountId: row.account_id,
      role: roleOf(row.role),
      expiresMs: row.expires_ms,
      isHistoryPaused: row.is_history_paused !== 0,
      clearedHlc: row.cleared_hlc as Hlc,
    };
    const cached = { session, createdMs: row.created_ms, seenMs: row.seen_ms };
    if (changes !== this.#changes) return cached;
    this.#cache.set(key, cached);
    if (this.#cache.size > MAX_CACHED) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    return cached;
  }

  async #touch(key: string, { session, createdMs }: Cached, nowMs: number): Promise<Session> {
    const expiresMs = Math.min(nowMs + SESSION_IDLE_MS, createdMs + SESSION_LIFE_MS);
    const touched = { ...session, expiresMs };
    // Only while it is still there: it may have been ended between two awaits.
    if (this.#cache.has(key)) this.#cache.set(key, { session: touched, createdMs, seenMs: nowMs });
    await this.#db
      .updateTable('session')
      .set({ seen_ms: nowMs, expires_ms: expiresMs })
      .where('id', '=', session.id)
      .execute();
    return touched;
  }

  #forget(isWanted: (session: Session) => boolean): void {
    this.#changes += 1;
    for (const [key, { session }] of this.#cache) if (isWanted(session)) this.#cache.delete(key);
  }
}
