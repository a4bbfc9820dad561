import { expect, test } from '@playwright/test';
import type { BroadcastStore, SegmentStore } from '../../src/origin/segment-store.ts';
import { until } from '../helpers/until.ts';
import { sha256 } from '../unit/origin-test-media.ts';

const ID = 'abcdefghijklmnop';
export const SHAPE = { partsPerSegment: 100 } as const;

export const bytesOf = (part: number, length = 50): Buffer => Buffer.alloc(length, part & 0xff).fill(`${part};`, 0, 8);

export const appendAll = (store: BroadcastStore, track: string, from: number, to: number): void => {
  for (let part = from; part < to; part++) {
    const bytes = bytesOf(part);
    expect(store.append(track, part, bytes, sha256(bytes))).toBe('stored');
  }
};

const all = (from: number, to: number): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => bytesOf(from + i)));

export async function read(store: BroadcastStore, track: string, from: number, to: number): Promise<Buffer> {
  return Buffer.concat(await store.read(track, from, to));
}

export async function segmentBytes(
  store: BroadcastStore,
  segment: number,
  range?: readonly [number, number],
): Promise<Buffer | undefined> {
  const stored = await store.segment('v720', segment);
  if (stored === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of stored.read(...(range ?? [0, stored.bytes]))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A store that can be closed and opened again on the same bytes, as another process would. `dispose` closes all. */
export interface StoreUnderTest {
  readonly open: SegmentStore['open'];
  readonly reopen: (closed: BroadcastStore, shape: Parameters<SegmentStore['open']>[1]) => Promise<BroadcastStore>;
  readonly dispose: () => Promise<void>;
}

/** What every SegmentStore promises; each implementation runs all of it. */
export function segmentStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  const withStore = async (run: (open: BroadcastStore, under: StoreUnderTest) => Promise<void>): Promise<void> => {
    const under = await make();
    try {
      await run(await under.open(ID, SHAPE), under);
    } finally {
      await under.dispose();
    }
  };

  test(`${name}: a part is readable at once, by itself and in a run, and only where it is`, () =>
    withStore(async (store) => {
      appendAll(store, 'v720', 0, 5);
      appendAll(store, 'v720', 7, 9);
      expect(await read(store, 'v720', 2, 4)).toEqual(all(2, 4));
      expect((await store.read('v720', 0, 10)).length).toBe(7);
      expect((await store.read('a128', 0, 10)).length).toBe(0);
      expect(store.stored('v720').toJSON()).toEqual([
        { from: 0, to: 5 },
        { from: 7, to: 9 },
      ]);
    }));

  test(`${name}: after a sync everything taken is durable`, () =>
    withStore(async (store) => {
      appendAll(store, 'v720', 0, 700);
      expect(await store.sync()).toBe('ok');
      expect(store.durable('v720').toJSON()).toEqual([{ from: 0, to: 700 }]);
    }));

  test(`${name}: digests are known for every part, before and after its segment is complete`, () =>
    withStore(async (store) => {
      appendAll(store, 'v720', 0, 101);
      await store.sync();
      await until(() => store.segment('v720', 0)).toBeTruthy();
      expect(await store.digestOf('v720', 7)).toEqual(sha256(bytesOf(7)));
      expect(await store.digestOf('v720', 100)).toEqual(sha256(bytesOf(100)));
      expect(await store.digestOf('v720', 101)).toBeUndefined();
    }));

  test(`${name}: a segment exists when all of it is in, in whatever order it came`, () =>
    withStore(async (store) => {
      appendAll(store, 'v720', 50, 100);
      appendAll(store, 'v720', 1, 50);
      await store.sync();
      expect(await store.segment('v720', 0)).toBeUndefined();
      appendAll(store, 'v720', 0, 1);
      await store.sync();
      await until(() => store.segment('v720', 0)).toBeTruthy();
      expect(await segmentBytes(store, 0)).toEqual(all(0, 100));
      expect(await segmentBytes(store, 0, [60, 140])).toEqual(all(0, 100).subarray(60, 140));
      expect(await read(store, 'v720', 20, 30)).toEqual(all(20, 30));
    }));

  test(`${name}: the last segment is complete at the end that was announced`, () =>
    withStore(async (store, { reopen }) => {
      appendAll(store, 'v720', 0, 130);
      await store.sync();
      expect(await store.segment('v720', 1)).toBeUndefined();
      const ended = { ...SHAPE, endParts: { v720: 130 } };
      store.setShape(ended);
      await until(() => store.segment('v720', 1)).toBeTruthy();
      expect(await segmentBytes(store, 1)).toEqual(all(100, 130));
      expect(await store.read('v720', 125, 140)).toHaveLength(5);
      expect(await store.read('v720', 130, 140)).toEqual([]);
      const again = await reopen(store, ended);
      expect(await segmentBytes(again, 1)).toEqual(all(100, 130));
      expect(again.stored('v720').toJSON()).toEqual([{ from: 0, to: 130 }]);
    }));

  test(`${name}: reopened, everything is there, and goes on`, () =>
    withStore(async (store, { reopen }) => {
      await store.putInit('v720', Buffer.from('init'));
      await store.putInit('v720-12', Buffer.from('init of another encoder'));
      await store.putPoster(Buffer.from('poster'));
      await store.putStrip(1, Buffer.from('strip'));
      appendAll(store, 'v720', 0, 142);
      appendAll(store, 'a128', 0, 3);
      await store.sync();
      const etag = (await store.segment('v720', 0))?.etag;
      const again = await reopen(store, SHAPE);
      expect(again.inits().get('v720')).toEqual(Buffer.from('init'));
      expect(again.inits().get('v720-12')).toEqual(Buffer.from('init of another encoder'));
      expect(await again.poster()).toEqual(Buffer.from('poster'));
      expect(await again.strip(1)).toEqual(Buffer.from('strip'));
      expect(await again.strip(0)).toBeUndefined();
      expect(again.strips().toJSON()).toEqual([{ from: 1, to: 2 }]);
      expect(again.stored('v720').toJSON()).toEqual([{ from: 0, to: 142 }]);
      expect(again.durable('a128').toJSON()).toEqual([{ from: 0, to: 3 }]);
      expect(await read(again, 'v720', 90, 142)).toEqual(all(90, 142));
      if (etag !== undefined) expect((await again.segment('v720', 0))?.etag).toBe(etag);
      appendAll(again, 'v720', 142, 200);
      await again.sync();
      await until(() => again.segment('v720', 1)).toBeTruthy();
      expect(await segmentBytes(again, 1)).toEqual(all(100, 200));
    }));
}
