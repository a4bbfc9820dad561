import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { DiskSegmentStore } from '../../src/origin/disk-store.ts';
import { PROCESSING_MS } from '../../src/origin/lifecycle.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { until } from '../helpers/until.ts';
import { partBytes } from '../unit/origin-test-media.ts';
import { type TestBroadcast, TestOrigin } from '../unit/origin-test-server.ts';
import { testStrip } from '../unit/origin-test-strip.ts';

const CARE = path.join(import.meta.dirname, '../../src/origin/care.ts');

const care = (...args: string[]): { code: number | null; said: string } => {
  const done = spawnSync(process.execPath, [CARE, ...args], { encoding: 'utf8' });
  return { code: done.status, said: done.stdout + done.stderr };
};

const partsOf = (track: string, from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => partBytes(track, from + i, DEFAULT_GRID)));

interface Place {
  readonly root: string;
  readonly data: string;
  readonly start: (folder?: string) => Promise<TestOrigin>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Folders of its own, with origins on the real disk. */
async function place(): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'tabcast-care-'));
  const data = path.join(root, 'data');
  return {
    root,
    data,
    start: async (folder = data) => {
      await mkdir(folder, { recursive: true });
      const store = new DiskSegmentStore(path.join(folder, 'broadcasts'), () => {});
      return TestOrigin.start({ dataDir: folder, store });
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** A finished recording of 23 s, and one that is live with 13.7 s. */
async function record(origin: TestOrigin): Promise<{ finished: TestBroadcast; growing: TestBroadcast }> {
  const finished = await origin.live();
  origin.clock.advance(20_000);
  await finished.sendTicks(0, 230);
  const headers = { ...finished.headers, 'content-type': 'image/jpeg' };
  await origin.get(ingest.strip(finished.id, 1), { method: 'PUT', headers, body: testStrip() });
  await finished.end(230);
  origin.clock.advance(PROCESSING_MS);
  await until(() => finished.state()).toBe('sealed');
  const growing = await origin.live();
  await growing.sendTicks(0, 137);
  return { finished, growing };
}

test('a backup taken while it runs is restored with everything in it, byte for byte', async () => {
  await using here = await place();
  const backup = path.join(here.root, 'backup');
  const first = await here.start();
  const { finished, growing } = await record(first);
  const durable = async (): Promise<number> => {
    const answer = await first.get(ingest.state(growing.id), { headers: growing.headers });
    return ((await answer.json()) as { durable: Record<string, { to: number }[]> }).durable['v360']?.[0]?.to ?? 0;
  };
  await until(durable).toBe(137);
  const took = care('backup', backup, '--data-dir', here.data);
  expect(took.said).toContain('Backed up: 2 broadcasts');
  expect(took.code).toBe(0);
  expect(care('backup', backup, '--data-dir', here.data)).toMatchObject({ code: 2 });
  await growing.sendTicks(137, 190);
  await first.origin.close();

  const elsewhere = path.join(here.root, 'elsewhere');
  expect(care('restore', backup, '--data-dir', elsewhere).said).toContain('Restored: 2 broadcasts');
  expect(care('restore', backup, '--data-dir', elsewhere).said).toContain('is not empty');
  const second = await here.start(elsewhere);
  for (const [segment, to] of [
    [0, 100],
    [1, 200],
    [2, 230],
  ] as const) {
    const bytes = await second.getBytes(live.segment(finished.id, 'v360', segment));
    expect(bytes.equals(partsOf('v360', segment * 100, to))).toBe(true);
  }
  expect(await second.getBytes(live.strip(finished.id, 1))).toEqual(testStrip());
  const again = growing.at(second);
  const bytes = await second.getBytes(live.piece(growing.id, 'a128', 1, 3, 20));
  expect(bytes.equals(partsOf('a128', 115, 120))).toBe(true);
  second.clock.advance(60_000);
  await again.sendTicks(137, 200);
  expect((await again.end(200)).status).toBe(200);
  await second.origin.close();
});

test('what is not a backup, and a damaged one, is not restored', async () => {
  await using here = await place();
  const backup = path.join(here.root, 'backup');
  const first = await here.start();
  const { finished } = await record(first);
  await first.origin.close();
  expect(care('backup', backup, '--data-dir', path.join(here.root, 'nothing')).said).toContain('There is no Tabcast');
  expect(care('backup', backup, '--data-dir', here.data).code).toBe(0);
  const target = path.join(here.root, 'target');
  expect(care('restore', here.root, '--data-dir', target).said).toContain('is no backup');
  await truncate(path.join(backup, 'broadcasts', finished.id, 'v360', '1.m4s'), 500);
  expect(care('restore', backup, '--data-dir', target)).toMatchObject({ code: 2 });
  expect(await readdir(target).catch(() => [])).toEqual([]);
});

test('scrub finds the segment that changed on the disk, and set aside it is never served again', async () => {
  await using here = await place();
  const first = await here.start();
  const { finished } = await record(first);
  const file = path.join(here.data, 'broadcasts', finished.id, 'v360', '1.m4s');
  // A segment is filed a moment after it is whole.
  await until(() => existsSync(file)).toBe(true);
  expect(care('scrub', '--data-dir', here.data)).toMatchObject({ code: 0 });
  const bytes = await readFile(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(file, bytes);
  const found = care('scrub', '--data-dir', here.data);
  expect(found.code).toBe(1);
  expect(found.said).toContain(`damaged: ${file}`);
  expect(found.said).toContain('1 damaged');
  await first.origin.close();
  const second = await here.start();
  // Pieces are compared when they are read: the middle one is not as it was, and from then on the segment is not there.
  const middle = live.piece(finished.id, 'v360', 1, 2, 5);
  expect((await second.get(middle)).status).toBe(503);
  expect((await second.getBytes(middle)).length).toBe(24);
  expect(care('scrub', '--set-aside', '--data-dir', here.data).code).toBe(1);
  expect(care('scrub', '--data-dir', here.data)).toMatchObject({ code: 0 });
  const answer = await second.get(live.segment(finished.id, 'v360', 1));
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await answer.arrayBuffer()).byteLength).toBe(24);
  const sound = await second.getBytes(live.segment(finished.id, 'v360', 0));
  expect(sound.equals(partsOf('v360', 0, 100))).toBe(true);
  await second.origin.close();
});
