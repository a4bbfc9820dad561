import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { Reel } from '../../src/mapreduce/reel.ts';
import { SlotCover, slotReachSeconds } from '../../src/mapreduce/slot-cover.ts';

/** A film that says how often it was opened, and which of its pictures nobody has closed. */
class Film {
  readonly #times: readonly number[];
  opened = 0;
  running = 0;
  readonly held = new Set<object>();

  constructor(times: readonly number[]) {
    this.#times = times;
  }

  readonly pictures = async function* (this: Film, fromSeconds: number) {
    this.opened++;
    this.running++;
    try {
      const first = Math.max(0, this.#times.filter((time) => time <= fromSeconds).length - 1);
      for (const seconds of this.#times.slice(first)) {
        const picture = { seconds, close: () => void this.held.delete(picture) };
        this.held.add(picture);
        yield picture;
      }
    } finally {
      this.running--;
    }
  }.bind(this);
}

type Picture = { readonly seconds: number; close(): void };

/** What each slot shows, as a worker makes it. */
async function made(reel: Reel<Picture>, fromSlot: number, toSlot: number, frameRate: number): Promise<number[]> {
  const cover = new SlotCover<Picture>({ fromSlot, toSlot, frameRate });
  const slots: number[] = [];
  const take = (one: ReturnType<typeof cover.finish>): void => {
    if (one === undefined) return;
    for (let slot = one.fromSlot; slot < one.toSlot; slot++) slots.push(one.picture.seconds);
    one.picture.close();
  };
  const from = slotReachSeconds(fromSlot, frameRate) - 1e-6;
  for await (const picture of reel.run(from, (seconds) => cover.isPast(seconds)))
    take(cover.push(picture, picture.seconds));
  take(cover.finish());
  return slots;
}

test('segments one after another are read from one decoder, and nothing is held when it is let go', async () => {
  const film = new Film(Array.from({ length: 90 }, (_, i) => i / 30));
  const reel = new Reel(film.pictures, 1 / 30);
  for (const from of [0, 30, 60]) expect(await made(reel, from, from + 30, 30)).toHaveLength(30);
  expect(film.opened).toBe(1);
  await reel.close();
  expect([film.held.size, film.running]).toEqual([0, 0]);
});

test('another segment than the next one begins anew, and the decoder that was there is let go', async () => {
  const film = new Film(Array.from({ length: 90 }, (_, i) => i / 30));
  const reel = new Reel(film.pictures, 1 / 30);
  await made(reel, 0, 30, 30);
  expect((await made(reel, 60, 75, 30))[0]).toBe(2);
  expect([film.opened, film.running]).toEqual([2, 1]);
  expect((await made(reel, 30, 60, 30))[0]).toBe(1);
  expect([film.opened, film.running]).toEqual([3, 1]);
});

test('a segment that fails half way leaves nothing behind, and the next begins anew', async () => {
  const film = new Film(Array.from({ length: 60 }, (_, i) => i / 30));
  const reel = new Reel(film.pictures, 1 / 30);
  const failing = async (): Promise<void> => {
    for await (const picture of reel.run(0, () => false)) {
      picture.close();
      throw new Error('an encoder failed');
    }
  };
  await expect(failing()).rejects.toThrow('an encoder failed');
  expect([film.held.size, film.running]).toEqual([0, 0]);
  expect(await made(reel, 30, 60, 30)).toHaveLength(30);
});

test('any rhythm: segments read from one decoder are those that are read apart', async () => {
  const rhythm = fc.array(fc.double({ min: 0.001, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(rhythm, fc.constantFrom(24, 30, 60), fc.integer({ min: 1, max: 40 }), async (gaps, rate, size) => {
      let at = -(gaps[0] ?? 0);
      const times = gaps.map((gap) => {
        at += gap;
        return at;
      });
      const total = Math.floor((times.at(-1) ?? 0) * rate + 0.5) + 1;
      const film = new Film(times);
      const through = new Reel(film.pictures, 1 / rate);
      for (let from = 0; from < total; from += size) {
        const to = Math.min(total, from + size);
        const apart = await made(new Reel(new Film(times).pictures, 1 / rate), from, to, rate);
        expect(await made(through, from, to, rate)).toEqual(apart);
      }
      await through.close();
      expect([film.held.size, film.running]).toEqual([0, 0]);
    }),
    { numRuns: 40 },
  );
});
