import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import { isSameConfig, parameterSets } from '../../src/encode/avcc.ts';
import { afterFailure, HANG_MS, hasHung, leftOutBy, rungsFor } from '../../src/encode/encoder-choice.ts';
import { judgeTrial, PROMPT_FRAMES } from '../../src/encode/encoder-trial.ts';
import { CoreEncoder, CorePool, type FfmpegCore, MAX_RUNS } from '../../src/encode/ffmpeg-core.ts';
import { type FlvSample, FlvSamples } from '../../src/encode/flv-samples.ts';
import { candidateRungs } from '../../src/encode/ladder.ts';
import { allocateRing, ListSource, RingSource, RingWriter } from '../../src/encode/picture-ring.ts';
import type { X264Run } from '../../src/encode/x264-arguments.ts';
import { TestOrigin } from './origin-test-server.ts';

const CORE = new URL('../../node_modules/@ffmpeg/core/dist/esm/', import.meta.url);
const SIZE = { width: 160, height: 96, bitrateBps: 200_000, frameRate: 30 };
const RUN: X264Run = { ...SIZE, keyEverySlots: 60, keyPhase: 0 };
const pictureBytes = (SIZE.width * SIZE.height * 3) / 2;

const picture = (index: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(pictureBytes).fill(128);
  for (let i = 0; i < SIZE.width * SIZE.height; i++) bytes[i] = 40 + ((i * 7 + index * 13) % 160);
  return bytes;
};
const pictures = (count: number) => Array.from({ length: count }, (_, i) => picture(i));

let compiled: Promise<WebAssembly.Module> | undefined;

/** The real core in this process; its script only wants to know where it is. */
async function createCore(): Promise<FfmpegCore> {
  compiled ??= WebAssembly.compile(readFileSync(new URL('ffmpeg-core.wasm', CORE)));
  const module = await compiled;
  Object.assign(globalThis, { self: { location: { href: CORE.href } } });
  const { default: create } = (await import(new URL('ffmpeg-core.js', CORE).href)) as {
    readonly default: (options: object) => Promise<FfmpegCore>;
  };
  return await create({
    mainScriptUrlOrBlob: `${CORE.href}#${btoa('{}')}`,
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      void WebAssembly.instantiate(module, imports).then(done);
      return {};
    },
  });
}

function encode(core: CoreEncoder, run: X264Run, count: number) {
  const samples: FlvSample[] = [];
  core.run(run, new ListSource(pictures(count)), (sample) => samples.push(sample));
  return {
    configs: samples.filter((sample) => sample.kind === 'config'),
    frames: samples.filter((sample) => sample.kind === 'frame'),
  };
}

const keysOf = (frames: readonly FlvSample[]): number[] =>
  frames.flatMap((frame, i) => (frame.kind === 'frame' && frame.isKey ? [i] : []));

test.describe('with the real core', () => {
  test.skip(!existsSync(CORE), 'the optional package @ffmpeg/core is not installed');

  test('every picture comes out, the first one too, with keys on the grid whatever slot is the first', async () => {
    const core = new CoreEncoder(await createCore());
    const { configs, frames } = encode(core, { ...RUN, keyPhase: 10 }, 600);
    expect(configs).toHaveLength(1);
    expect(frames).toHaveLength(600);
    expect(keysOf(frames)).toEqual([0, ...Array.from({ length: 10 }, (_, i) => 50 + 60 * i)].filter((i) => i < 600));
  });

  test('a sample is out before the next picture is asked for: nothing is held back', async () => {
    const core = new CoreEncoder(await createCore());
    const source = new ListSource(pictures(20));
    let out = 0;
    const outAtRead: number[] = [];
    const watched = {
      read: (target: Uint8Array) => {
        // Such a small picture is read in one go.
        outAtRead.push(out);
        return source.read(target);
      },
    };
    core.run(RUN, watched, (sample) => {
      if (sample.kind === 'frame') out++;
    });
    expect(outAtRead.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('two runs of the same settings describe themselves with the same bytes', async () => {
    const pool = new CorePool(createCore);
    const first = encode(await pool.take(), RUN, 3).configs[0];
    const second = encode(await pool.take(), RUN, 3).configs[0];
    expect(first).toEqual(second);
  });

  test('150 runs survive: the instance is renewed long before it dies', async () => {
    let made = 0;
    const pool = new CorePool(() => {
      made++;
      return createCore();
    });
    for (let i = 0; i < 150; i++) {
      const { frames } = encode(await pool.take(), RUN, 2);
      expect(frames).toHaveLength(2);
    }
    // Those in use, and the spare that waits.
    expect(made).toBe(Math.ceil(150 / MAX_RUNS) + 1);
  });

  test('what FFmpeg refuses is an error with its words, and the instance is not used again', async () => {
    const core = new CoreEncoder(await createCore());
    expect(() => encode(core, { ...RUN, width: 161 }, 1)).toThrow(/FFmpeg ended with \d+: .*not divisible by 2/);
    expect(core.isFresh).toBe(false);
  });
});

test('a stream in pieces of any size gives the same samples', () => {
  const tag = (type: number, ...body: number[]) => [
    [type, 0, 0, body.length, 0, 0, 0, 0, 0, 0, 0],
    body,
    [0, 0, 0, body.length + 11],
  ];
  const groups = [
    [0x46, 0x4c, 0x56, 1, 1, 0, 0, 0, 9, 0, 0, 0, 0],
    ...tag(18, 2, 0, 1),
    ...tag(9, 0x17, 0, 0, 0, 0, 1, 100),
    ...tag(9, 0x17, 1, 0, 0, 0, 7, 7, 7),
    ...tag(9, 0x27, 1, 0, 0, 0, 8),
    ...tag(9, 0x17, 2, 0, 0, 0),
  ];
  const stream = Uint8Array.from(groups.flat());
  const expected = [
    { kind: 'config', avcC: Uint8Array.of(1, 100) },
    { kind: 'frame', isKey: true, data: Uint8Array.of(7, 7, 7) },
    { kind: 'frame', isKey: false, data: Uint8Array.of(8) },
  ];
  for (const size of [1, 7, 1000]) {
    const reader = new FlvSamples();
    const found: FlvSample[] = [];
    for (let at = 0; at < stream.length; at += size) found.push(...reader.push(stream.slice(at, at + size)));
    expect(found).toEqual(expected);
  }
});

test('an origin without the fallback says how to add it; with it, it serves it to isolated workers with its licence', async () => {
  await using without = await TestOrigin.start();
  const absent = await without.get('/ffmpeg/ffmpeg-core.wasm');
  expect(absent.status).toBe(404);
  expect(await absent.text()).toContain('npm install @ffmpeg/core');
  const dir = await mkdtemp(path.join(tmpdir(), 'tabcast-fallback-'));
  const packageDir = path.join(dir, 'core');
  await mkdir(path.join(packageDir, 'dist', 'esm'), { recursive: true });
  await writeFile(path.join(packageDir, 'dist', 'esm', 'ffmpeg-core.wasm'), 'plain');
  const fallback = { packageDir, cacheDir: dir };
  await using origin = await TestOrigin.start({ fallback });
  expect((await origin.get('/ffmpeg/ffmpeg-core.wasm')).status).toBe(404);
  await writeFile(path.join(packageDir, 'package.json'), JSON.stringify({ version: '0.12.10' }));
  const plain = await origin.get('/ffmpeg/ffmpeg-core.wasm');
  expect([plain.status, await plain.text()]).toEqual([200, 'plain']);
  await writeFile(path.join(dir, 'ffmpeg-core-0.12.10.wasm.gz'), gzipSync('plain'));
  const packed = await origin.get('/ffmpeg/ffmpeg-core.wasm', { headers: { 'accept-encoding': 'gzip' } });
  expect([packed.headers.get('content-encoding'), await packed.text()]).toEqual(['gzip', 'plain']);
  expect(packed.headers.get('content-type')).toBe('application/wasm');
  expect(packed.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  const etag = packed.headers.get('etag') ?? '';
  const headers = { 'accept-encoding': 'gzip', 'if-none-match': etag };
  expect((await origin.get('/ffmpeg/ffmpeg-core.wasm', { headers })).status).toBe(304);
  const notice = await (await origin.get('/ffmpeg/NOTICE.txt')).text();
  expect(notice).toContain('GNU General Public License');
  expect(notice).toContain('https://github.com/ffmpegwasm/ffmpeg.wasm/tree/v0.12.10');
  await rm(dir, { recursive: true });
});

test('the package is optional: nothing of the product names it in a build, and it is no dependency', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as Record<string, Record<string, string>>;
  expect(Object.keys({ ...dependencies, ...devDependencies })).not.toContain('@ffmpeg/core');
  expect(Object.keys(optionalDependencies ?? {})).toEqual(['@ffmpeg/core']);
});

test('the ring gives bytes in order, is full when it is full, and ends', () => {
  const memory = allocateRing(4);
  const writer = new RingWriter(memory);
  const source = new RingSource(memory);
  const target = new Uint8Array(3);
  let written = 0;
  for (let room = writer.room; room !== undefined; room = writer.room) {
    room.fill(++written);
    writer.commit();
  }
  expect(written).toBe(8);
  const read: number[] = [];
  for (let count = 0; count < 4; count++) {
    const got = source.read(target);
    read.push(...target.subarray(0, got));
  }
  expect(read).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  expect(writer.room).toBeDefined();
  writer.end();
  for (let left = 6 * 2; left > 0; left--) expect(source.read(target)).toBeGreaterThan(0);
  expect(source.read(target)).toBe(0);
});

test('a reader that waits gets the picture that another thread writes later', async () => {
  const memory = allocateRing(4);
  const code = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.url).then(({ RingSource }) => {
      const target = new Uint8Array(4);
      parentPort.postMessage('waiting');
      const count = new RingSource(workerData.memory).read(target);
      parentPort.postMessage([count, ...target]);
    });`;
  const url = new URL('../../src/encode/picture-ring.ts', import.meta.url).href;
  const worker = new Worker(code, { eval: true, workerData: { memory, url } });
  const messages: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message) => {
      messages.push(message);
      if (message !== 'waiting') resolve();
      else {
        const writer = new RingWriter(memory);
        writer.room?.fill(9);
        writer.commit();
      }
    });
  });
  await worker.terminate();
  expect(messages).toEqual(['waiting', [4, 9, 9, 9, 9]]);
});

test('one failure is forgiven; a second within half a minute goes to the next implementation', () => {
  const first = afterFailure([], 1_000);
  expect(first.next).toBe('again');
  expect(afterFailure(first.failures, 30_900).next).toBe('another');
  expect(afterFailure(first.failures, 31_000)).toEqual({ failures: [31_000], next: 'again' });
});

test('an encoder has hung when its oldest picture has been inside for over three seconds, beyond what it always keeps', () => {
  expect(HANG_MS).toBe(3_000);
  expect(hasHung(undefined, 9_000_000, 0)).toBe(false);
  expect(hasHung(0, 3_000, 0)).toBe(false);
  expect(hasHung(0, 3_001, 0)).toBe(true);
  expect(hasHung(500, 4_900, 1_400)).toBe(false);
  expect(hasHung(500, 4_901, 1_400)).toBe(true);
});

test('the fallback gets one quality for most and one for the weakest, none above 480p, and says so', () => {
  const rungs = candidateRungs(1920, 1080);
  expect(rungsFor('webcodecs', rungs)).toEqual(rungs);
  expect(rungsFor('wasm', rungs).map(({ height }) => height)).toEqual([480, 240]);
  expect(leftOutBy('wasm', rungs).map(({ height }) => height)).toEqual([1080, 720, 360]);
  expect(leftOutBy('webcodecs', rungs)).toEqual([]);
  const only720 = rungs.filter(({ height }) => height >= 720);
  expect(rungsFor('wasm', only720).map(({ height }) => height)).toEqual([720]);
  expect(rungsFor('wasm', rungs.slice(-1)).map(({ height }) => height)).toEqual([240]);
});

test('an encoder is tried by what comes out: another order or nothing is of no use, one that keeps pictures is told', () => {
  expect(judgeTrial(1, [0, 1, 2, 3])).toEqual({ kind: 'usable', heldFrames: 0 });
  expect(judgeTrial(PROMPT_FRAMES, [0, 1])).toEqual({ kind: 'usable', heldFrames: 0 });
  expect(judgeTrial(41, [0, 1, 2])).toEqual({ kind: 'usable', heldFrames: 41 });
  expect(judgeTrial(1, [0, 2, 1])).toEqual({ kind: 'unusable' });
  expect(judgeTrial(undefined, [])).toEqual({ kind: 'unusable' });
});

test('parameter sets stand in a sample with their lengths', () => {
  const avcC = Uint8Array.of(1, 66, 0, 30, 0xff, 0xe1, 0, 2, 0x67, 66, 1, 0, 1, 0x68);
  expect(parameterSets(avcC)).toEqual(Uint8Array.of(0, 0, 0, 2, 0x67, 66, 0, 0, 0, 1, 0x68));
  expect(isSameConfig(avcC, Uint8Array.from(avcC))).toBe(true);
  expect(isSameConfig(avcC, avcC.subarray(1))).toBe(false);
});
