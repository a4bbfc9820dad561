import { expect, test } from '@playwright/test';
import { DiskSegmentStore } from '../../src/origin/disk-store.ts';
import type { BroadcastStore, StoreShape } from '../../src/origin/segment-store.ts';
import type { PartRange } from '../../src/protocol/part.ts';
import { randomOf, rounds } from '../helpers/random.ts';
import { until } from '../helpers/until.ts';
import { sha256 } from '../unit/origin-test-media.ts';
import { type Crash, StrictFiles } from './strict-files.ts';

const ID = 'abcdefghijklmnop';
const ROOT = '/data';
const TRACKS = ['v720', 'a128'] as const;
const CRASHES: readonly Crash[] = ['forget', 'keep', 'torn', 'torn'];

const bytesOf = (track: string, part: number): Buffer =>
  Buffer.alloc(40 + ((part * 13 + track.length) % 90), `${track}/${part};`);
const INIT = Buffer.from('init of v720');

/** What had been promised to the outside when the power went, and what had been asked for. */
interface Promised {
  readonly durable: ReadonlyMap<string, readonly PartRange[]>;
  readonly hasInit: boolean;
  readonly shape: StoreShape;
}

const covers = (ranges: readonly PartRange[], { from, to }: PartRange): boolean =>
  ranges.some((range) => range.from <= from && range.to >= to);

/** Opens what a crash left and holds it to the promises; throws with the reason. */
async function examine(disk: StrictFiles, promised: Promised): Promise<void> {
  const errors: unknown[] = [];
  const open = (): Promise<BroadcastStore> =>
    new DiskSegmentStore(ROOT, (error) => errors.push(error), { files: disk }).open(ID, promised.shape);
  for (const opening of ['first', 'second'] as const) {
    const store = await open();
    if (promised.hasInit && store.inits().get('v720')?.equals(INIT) !== true)
      throw new Error(`${opening}: the init segment is lost`);
    const init = store.inits().get('v720');
    if (init !== undefined && !init.equals(INIT)) throw new Error(`${opening}: the init segment is torn`);
    for (const track of TRACKS) {
      const stored = store.stored(track).toJSON();
      for (const range of promised.durable.get(track) ?? [])
        if (!covers(stored, range)) throw new Error(`${opening}: ${track} ${range.from}..${range.to} is lost`);
      for (const { from, to } of stored) {
        const parts = await store.read(track, from, to);
        if (parts.length !== to - from) throw new Error(`${opening}: ${track} ${from}..${to} cannot be read`);
        for (const [i, part] of parts.entries())
          if (!part.equals(bytesOf(track, from + i))) throw new Error(`${opening}: ${track}/${from + i} is torn`);
      }
    }
    // It goes on where it was: the next part is taken and becomes durable.
    const next = Math.max(store.stored('v720').end, promised.shape.holes?.[0]?.to ?? 0);
    const more = bytesOf('v720', next);
    if (promised.shape.endParts === undefined) {
      expect(store.append('v720', next, more, sha256(more))).toBe('stored');
      expect(await store.sync()).toBe('ok');
      expect(store.durable('v720').has(next)).toBe(true);
    }
    await store.close();
  }
  expect(errors).toEqual([]);
}

/** A session with everything that writes: init, parts in and out of order, segments, a hole, a short end. */
async function session(
  disk: StrictFiles,
  random: () => number,
  onShape: (shape: StoreShape) => void,
  watch: (store: BroadcastStore, hasInit: boolean) => void,
): Promise<void> {
  let shape: StoreShape = { partsPerSegment: 100 };
  onShape(shape);
  const store = await new DiskSegmentStore(
    ROOT,
    (error) => {
      throw error;
    },
    { files: disk },
  ).open(ID, shape);
  watch(store, false);
  await store.putInit('v720', INIT);
  watch(store, true);
  const append = (track: string, from: number, to: number): void => {
    const parts = Array.from({ length: to - from }, (_, i) => from + i).sort(() => random() - 0.5);
    for (const part of parts) {
      const bytes = bytesOf(track, part);
      store.append(track, part, bytes, sha256(bytes));
    }
  };
  for (let from = 0; from < 140; from += 10 + Math.floor(random() * 30)) {
    for (const track of TRACKS) append(track, store.stored(track).end, Math.min(140, from + 40));
    await store.sync();
  }
  await store.putPoster(Buffer.from('poster'));
  shape = { ...shape, holes: [{ from: 140, to: 300 }] };
  onShape(shape);
  store.setShape(shape);
  for (const track of TRACKS) append(track, 300, 430);
  await store.sync();
  shape = { ...shape, endParts: { v720: 430, a128: 430 } };
  onShape(shape);
  store.setShape(shape);
  await until(() => store.segment('a128', 4)).toBeTruthy();
  await store.close();
}

for (const seed of rounds(1, 60))
  test(`P1 P3: a crash after any single call to the disk loses nothing that was durable and shows nothing torn (seed ${seed})`, async () => {
    test.setTimeout(120_000);
    const random = randomOf(seed);
    const disk = new StrictFiles();
    const clones: { disk: StrictFiles; promised: Promised; what: string }[] = [];
    let shape: StoreShape = { partsPerSegment: 100 };
    let watched: { store: BroadcastStore; hasInit: boolean } | undefined;
    disk.after = (call, file) => {
      const promised: Promised = {
        durable: new Map(TRACKS.map((track) => [track, watched?.store.durable(track).toJSON() ?? []])),
        hasInit: watched?.hasInit ?? false,
        shape,
      };
      for (const kind of CRASHES)
        clones.push({ disk: disk.crash(kind, random), promised, what: `${kind} after ${call} ${file}` });
    };
    await session(
      disk,
      random,
      (changed) => {
        shape = changed;
      },
      (store, hasInit) => {
        watched = { store, hasInit };
      },
    );
    expect(clones.length).toBeGreaterThan(150);
    for (const clone of clones) {
      try {
        await examine(clone.disk, clone.promised);
      } catch (error) {
        throw new Error(`seed ${seed}, ${clone.what}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
