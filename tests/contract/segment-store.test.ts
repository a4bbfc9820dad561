import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { DiskSegmentStore } from '../../src/origin/disk-store.ts';
import { encodeHeader, scanJournal } from '../../src/origin/journal-format.ts';
import { MemorySegmentStore } from '../../src/origin/memory-store.ts';
import { decodeIndex, encodeIndex } from '../../src/origin/segment-file.ts';
import type { BroadcastStore } from '../../src/origin/segment-store.ts';
import { until } from '../helpers/until.ts';
import { sha256 } from '../unit/origin-test-media.ts';
import { appendAll, bytesOf, read, SHAPE, type StoreUnderTest, segmentStoreContract } from './segment-store-suite.ts';

const ID = 'abcdefghijklmnop';
const fail = (error: unknown): never => {
  throw error;
};

async function diskStore(): Promise<StoreUnderTest & { root: string }> {
  const root = await mkdtemp(path.join(tmpdir(), 'tabcast-store-'));
  const opened: BroadcastStore[] = [];
  const open: StoreUnderTest['open'] = async (id, shape) => {
    const store = await new DiskSegmentStore(root, fail).open(id, shape);
    opened.push(store);
    return store;
  };
  return {
    root,
    open,
    reopen: async (before, shape) => {
      await before.close();
      return open(ID, shape);
    },
    dispose: async () => {
      for (const store of opened) await store.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

segmentStoreContract('disk', diskStore);
segmentStoreContract('memory', async () => {
  const store = new MemorySegmentStore();
  const open: StoreUnderTest['open'] = (id, shape) => store.open(id, shape);
  return { open, reopen: (_before, shape) => open(ID, shape), dispose: async () => {} };
});

const journals = async (root: string): Promise<string[]> =>
  (await readdir(path.join(root, ID))).filter((name) => name.endsWith('.tbj')).map((name) => path.join(root, ID, name));

test('disk: a segment is one file per track and its index, and the journal lets go of it', async () => {
  const { root, open: openStore, reopen, dispose } = await diskStore();
  const open = await openStore(ID, SHAPE);
  appendAll(open, 'v720', 0, 100);
  await open.sync();
  await until(() => open.segment('v720', 0)).toBeTruthy();
  const again = await reopen(open, SHAPE);
  expect(await journals(root)).toEqual([]);
  expect((await readdir(path.join(root, ID, 'v720'))).sort()).toEqual(['0.idx', '0.m4s']);
  expect(await read(again, 'v720', 0, 100)).toEqual(await readFile(path.join(root, ID, 'v720', '0.m4s')));
  await dispose();
});

test('disk: a torn tail costs the torn part and nothing else', async () => {
  const { root, open: openStore, reopen, dispose } = await diskStore();
  let open = await openStore(ID, SHAPE);
  appendAll(open, 'v720', 0, 10);
  await open.sync();
  const [journal = ''] = await journals(root);
  for (const torn of [60, 60, 60]) {
    await open.close();
    const { length } = await readFile(journal);
    await truncate(journal, length - torn);
    open = await reopen(open, SHAPE);
    const end = open.stored('v720').end;
    expect(await read(open, 'v720', 0, end)).toEqual(Buffer.concat(Array.from({ length: end }, (_, i) => bytesOf(i))));
  }
  expect(open.stored('v720').toJSON()).toEqual([{ from: 0, to: 8 }]);
  appendAll(open, 'v720', 8, 10);
  await open.sync();
  open = await reopen(open, SHAPE);
  expect(open.stored('v720').toJSON()).toEqual([{ from: 0, to: 10 }]);
  await dispose();
});

test('disk: garbage behind the last record, and one bad part between good ones', async () => {
  const { root, open: openStore, reopen, dispose } = await diskStore();
  let open = await openStore(ID, SHAPE);
  appendAll(open, 'v720', 0, 5);
  await open.sync();
  await open.close();
  const [journal = ''] = await journals(root);
  await appendFile(journal, Buffer.alloc(5000, 7));
  const bytes = await readFile(journal);
  const middle = scanJournal(bytes)[2];
  bytes[(middle?.offset ?? 0) + 20] = 0xee;
  await writeFile(journal, bytes);
  open = await reopen(open, SHAPE);
  expect(open.stored('v720').toJSON()).toEqual([
    { from: 0, to: 2 },
    { from: 3, to: 5 },
  ]);
  await dispose();
});

test('disk: a file that was being written when the power went is not seen', async () => {
  const { root, open: openStore, reopen, dispose } = await diskStore();
  let open = await openStore(ID, SHAPE);
  appendAll(open, 'v720', 0, 101);
  await open.sync();
  await until(() => open.segment('v720', 0)).toBeTruthy();
  await open.close();
  await writeFile(path.join(root, ID, 'v720', '1.m4s.tmp'), 'half');
  await writeFile(path.join(root, ID, 'v720', '1.idx'), 'half');
  await writeFile(path.join(root, ID, 'init-v720.mp4.tmp'), 'half');
  open = await reopen(open, SHAPE);
  expect(open.stored('v720').toJSON()).toEqual([{ from: 0, to: 101 }]);
  expect(open.inits().size).toBe(0);
  expect(await readdir(path.join(root, ID, 'v720'))).not.toContain('1.m4s.tmp');
  appendAll(open, 'v720', 101, 200);
  await open.sync();
  await until(() => open.segment('v720', 1)).toBeTruthy();
  await dispose();
});

test('disk: no folder is ever named by anything but a broadcast id', async () => {
  const { open: openStore, dispose } = await diskStore();
  for (const id of ['../../../../etc00', '', 'ABCDEFGHIJKLMNOP', 'abcdefghijklmno/'])
    await expect(openStore(id, SHAPE)).rejects.toThrow();
  await dispose();
});

test('a journal record and an index are read back, and damage is noticed', () => {
  const bytes = bytesOf(9);
  const record = Buffer.concat([encodeHeader('v1080', 4_000_000_000, bytes.length, sha256(bytes)), bytes]);
  const [found] = scanJournal(Buffer.concat([record, record.subarray(0, 70)]));
  expect(found).toMatchObject({ track: 'v1080', part: 4_000_000_000, length: bytes.length, offset: 56 });
  const parts = [1, 2, 3].map((part) => ({ length: part, digest: sha256(bytesOf(part)) }));
  const index = encodeIndex(parts);
  expect(decodeIndex(index)).toMatchObject({ offsets: [0, 1, 3, 6], parts });
  for (let at = 0; at < index.length; at++) {
    const hurt = Buffer.from(index);
    hurt[at] = (hurt[at] ?? 0) ^ 1;
    if (decodeIndex(hurt) !== undefined) throw new Error(`byte ${at} is not checked`);
    if (decodeIndex(index.subarray(0, at)) !== undefined) throw new Error(`${at} bytes are taken for an index`);
  }
});

test('disk: without room new parts are refused, old ones are read, and it goes on when there is room', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'tabcast-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', root], { stdio: 'ignore' });
  } catch {
    test.skip(true, 'mounting a small file system needs rights that this user does not have');
  }
  try {
    const errors: unknown[] = [];
    const disk = new DiskSegmentStore(root, (error) => errors.push(error));
    const store = await disk.open(ID, SHAPE);
    await writeFile(path.join(root, 'ballast'), Buffer.alloc(1_500_000));
    const big = (part: number): Buffer => bytesOf(part, 100_000);
    let taken = 0;
    await until(async () => {
      if (store.append('v720', taken, big(taken), sha256(big(taken))) === 'stored') taken++;
      await store.sync();
      return disk.health();
    }).toBe('full');
    expect(store.append('v720', 500, big(500), sha256(big(500)))).toBe('full');
    const durable = store.durable('v720').end;
    expect(durable).toBeGreaterThan(0);
    expect(await read(store, 'v720', 0, durable)).toEqual(
      Buffer.concat(Array.from({ length: durable }, (_, i) => big(i))),
    );
    await rm(path.join(root, 'ballast'));
    await until(() => disk.health()).toBe('ok');
    await store.sync();
    expect(store.durable('v720').toJSON()).toEqual([{ from: 0, to: taken }]);
    expect(errors).toEqual([]);
    await store.close();
  } finally {
    execFileSync('umount', [root]);
    await rm(root, { recursive: true, force: true });
  }
});
