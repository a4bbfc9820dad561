import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Passwords } from '../../src/accounts/password.ts';
import { hashSecret, mintId, mintSecret } from '../../src/accounts/secrets.ts';
import { DiskSegmentStore } from '../../src/origin/disk-store.ts';
import { migrations } from '../../src/origin/migrations.ts';
import { hashToken, mintToken } from '../../src/origin/token.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { audioTrack, initOf, partBytes, sha256, videoTrack } from '../unit/origin-test-media.ts';

/** The last change of the tables that the older version knew of: accounts, and whose a broadcast is. */
const LAST = '0004_broadcast_owner';
const TRACKS = [videoTrack(360), audioTrack];
export const FINISHED_PARTS = 230;
export const LIVE_PARTS = 137;
export const PASSWORD = 'a long enough one';

export interface OlderFolder {
  readonly root: string;
  readonly data: string;
  readonly finishedId: string;
  readonly liveId: string;
  readonly liveToken: string;
  readonly sessionToken: string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

const hour = 3600_000;

/** What an older version left when it was stopped: a recording, a live, an account that is logged in and its place. */
export async function olderFolder(): Promise<OlderFolder> {
  const root = await mkdtemp(path.join(tmpdir(), 'tabcast-older-'));
  const data = path.join(root, 'data');
  await mkdir(data);
  const [finishedId, liveId, accountId] = [mintId(), mintId(), mintId()];
  const [liveToken, sessionToken] = [mintToken(), mintSecret()];
  const sqlite = new Sqlite(path.join(data, 'tabcast.db'));
  sqlite.pragma('journal_mode = WAL');
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: sqlite }) });
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  }).migrateTo(LAST);
  if (error !== undefined) throw error;
  const insert = (table: string, row: Readonly<Record<string, unknown>>): void => {
    const columns = Object.keys(row);
    const values = columns.map((column) => `@${column}`);
    sqlite.prepare(`insert into ${table} (${columns.join(', ')}) values (${values.join(', ')})`).run(row);
  };
  const nowMs = Date.now();
  insert('account', {
    id: accountId,
    username: 'Ada',
    username_key: 'ada',
    password_hash: await new Passwords().hash(PASSWORD),
    role: 'admin',
    is_history_paused: 0,
    cleared_hlc: 0,
    created_ms: nowMs - hour,
  });
  insert('session', {
    id: mintId(),
    token_hash: hashSecret(sessionToken),
    account_id: accountId,
    device: 'A browser',
    created_ms: nowMs - hour,
    seen_ms: nowMs,
    expires_ms: nowMs + hour,
  });
  const started = {
    created_ms: nowMs - hour,
    publish_ms: nowMs - hour,
    grid_json: JSON.stringify(DEFAULT_GRID),
    tracks_json: JSON.stringify(TRACKS),
    owner_id: accountId,
  };
  insert('broadcast', {
    ...started,
    id: finishedId,
    title: 'Finished',
    token_hash: hashToken(mintToken()),
    state: 'sealed',
    availability_start_ms: nowMs - hour,
    ended_ms: nowMs - hour / 2,
    duration_ms: FINISHED_PARTS * 100,
    end_parts_json: JSON.stringify({ v360: FINISHED_PARTS, a128: FINISHED_PARTS }),
  });
  insert('broadcast', {
    ...started,
    id: liveId,
    title: 'Going on',
    token_hash: hashToken(liveToken),
    state: 'live',
    availability_start_ms: nowMs - LIVE_PARTS * 100,
    duration_ms: LIVE_PARTS * 100,
  });
  insert('position', {
    account_id: accountId,
    broadcast_id: finishedId,
    state: 'watching',
    media_ms: 12_000,
    is_at_edge: 0,
    hlc: (nowMs - hour / 4) * 1024,
    device_id: mintId(),
    device_name: 'A browser',
    device_tab: mintId(),
  });
  await db.destroy();
  await writeMedia(data, finishedId, FINISHED_PARTS, true);
  await writeMedia(data, liveId, LIVE_PARTS, false);
  const dispose = (): Promise<void> => rm(root, { recursive: true, force: true });
  return { root, data, finishedId, liveId, liveToken, sessionToken, [Symbol.asyncDispose]: dispose };
}

/** Segment files and a journal have had one format from the first version on. */
async function writeMedia(data: string, id: string, parts: number, isFinished: boolean): Promise<void> {
  const endParts = Object.fromEntries(TRACKS.map((track) => [track.id, parts]));
  const shape = { partsPerSegment: DEFAULT_GRID.partsPerSegment, ...(isFinished ? { endParts } : {}) };
  const fail = (error: unknown): never => {
    throw error;
  };
  const store = await new DiskSegmentStore(path.join(data, 'broadcasts'), fail).open(id, shape);
  for (const track of TRACKS) {
    await store.putInit(track.id, initOf(track));
    for (let part = 0; part < parts; part++) {
      const bytes = partBytes(track.id, part, DEFAULT_GRID);
      store.append(track.id, part, bytes, sha256(bytes));
    }
  }
  await store.close();
}
