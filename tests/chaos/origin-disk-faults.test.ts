import { expect, test } from '@playwright/test';
import { DiskSegmentStore } from '../../src/origin/disk-store.ts';
import type { BroadcastStore } from '../../src/origin/segment-store.ts';
import { randomOf, rounds } from '../helpers/random.ts';
import { until } from '../helpers/until.ts';
import { sha256 } from '../unit/origin-test-media.ts';
import { type Call, StrictFiles } from './strict-files.ts';

const ID = 'abcdefghijklmnop';
const SHAPE = { partsPerSegment: 100 } as const;
const bytesOf = (part: number): Buffer => Buffer.alloc(60 + (part % 40), `${part};`);

const append = (store: BroadcastStore, part: number): 'stored' | 'full' | 'busy' =>
  store.append('v720', part, bytesOf(part), sha256(bytesOf(part)));

/** Whatever is called durable is there after power loss, and whatever is there is whole. */
async function examine(disk: StrictFiles, durable: readonly { from: number; to: number }[]): Promise<void> {
  const store = await new DiskSegmentStore('/data', () => {}, { files: disk }).open(ID, SHAPE);
  for (const { from, to } of durable) expect(store.stored('v720').covers(from, to)).toBe(true);
  for (const { from, to } of store.stored('v720').toJSON()) {
    const parts = await store.read('v720', from, to);
    expect(parts.length).toBe(to - from);
    for (const [i, part] of parts.entries()) expect(part.equals(bytesOf(from + i))).toBe(true);
  }
  await store.close();
}

const FAULTS: readonly { readonly code: string; readonly calls: readonly Call[]; readonly health: string }[] = [
  { code: 'EIO', calls: ['sync'], health: 'failing' },
  { code: 'EIO', calls: ['write', 'sync', 'syncDirectory'], health: 'failing' },
  { code: 'ENOSPC', calls: ['write', 'open'], health: 'full' },
  { code: 'EMFILE', calls: ['open'], health: 'failing' },
  { code: 'EROFS', calls: ['open', 'write', 'rename', 'mkdir', 'remove'], health: 'failing' },
];

for (const { code, calls, health } of FAULTS)
  test(`P1 P8: ${code} at ${calls.join(', ')} stops new parts only, loses nothing, and ends by itself`, async () => {
    const disk = new StrictFiles();
    const errors: unknown[] = [];
    const all = new DiskSegmentStore('/data', (error) => errors.push(error), { files: disk });
    const store = await all.open(ID, SHAPE);
    for (let part = 0; part < 60; part++) append(store, part);
    await store.sync();
    disk.before = (call, file) => {
      if (calls.includes(call)) throw Object.assign(new Error(`${code} ${file}`), { code });
    };
    let next = 60;
    // A journal that is open already needs no new descriptor: the fault strikes when the next file is made.
    await until(async () => {
      if (append(store, next) === 'stored') next++;
      for (; next % 100 !== 0 && append(store, next) === 'stored'; next++);
      await store.sync();
      return all.health() !== 'ok' || errors.length > 0;
    }).toBe(true);
    if (all.health() !== 'ok') {
      expect(all.health()).toBe(health);
      expect(append(store, 5000)).toBe(health === 'full' ? 'full' : 'busy');
    }
    // What is there is served meanwhile; only EMFILE and EROFS could keep a file from being opened.
    if (!calls.includes('open')) expect((await store.read('v720', 0, 60)).length).toBe(60);
    const durable = store.durable('v720').toJSON();
    disk.before = () => {};
    for (const kind of ['forget', 'torn', 'keep'] as const) await examine(disk.crash(kind, randomOf(7)), durable);
    await until(() => store.sync()).toBe('ok');
    for (; next < 100; next++) append(store, next);
    expect(await store.sync()).toBe('ok');
    expect(store.durable('v720').covers(0, next)).toBe(true);
    await store.close();
    await examine(disk.crash('forget', randomOf(7)), [{ from: 0, to: next }]);
  });

for (const seed of rounds(8, 300))
  test(`P8: a disk that fills up at any byte tears nothing, and goes on when there is room (seed ${seed})`, async () => {
    const random = randomOf(seed);
    const disk = new StrictFiles();
    const all = new DiskSegmentStore('/data', () => {}, { files: disk });
    const store = await all.open(ID, SHAPE);
    disk.roomBytes = Math.floor(random() * 15_000);
    let next = 0;
    while (all.health() === 'ok' && next < 150) {
      for (let i = 0; i < 8; i++) if (append(store, next) === 'stored') next++;
      await store.sync();
    }
    const durable = store.durable('v720').toJSON();
    for (const kind of ['forget', 'torn', 'keep'] as const) await examine(disk.crash(kind, random), durable);
    for (const { from, to } of store.stored('v720').toJSON())
      expect((await store.read('v720', from, to)).length).toBe(to - from);
    disk.roomBytes = Number.POSITIVE_INFINITY;
    await until(() => store.sync()).toBe('ok');
    while (next < 160) if (append(store, next) === 'stored') next++;
    expect(await store.sync()).toBe('ok');
    expect(store.durable('v720').covers(0, 160)).toBe(true);
    await until(() => store.segment('v720', 0)).toBeTruthy();
    await store.close();
    await examine(disk.crash('forget', random), [{ from: 0, to: 160 }]);
  });
