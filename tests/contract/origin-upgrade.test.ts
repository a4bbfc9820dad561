import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import Sqlite from 'better-sqlite3';
import { BroadcastRecords } from '../../src/origin/broadcast-records.ts';
import { openDatabase } from '../../src/origin/database.ts';
import { migrations } from '../../src/origin/migrations.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../../src/protocol/tick.ts';
import { api, auth, ingest, live } from '../../src/protocol/urls.ts';
import { startProcess, stopProcess } from '../chaos/origin-process.ts';
import { partBytes, partOf } from '../unit/origin-test-media.ts';
import { FINISHED_PARTS, LIVE_PARTS, type OlderFolder, olderFolder, PASSWORD } from './older-folder.ts';

const SOURCE = path.join(import.meta.dirname, '../../src/origin');

const run = (program: string, ...args: string[]): { code: number | null; said: string } => {
  const done = spawnSync(process.execPath, [path.join(SOURCE, program), ...args], { encoding: 'utf8' });
  return { code: done.status, said: done.stdout + done.stderr };
};
const databaseOf = (data: string): string => path.join(data, 'tabcast.db');
const partsOf = (track: string, from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => partBytes(track, from + i, DEFAULT_GRID)));

/** What was written by the newest statement that is durable, whatever is in the log beside it. */
function inDatabase<T>(data: string, look: (sqlite: Sqlite.Database) => T): T {
  const sqlite = new Sqlite(databaseOf(data), { fileMustExist: true });
  try {
    return look(sqlite);
  } finally {
    sqlite.close();
  }
}

const schemaOf = (data: string): unknown =>
  inDatabase(data, (sqlite) => [
    sqlite.prepare('select name, sql from sqlite_master order by name').all(),
    sqlite.prepare('select name from kysely_migration order by name').all(),
  ]);

/** The recording byte for byte, the log-in by cookie and by password, the place, and the live's next parts. */
async function expectEverything(base: string, older: OlderFolder): Promise<void> {
  const { finishedId, liveId, liveToken, sessionToken } = older;
  const bytes = async (url: string): Promise<Buffer> =>
    Buffer.from(await (await fetch(base + url, { signal: AbortSignal.timeout(10_000) })).arrayBuffer());
  expect((await bytes(live.manifest(finishedId, 200))).toString()).toContain('type="static"');
  for (const track of ['v360', 'a128'])
    for (const [segment, to] of [100, 200, FINISHED_PARTS].entries())
      expect((await bytes(live.segment(finishedId, track, segment))).equals(partsOf(track, segment * 100, to))).toBe(
        true,
      );
  const cookie = { cookie: `tabcast-session=${sessionToken}` };
  const me = await fetch(base + auth.me, { headers: cookie });
  expect(await me.json()).toMatchObject({ account: { username: 'Ada', role: 'admin' } });
  const positions = await fetch(base + api.positions, { headers: cookie });
  expect(await positions.json()).toMatchObject({ positions: [{ broadcastId: finishedId, mediaMs: 12_000 }] });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ username: 'ada', password: PASSWORD });
  expect((await fetch(base + auth.logIn, { method: 'POST', headers, body })).status).toBe(200);
  // The tab that was live goes on: it never heard of generations.
  const parts = ['v360', 'a128'].map((track) => partOf(track, LIVE_PARTS, DEFAULT_GRID));
  const sent = await fetch(base + ingest.parts(liveId), {
    method: 'POST',
    headers: { authorization: `Bearer ${liveToken}`, 'content-type': TICK_CONTENT_TYPE },
    body: Buffer.from(encodeTick(parts)),
  });
  const answer = (await sent.json()) as TickAnswer;
  expect(answer.parts.map(({ status }) => status)).toEqual([201, 201]);
  const growing = live.piece(liveId, 'v360', 1, 37, 100);
  expect((await bytes(growing)).equals(partBytes('v360', LIVE_PARTS, DEFAULT_GRID))).toBe(true);
}

test('a folder of an older version is backed up and upgraded: recordings play, log-ins hold, the live goes on; and the backup is still of before', async () => {
  await using older = await olderFolder();
  const backup = path.join(older.root, 'backup');
  const before = schemaOf(older.data);
  expect(run('care.ts', 'backup', backup, '--data-dir', older.data)).toMatchObject({ code: 0 });
  const upgraded = await startProcess(older.data);
  await expectEverything(upgraded.base, older);
  expect(await stopProcess(upgraded.child, 'SIGTERM')).toBe(0);
  expect(schemaOf(older.data)).not.toEqual(before);
  // Going back: what the older version needs is in the backup, untouched by the newer one.
  expect(schemaOf(backup)).toEqual(before);
  const restored = path.join(older.root, 'restored');
  expect(run('care.ts', 'restore', backup, '--data-dir', restored)).toMatchObject({ code: 0 });
  expect(schemaOf(restored)).toEqual(before);
});

test('a database of a newer version is left as it is, and the sentence says what to do', async () => {
  await using older = await olderFolder();
  inDatabase(older.data, (sqlite) => {
    const row = sqlite.prepare('insert into kysely_migration (name, timestamp) values (?, ?)');
    for (const name of [...Object.keys(migrations).slice(4), '9999_later']) row.run(name, new Date().toISOString());
  });
  const before = await readFile(databaseOf(older.data));
  const { code, said } = run('main.ts', '--data-dir', older.data, '--port', '0');
  expect(said).toContain('newer version (9999_later)');
  expect(said).toContain('restore the backup');
  expect(said).not.toContain('    at ');
  expect(code).toBe(1);
  expect((await readFile(databaseOf(older.data))).equals(before)).toBe(true);
});

test('an upgrade that fails half-way leaves the tables of before, and succeeds when its cause is gone', async () => {
  await using older = await olderFolder();
  inDatabase(older.data, (sqlite) => sqlite.exec('create table lend_helper (id text)'));
  const before = schemaOf(older.data);
  await expect(openDatabase(databaseOf(older.data))).rejects.toThrow(
    'is as it was: table "lend_helper" already exists',
  );
  expect(schemaOf(older.data)).toEqual(before);
  inDatabase(older.data, (sqlite) => sqlite.exec('drop table lend_helper'));
  const database = await openDatabase(databaseOf(older.data));
  expect((await new BroadcastRecords(database).all()).map(({ title }) => title).sort()).toEqual([
    'Finished',
    'Going on',
  ]);
  await database.destroy();
});
