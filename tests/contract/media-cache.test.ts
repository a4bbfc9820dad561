import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { DiskSegmentStore } from '../../src/origin/disk-store.ts';
import { PROCESSING_MS } from '../../src/origin/lifecycle.ts';
import { MediaCache } from '../../src/origin/media-cache.ts';
import type { BroadcastStore } from '../../src/origin/segment-store.ts';
import { api, live } from '../../src/protocol/urls.ts';
import { sha256 } from '../unit/origin-test-media.ts';
import { TestOrigin } from '../unit/origin-test-server.ts';
import { bytesOf, read, SHAPE, segmentBytes } from './segment-store-suite.ts';

const ID = 'abcdefghijklmnop';
const PART_BYTES = 20_000;
/** A segment of them is four blocks. */
const parts = (from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => bytesOf(from + i, PART_BYTES)));

interface Filed {
  readonly root: string;
  readonly cache: MediaCache;
  readonly disk: DiskSegmentStore;
  readonly store: BroadcastStore;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A store with one finished segment of 2 MB. */
async function filed(): Promise<Filed> {
  const root = await mkdtemp(path.join(tmpdir(), 'tabcast-cache-'));
  const cache = new MediaCache(3e6);
  const fail = (error: unknown): never => {
    throw error;
  };
  const disk = new DiskSegmentStore(root, fail, { cache });
  const store = await disk.open(ID, SHAPE);
  for (let part = 0; part < 100; part++) {
    const bytes = bytesOf(part, PART_BYTES);
    expect(store.append('v720', part, bytes, sha256(bytes))).toBe('stored');
  }
  await store.sync();
  await expect.poll(() => store.segment('v720', 0)).toBeTruthy();
  const dispose = async (): Promise<void> => {
    await store.close();
    await rm(root, { recursive: true, force: true });
  };
  return { root, cache, disk, store, [Symbol.asyncDispose]: dispose };
}

test('whoever asks first reads from the disk, and all others share one more reading; every view is what was stored', async () => {
  await using here = await filed();
  const { store, cache } = here;
  for (const _ of ['from the disk', 'from memory']) {
    expect((await segmentBytes(store, 0))?.equals(parts(0, 100))).toBe(true);
    for (const range of [
      [0, 1],
      [524_287, 524_289],
      [100_000, 1_900_000],
      [1_999_999, 2_000_000],
    ] as const)
      expect((await segmentBytes(store, 0, range))?.equals(parts(0, 100).subarray(...range))).toBe(true);
    for (const [from, to] of [
      [0, 20],
      [25, 27],
      [99, 100],
      [0, 100],
    ] as const)
      expect((await read(store, 'v720', from, to)).equals(parts(from, to))).toBe(true);
  }
  // The first answer, then each of the four blocks.
  expect(cache.facts.fromDisk).toBe(1 + 4);
  expect(cache.facts.bytes).toBeGreaterThan(2e6);
});

test('a broadcast that is gone leaves nothing in memory', async () => {
  await using here = await filed();
  for (const _ of ['first', 'again']) await segmentBytes(here.store, 0);
  expect(here.cache.facts.bytes).toBeGreaterThan(2e6);
  await here.store.close();
  await here.disk.remove(ID);
  expect(here.cache.facts.bytes).toBe(0);
});

test('what changed on the disk before it came to memory is not served from there, and the whole segment goes', async () => {
  await using here = await filed();
  const { store, cache } = here;
  for (const _ of ['first', 'again']) expect((await read(store, 'v720', 0, 20)).equals(parts(0, 20))).toBe(true);
  expect(cache.facts.bytes).toBeGreaterThan(500_000);
  const file = path.join(here.root, ID, 'v720', '0.m4s');
  const bytes = await readFile(file);
  bytes[1_500_000] = (bytes[1_500_000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(segmentBytes(store, 0)).rejects.toThrow('part 75 has changed');
  expect(await store.segment('v720', 0)).toBeUndefined();
  expect(store.stored('v720').toJSON()).toEqual([]);
  expect(cache.facts.bytes).toBe(0);
});

test('a segment that is set aside while somebody may ask for it is broken off once, and then it is not there', async () => {
  await using here = await filed();
  const file = path.join(here.root, ID, 'v720', '0.m4s');
  await rename(file, `${file}.damaged`);
  await expect(segmentBytes(here.store, 0)).rejects.toThrow('ENOENT');
  expect(await here.store.segment('v720', 0)).toBeUndefined();
  expect(await here.store.read('v720', 0, 20)).toEqual([]);
});

test('MEDIA2: ranges, ETag and lengths are the same from memory; a broadcast that was deleted is 404 there too', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-cache-'));
  const cache = new MediaCache(1e6);
  const store = new DiskSegmentStore(path.join(dataDir, 'broadcasts'), () => {}, { cache });
  await using origin = await TestOrigin.start({ dataDir, store });
  const broadcast = await origin.live();
  origin.clock.advance(20_000);
  await broadcast.sendTicks(0, 120);
  await broadcast.end(120);
  origin.clock.advance(PROCESSING_MS);
  await expect.poll(() => broadcast.state()).toBe('sealed');
  const url = live.segment(broadcast.id, 'v360', 0);
  // Until then it is answered as it grew, without a length.
  await expect.poll(async () => (await origin.get(url, { method: 'HEAD' })).headers.has('etag')).toBe(true);
  const requests: Record<string, string>[] = [
    {},
    { range: 'bytes=10-19' },
    { range: 'bytes=-5' },
    { range: 'bytes=999999-' },
    { range: 'bytes=0-1', 'if-range': '"other"' },
  ];
  const seen = async (): Promise<unknown[]> => {
    const answers = [];
    for (const headers of requests) {
      const answer = await origin.get(url, { headers });
      const told = ['content-length', 'content-range', 'etag', 'cache-control'].map((name) => answer.headers.get(name));
      answers.push([answer.status, told, Buffer.from(await answer.arrayBuffer()).toString('base64')]);
    }
    return answers;
  };
  const first = await seen();
  const { fromDisk } = cache.facts;
  expect(fromDisk).toBe(2);
  expect(await seen()).toEqual(first);
  expect(cache.facts.fromDisk).toBe(fromDisk);
  expect((await origin.get(url, { method: 'HEAD' })).headers.get('content-length')).toBe(
    String((await origin.getBytes(url)).length),
  );
  const gone = await origin.get(api.broadcast(broadcast.id), { method: 'DELETE', headers: broadcast.headers });
  expect(gone.status).toBe(204);
  expect((await origin.get(url)).status).toBe(404);
  expect(cache.facts.bytes).toBe(0);
});
