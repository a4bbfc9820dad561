import { expect, test } from '@playwright/test';
import type { BroadcastRecord } from '../../src/origin/broadcast-records.ts';
import { SavedRecord } from '../../src/origin/saved-record.ts';
import { until } from '../helpers/until.ts';

const record: BroadcastRecord = {
  id: 'abcdefgh12345678',
  title: 'Harbour',
  tokenHash: Buffer.alloc(32),
  state: 'reserved',
  createdMs: 0,
  start: undefined,
  endedMs: undefined,
  end: undefined,
  generation: 1,
  cuts: [],
  disowned: [],
  publishMs: 0,
  durationMs: 0,
  posterVersion: 0,
  ownerId: undefined,
  visibility: 'public',
};

/** A disk that takes one write after another, each when it is told to, or refuses it. */
function slowDisk() {
  const written: string[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  const save = (saved: BroadcastRecord): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push((error) => {
        if (error !== undefined) return reject(error);
        written.push(`${saved.title} ${saved.generation}`);
        resolve();
      });
    });
  const next = async (error?: Error): Promise<void> => {
    await until(() => waiting.length, { message: 'one at a time' }).toBe(1);
    waiting.shift()?.(error);
  };
  return { written, waiting, save, next };
}

test('a change is in force at once, and durable when its promise resolves; writes follow in order', async () => {
  const disk = slowDisk();
  const saved = new SavedRecord(record, disk);
  const first = saved.change({ title: 'Pier' });
  const second = saved.change({ generation: 2 });
  expect(saved.now).toMatchObject({ title: 'Pier', generation: 2 });
  await disk.next();
  await first;
  expect(disk.written).toHaveLength(1);
  await disk.next();
  await second;
  expect(disk.written.at(-1)).toBe('Pier 2');
  expect(disk.waiting).toHaveLength(0);
});

test('what is noted goes to the disk with the next change, not by itself', async () => {
  const disk = slowDisk();
  const saved = new SavedRecord(record, disk);
  saved.note({ title: 'Pier' });
  expect(saved.now.title).toBe('Pier');
  await saved.rest();
  expect(disk.waiting).toHaveLength(0);
  const change = saved.change({ generation: 2 });
  await disk.next();
  await change;
  expect(disk.written).toEqual(['Pier 2']);
});

test('a write that the disk refuses is told to who asked for it, and the next one is made all the same', async () => {
  const disk = slowDisk();
  const saved = new SavedRecord(record, disk);
  const refused = expect(saved.change({ title: 'Pier' })).rejects.toThrow('no room');
  const taken = saved.change({ generation: 2 });
  await disk.next(new Error('no room'));
  await refused;
  await disk.next();
  await taken;
  await saved.rest();
  expect(disk.written).toEqual(['Pier 2']);
});
