import { expect, test } from '@playwright/test';
import { canScale, I420Scaler, type Size } from '../../src/encode/i420-scaler.ts';
import { SCALE_KERNEL_BASE64, type ScaleKernel } from '../../src/encode/scale-kernel.ts';
import { scaleWeights } from '../../src/encode/scale-weights.ts';

async function open(from: Size, to: Size) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(Buffer.from(SCALE_KERNEL_BASE64, 'base64'), { env: { memory } });
  const scaler = new I420Scaler(instance.exports as unknown as ScaleKernel, memory, from, to);
  const { source, target } = scaler;
  return {
    scaler,
    source: new Uint8Array(memory.buffer, source.offset, source.byteLength),
    target: new Uint8Array(memory.buffer, target.offset, target.byteLength),
  };
}

/** The same arithmetic without vectors: down the columns, rounded, then along the row, rounded. */
function slowPlane(source: Uint8Array, from: Size, to: Size): number[] {
  const rows = scaleWeights(from.height, to.height, 128);
  const columns = scaleWeights(from.width, to.width, 16_384);
  const byte = (value: number): number => Math.max(0, Math.min(255, value));
  const sum = (taps: number, term: (tap: number) => number): number =>
    Array.from({ length: taps }, (_, tap) => term(tap)).reduce((total, value) => total + value, 0);
  return Array.from({ length: to.height }, (_, y) => {
    const line = Array.from({ length: from.width }, (_, x) => {
      const at = (tap: number): number => source[((rows.starts[y] ?? 0) + tap) * from.width + x] ?? 0;
      return byte((sum(rows.taps, (tap) => at(tap) * (rows.weights[y * rows.taps + tap] ?? 0)) + 64) >> 7);
    });
    return Array.from({ length: to.width }, (_, x) => {
      const at = (tap: number): number => line[(columns.starts[x] ?? 0) + tap] ?? 0;
      return byte((sum(columns.taps, (tap) => at(tap) * (columns.weights[x * columns.taps + tap] ?? 0)) + 8192) >> 14);
    });
  }).flat();
}

const SIZES: readonly [Size, Size][] = [
  [
    { width: 96, height: 54 },
    { width: 64, height: 36 },
  ],
  [
    { width: 128, height: 72 },
    { width: 84, height: 48 },
  ],
  [
    { width: 100, height: 60 },
    { width: 26, height: 16 },
  ],
];

for (const [from, to] of SIZES) {
  test(`every sample from ${from.width}x${from.height} to ${to.width}x${to.height} is what plain arithmetic gives`, async () => {
    const { scaler, source, target } = await open(from, to);
    let state = 1;
    for (let i = 0; i < source.length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      // Rows of black and white among the noise: the curve overshoots there.
      source[i] = i % 11 < 3 ? (i & 1) * 255 : state >>> 24;
    }
    scaler.scale();
    const luma = from.width * from.height;
    const small = to.width * to.height;
    const [half, smallHalf] = [from, to].map(({ width, height }) => ({ width: width / 2, height: height / 2 }));
    if (half === undefined || smallHalf === undefined) throw new Error('two sizes');
    const planes = [
      slowPlane(source.subarray(0, luma), from, to),
      slowPlane(source.subarray(luma, luma * 1.25), half, smallHalf),
      slowPlane(source.subarray(luma * 1.25), half, smallHalf),
    ];
    expect([...target.subarray(0, small)]).toEqual(planes[0]);
    expect([...target.subarray(small, small * 1.25)]).toEqual(planes[1]);
    expect([...target.subarray(small * 1.25)]).toEqual(planes[2]);
  });
}

test('a flat picture stays flat up to its edges, at every brightness', async () => {
  const { scaler, source, target } = await open({ width: 96, height: 54 }, { width: 64, height: 36 });
  for (const value of [0, 16, 128, 235, 255]) {
    source.fill(value);
    scaler.scale();
    expect(new Set(target)).toEqual(new Set([value]));
  }
});

test('every group of weights adds up to one and stays inside the line', () => {
  for (const [from, to] of [
    [1920, 1280],
    [1080, 720],
    [1280, 848],
    [1440, 360],
    [32, 16],
  ] as const) {
    const { taps, starts, weights } = scaleWeights(from, to, 128);
    expect(taps).toBeLessThanOrEqual(8);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...starts) + taps).toBeLessThanOrEqual(from);
    const sums = starts.map((_, i) => weights.slice(i * taps, (i + 1) * taps).reduce((sum, weight) => sum + weight, 0));
    expect(new Set(sums)).toEqual(new Set([128]));
  }
});

test('pictures that are not larger, that are odd or more than four times as wide are left to the encoder', () => {
  const hd = { width: 1920, height: 1080 };
  expect(canScale(hd, { width: 1280, height: 720 })).toBe(true);
  expect(canScale({ width: 1080, height: 1920 }, { width: 720, height: 1280 })).toBe(true);
  expect(canScale(hd, hd)).toBe(false);
  expect(canScale({ width: 640, height: 360 }, { width: 1280, height: 720 })).toBe(false);
  expect(canScale({ width: 1921, height: 1080 }, { width: 1280, height: 720 })).toBe(false);
  expect(canScale({ width: 7680, height: 4320 }, { width: 1280, height: 720 })).toBe(false);
});
