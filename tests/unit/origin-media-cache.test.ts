import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { expect, test } from '@playwright/test';
import type { RawRequest, RawResponse } from '../../src/origin/media-answer.ts';
import { MediaCache } from '../../src/origin/media-cache.ts';
import { serveSegment } from '../../src/origin/serve-segment.ts';

const KB = 1024;
/** Ten entries of 9 kB, each with what it takes beside. */
const BUDGET = 100 * KB;

interface Disk {
  readonly load: (name: string) => () => Promise<Buffer>;
  readonly loaded: string[];
}

function disk(): Disk {
  const loaded: string[] = [];
  return {
    loaded,
    load: (name) => async () => {
      loaded.push(name);
      return Buffer.alloc(9 * KB, name);
    },
  };
}

test('it never keeps more than its budget, and lets go of what nobody asked for the longest', async () => {
  const cache = new MediaCache(BUDGET);
  const { load, loaded } = disk();
  for (let i = 0; i < 1000; i++) {
    await cache.read(`${i}`, 0, load(`${i}`));
    await cache.read('popular', 0, load('popular'));
    expect(cache.facts.bytes).toBeLessThanOrEqual(BUDGET);
  }
  expect(cache.facts.bytes).toBe(BUDGET);
  expect(loaded.filter((name) => name === 'popular').length).toBe(1);
  loaded.length = 0;
  for (let i = 999; i >= 990; i--) await cache.read(`${i}`, 0, load(`${i}`));
  expect(loaded).toEqual(['990']);
  expect(cache.facts).toMatchObject({ budgetBytes: BUDGET, fromMemory: 999 + 9, fromDisk: 1001 + 1 });
});

test('many small entries are counted with what they take beside their bytes', async () => {
  const cache = new MediaCache(BUDGET);
  for (let i = 0; i < 1000; i++) await cache.read(`${i}`, 0, async () => Buffer.alloc(1));
  expect(cache.facts.bytes).toBeLessThanOrEqual(BUDGET);
  expect(cache.facts.bytes).toBeGreaterThan(90 * KB);
});

test('what is larger than the budget is read and not kept; a budget of nothing keeps nothing', async () => {
  const cache = new MediaCache(8 * KB);
  const { load, loaded } = disk();
  expect((await cache.read('large', 0, load('large'))).length).toBe(9 * KB);
  expect((await cache.read('large', 0, load('large'))).length).toBe(9 * KB);
  expect(loaded).toEqual(['large', 'large']);
  expect(cache.facts.bytes).toBe(0);
});

test('a hundred who ask at once are served by one read, and by one Buffer', async () => {
  const cache = new MediaCache(BUDGET);
  const { load, loaded } = disk();
  const all = await Promise.all(Array.from({ length: 100 }, () => cache.read('one', 0, load('one'))));
  expect(loaded).toEqual(['one']);
  expect(new Set(all).size).toBe(1);
});

test('a read that failed fails for those who waited, and the next one reads again', async () => {
  const cache = new MediaCache(BUDGET);
  const fail = (): Promise<Buffer> => Promise.reject(new Error('EIO'));
  const both = await Promise.allSettled([cache.read('one', 0, fail), cache.read('one', 0, fail)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const { load } = disk();
  expect(await cache.read('one', 0, load('one'))).toEqual(Buffer.alloc(9 * KB, 'one'));
});

test('what was forgotten is read anew, also when it was still being read; the rest stays', async () => {
  const cache = new MediaCache(BUDGET);
  const { load, loaded } = disk();
  await cache.read('a/1', 0, load('a/1'));
  await cache.read('ab/1', 0, load('ab/1'));
  let arrive: (bytes: Buffer) => void = () => undefined;
  const late = cache.read('a/2', 0, () => new Promise((resolve) => (arrive = resolve)));
  cache.forget('a/');
  expect(cache.facts.bytes).toBe(10 * KB);
  arrive(Buffer.alloc(9 * KB));
  await late;
  expect(cache.facts.bytes).toBe(10 * KB);
  for (const name of ['a/1', 'a/2', 'ab/1']) await cache.read(name, 0, load(name));
  expect(loaded).toEqual(['a/1', 'ab/1', 'a/1', 'a/2']);
});

/** Asks for so many names in turn, and reads what is worth keeping, as an answer does. */
async function ask(cache: MediaCache, from: number, to: number): Promise<boolean[]> {
  const worth: boolean[] = [];
  for (let i = from; i < to; i++) {
    worth.push(cache.isWorthKeeping(`${i}`, 9 * KB));
    if (worth.at(-1) === true) await cache.read(`${i}`, 0, disk().load(`${i}`));
  }
  return worth;
}

test('with room, what is asked for twice is kept; without, only what is asked for four times, and that stays kept', async () => {
  const cache = new MediaCache(BUDGET);
  expect(await ask(cache, 0, 10)).toEqual(Array(10).fill(false));
  expect(cache.facts.bytes).toBe(0);
  expect(await ask(cache, 0, 10)).toEqual(Array(10).fill(true));
  expect(cache.facts).toMatchObject({ bytes: BUDGET, fromMemory: 0, fromDisk: 20 });
  for (const isWorthIt of [false, false, false, true, true])
    expect(await ask(cache, 10, 12)).toEqual(Array(2).fill(isWorthIt));
  expect(await ask(cache, 20, 30)).toEqual(Array(10).fill(false));
  expect(await ask(cache, 2, 10)).toEqual(Array(8).fill(true));
  expect(cache.facts).toMatchObject({ bytes: BUDGET, fromMemory: 2 + 8, fromDisk: 20 + 6 + 2 + 10 });
});

test('what was asked for too long ago, or is forgotten, begins anew; with a budget of nothing nothing is worth it', async () => {
  const cache = new MediaCache(BUDGET);
  await ask(cache, 0, 1);
  await ask(cache, 10, 20);
  expect(await ask(cache, 0, 1)).toEqual([false]);
  cache.forget('1');
  expect(await ask(cache, 10, 20)).toEqual(Array(10).fill(false));
  const none = new MediaCache(0);
  for (const _ of [1, 2, 3, 4, 5]) expect(none.isWorthKeeping('0', 1)).toBe(false);
});

/** A viewer who takes what is written, or who stopped reading and never says that there is room. */
class Viewer extends Writable {
  taken = 0;
  readonly #isStuck: boolean;
  constructor(isStuck: boolean) {
    super({ highWaterMark: 64 * KB });
    this.#isStuck = isStuck;
  }
  writeHead(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken += chunk.length;
    if (!this.#isStuck) setImmediate(done);
  }
}

const BLOCK = 512 * KB;

/** Answers with a segment of a hundred blocks; the one at `brokenAt` cannot be read, or is not there any more. */
function answerTo(
  viewer: Viewer,
  brokenAt = 100,
  how: 'fails' | 'ends' = 'fails',
): { readBlocks: number; isClosed: boolean; errors: unknown[] } {
  const seen = { readBlocks: 0, isClosed: false, errors: [] as unknown[] };
  const segment = {
    bytes: 100 * BLOCK,
    etag: 'e'.repeat(64),
    async *read() {
      try {
        for (; seen.readBlocks < 100; seen.readBlocks++) {
          if (seen.readBlocks === brokenAt && how === 'ends') return;
          if (seen.readBlocks === brokenAt) throw new Error('EIO');
          yield Buffer.alloc(BLOCK);
        }
      } finally {
        seen.isClosed = true;
      }
    },
  };
  const request = { method: 'GET', headers: {} } as RawRequest;
  const report = (error: unknown): void => void seen.errors.push(error);
  serveSegment(request, viewer as unknown as RawResponse, { track: 'v720', segment, report });
  return seen;
}

test('P6 a viewer who reads nothing holds one block of a segment, and nothing once they have gone', async () => {
  const viewer = new Viewer(true);
  const seen = answerTo(viewer);
  await expect.poll(() => viewer.taken).toBe(BLOCK);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toMatchObject({ readBlocks: 0, isClosed: false });
  viewer.destroy();
  await expect.poll(() => seen.isClosed).toBe(true);
  expect(seen).toMatchObject({ readBlocks: 0, errors: [] });
});

test('P6 who goes while a block is being read costs nothing more, and nobody else notices', async () => {
  let arrive: (bytes: Buffer) => void = () => undefined;
  const coming = new Promise<Buffer>((resolve) => (arrive = resolve));
  let isClosed = false;
  const segment = {
    bytes: 2 * BLOCK,
    etag: 'e'.repeat(64),
    async *read() {
      try {
        yield Buffer.alloc(KB);
        yield await coming;
        throw new Error('it went on reading');
      } finally {
        isClosed = true;
      }
    },
  };
  const errors: unknown[] = [];
  let isLeft = false;
  const server = createServer((request, response) => {
    response.once('close', () => {
      isLeft = true;
    });
    serveSegment(request, response, { track: 'v720', segment, report: (error) => errors.push(error) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  const [answer] = await once(client, 'response');
  await once(answer, 'data');
  client.destroy();
  await expect.poll(() => isLeft).toBe(true);
  arrive(Buffer.alloc(BLOCK));
  await expect.poll(() => isClosed).toBe(true);
  expect(errors).toEqual([]);
  server.close();
});

test('P2 all of a segment is sent and the answer ends; when some of it cannot be read the connection breaks instead', async () => {
  const whole = new Viewer(false);
  answerTo(whole);
  await expect.poll(() => whole.writableFinished).toBe(true);
  expect(whole.taken).toBe(100 * BLOCK);
  const torn = new Viewer(false);
  const seen = answerTo(torn, 3);
  await expect.poll(() => torn.destroyed).toBe(true);
  expect(torn.writableEnded).toBe(false);
  expect(seen.errors).toEqual([new Error('EIO')]);
  const short = new Viewer(false);
  const ended = answerTo(short, 3, 'ends');
  await expect.poll(() => short.destroyed).toBe(true);
  expect(short.writableEnded).toBe(false);
  expect(ended.errors).toHaveLength(1);
});
