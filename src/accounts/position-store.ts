import { NO_HLC } from '../positions/hlc.ts';
import { newest } from '../positions/merge.ts';
import type { Hlc, Position } from '../protocol/positions.ts';
import { fromRow, toRow } from './position-rows.ts';
import type { AccountDatabase } from './tables.ts';

/** How long writes are gathered; one transaction, and so one sync of the disk, for all of them. */
export const BATCH_MS = 250;
/** Rows of one statement: both databases take more parameters than this needs. */
const ROWS_PER_STATEMENT = 500;

/** What became of a write, and what is held now. */
export interface Written {
  readonly outcome: 'stored' | 'older';
  readonly position: Position;
}

interface Entry {
  readonly accountId: string;
  readonly position: Position;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

const keyOf = (accountId: string, broadcastId: string): string => `${accountId}/${broadcastId}`;

const isSame = (a: Position, b: Position): boolean =>
  a.hlc === b.hlc && a.device.id === b.device.id && a.device.tab === b.device.tab;

/** The table of positions. The newest stamp wins, in one statement that both databases understand. */
export class PositionStore {
  readonly #db: AccountDatabase;
  readonly #batchMs: number;
  #entries: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(db: AccountDatabase, batchMs = BATCH_MS) {
    this.#db = db;
    this.#batchMs = batchMs;
  }

  /** Resolves once it is safe on disk. */
  write(accountId: string, position: Position): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ accountId, position, resolve, reject });
      this.#timer ??= setTimeout(() => void this.flush(), this.#batchMs);
    });
  }

  async of(accountId: string): Promise<readonly Position[]> {
    const rows = await this.#db.selectFrom('position').selectAll().where('account_id', '=', accountId).execute();
    return rows.map(fromRow);
  }

  async one(accountId: string, broadcastId: string): Promise<Position | undefined> {
    const row = await this.#db
      .selectFrom('position')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('broadcast_id', '=', broadcastId)
      .executeTakeFirst();
    return row === undefined ? undefined : fromRow(row);
  }

  /** The stamp of the newest position of an account. */
  async latest(accountId: string): Promise<Hlc> {
    const row = await this.#db
      .selectFrom('position')
      .select(({ fn }) => fn.max('hlc').as('hlc'))
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    return (row?.hlc ?? NO_HLC) as Hlc;
  }

  /** Forgets what was watched up to `hlc`; later arrivals of such are the caller's to refuse. */
  async clear(accountId: string, hlc: Hlc): Promise<void> {
    await this.flush();
    await this.#db.transaction().execute(async (transaction) => {
      const account = transaction.updateTable('account').where('id', '=', accountId).where('cleared_hlc', '<', hlc);
      await account.set({ cleared_hlc: hlc }).execute();
      await transaction.deleteFrom('position').where('account_id', '=', accountId).where('hlc', '<=', hlc).execute();
    });
  }

  async setPaused(accountId: string, isPaused: boolean): Promise<void> {
    const values = { is_history_paused: isPaused ? 1 : 0 };
    await this.#db.updateTable('account').set(values).where('id', '=', accountId).execute();
  }

  /** Everybody's positions in a broadcast that is gone. */
  async forgetBroadcast(broadcastId: string): Promise<void> {
    await this.flush();
    await this.#db.deleteFrom('position').where('broadcast_id', '=', broadcastId).execute();
  }

  /** Writes what has gathered, after what is being written. Never rejects: every writer gets its own answer. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entries = this.#entries;
    this.#entries = [];
    if (entries.length > 0) this.#flushing = this.#flushing.then(() => this.#writeAll(entries));
    return this.#flushing;
  }

  async #writeAll(entries: readonly Entry[]): Promise<void> {
    try {
      await this.#writeTogether(entries);
    } catch (error) {
      // One account that is gone meanwhile must not take the others' positions with it.
      if (entries.length === 1) entries[0]?.reject(error);
      else for (const entry of entries) await this.#writeAll([entry]);
    }
  }

  async #writeTogether(entries: readonly Entry[]): Promise<void> {
    const wanted = new Map<string, { accountId: string; position: Position }>();
    for (const { accountId, position } of entries) {
      const key = keyOf(accountId, position.broadcastId);
      const known = wanted.get(key);
      wanted.set(key, { accountId, position: known === undefined ? position : newest(known.position, position) });
    }
    const held = await this.#upsert([...wanted.values()]);
    for (const { accountId, position, resolve } of entries) {
      const now = held.get(keyOf(accountId, position.broadcastId)) ?? position;
      resolve({ outcome: isSame(now, position) ? 'stored' : 'older', position: now });
    }
  }

  /** What the table holds afterwards, by account and broadcast. */
  #upsert(wanted: readonly { accountId: string; position: Position }[]): Promise<Map<string, Position>> {
    return this.#db.transaction().execute(async (transaction) => {
      const held = new Map<string, Position>();
      for (let at = 0; at < wanted.length; at += ROWS_PER_STATEMENT) {
        const some = wanted.slice(at, at + ROWS_PER_STATEMENT);
        const stored = await transaction
          .insertInto('position')
          .values(some.map(({ accountId, position }) => toRow(accountId, position)))
          .onConflict((conflict) =>
            conflict
              .columns(['account_id', 'broadcast_id'])
              .doUpdateSet((e) => ({
                state: e.ref('excluded.state'),
                media_ms: e.ref('excluded.media_ms'),
                duration_ms: e.ref('excluded.duration_ms'),
                wall_ms: e.ref('excluded.wall_ms'),
                is_at_edge: e.ref('excluded.is_at_edge'),
                finished_ms: e.ref('excluded.finished_ms'),
                hlc: e.ref('excluded.hlc'),
                device_id: e.ref('excluded.device_id'),
                device_name: e.ref('excluded.device_name'),
                device_tab: e.ref('excluded.device_tab'),
              }))
              .where((e) =>
                e.or([
                  e('excluded.hlc', '>', e.ref('position.hlc')),
                  e.and([
                    e('excluded.hlc', '=', e.ref('position.hlc')),
                    e.or([
                      e('excluded.device_id', '>', e.ref('position.device_id')),
                      e.and([
                        e('excluded.device_id', '=', e.ref('position.device_id')),
                        e('excluded.device_tab', '>', e.ref('position.device_tab')),
                      ]),
                    ]),
                  ]),
                ]),
              ),
          )
          .returning(['account_id', 'broadcast_id'])
          .execute();
        const isStored = new Set(stored.map((row) => keyOf(row.account_id, row.broadcast_id)));
        for (const { accountId, position } of some) {
          const key = keyOf(accountId, position.broadcastId);
          if (isStored.has(key)) held.set(key, position);
          else {
            const row = await transaction
              .selectFrom('position')
              .selectAll()
              .where('account_id', '=', accountId)
              .where('broadcast_id', '=', position.broadcastId)
              .executeTakeFirstOrThrow();
            held.set(key, fromRow(row));
          }
        }
      }
      return held;
    });
  }
}
