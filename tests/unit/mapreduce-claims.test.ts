import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { claimProblem } from '../../src/mapreduce/file-claims.ts';
import { planRecording } from '../../src/mapreduce/recording-plan.ts';
import { countsTooMany } from '../../src/mapreduce/sample-claims.ts';

const UINT32_MAX = 0xffff_ffff;

const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32BE(number, i * 4);
  return bytes;
};

const box = (type: string, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([words(8 + body.length), Buffer.from(type, 'latin1'), body]);
};

interface Sample {
  readonly stts?: readonly number[];
  readonly ctts?: readonly number[];
  readonly stsz?: readonly number[];
}

/** Three pictures of 100, 50 and 50 bytes, in another order than they are shown, and what is changed of it. */
function indexOf({ stts = [3, 1], ctts = [3, 1], stsz = [0, 3, 100, 50, 50] }: Sample = {}): Uint8Array {
  const tables = [
    box('stts', words(0, stts.length / 2, ...stts)),
    ...(ctts.length === 0 ? [] : [box('ctts', words(0, ctts.length / 2, ...ctts))]),
    box('stsz', words(0, ...stsz)),
  ];
  return box('moov', box('mvhd', words(0, 0)), box('trak', box('mdia', box('minf', box('stbl', ...tables)))));
}

test('an index that counts more pictures than its file can hold is not listed', () => {
  expect(countsTooMany(indexOf(), 1000)).toBe(false);
  expect(countsTooMany(indexOf({ stts: [UINT32_MAX, 1] }), 1000), 'times').toBe(true);
  expect(countsTooMany(indexOf({ ctts: [1, 1, UINT32_MAX, 1] }), 1000), 'order').toBe(true);
  expect(countsTooMany(indexOf({ stts: [UINT32_MAX, 1], stsz: [0, UINT32_MAX, 100] }), 1000), 'sizes').toBe(true);
  expect(countsTooMany(indexOf({ stts: [UINT32_MAX, 1], stsz: [100, UINT32_MAX] }), 1000), 'one size').toBe(true);
  expect(countsTooMany(indexOf({ stts: [9, 1], stsz: [100, 9] }), 1000), 'one size that fits').toBe(false);
});

test('raw sound, of which nothing is listed, may have any number of samples', () => {
  expect(countsTooMany(indexOf({ stts: [UINT32_MAX, 1], ctts: [], stsz: [4, UINT32_MAX] }), 1000)).toBe(false);
});

test('an index of any bytes is looked at without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(400), (bytes, at) => {
      const index = indexOf();
      index.set(bytes.subarray(0, Math.max(0, index.length - at)), Math.min(at, index.length));
      countsTooMany(index, 1000);
      countsTooMany(bytes, 1000);
    }),
  );
  const deep = Buffer.concat(
    Array.from({ length: 100_000 }, (_, i) => Buffer.concat([words(8 * (100_000 - i)), Buffer.from('mdia')])),
  );
  expect(countsTooMany(box('moov', deep), deep.length)).toBe(false);
});

test('what a file says of its length and size is believed up to eleven days and 16384 pixels a side', () => {
  const plan = (videoTo: number) =>
    planRecording({ videoFrom: 0, videoTo, soundFrom: undefined, soundTo: undefined, pictureRate: 25 });
  const size = { width: 7680, height: 4320 };
  expect(claimProblem(plan(1_000_000), size)).toBeUndefined();
  expect(claimProblem(plan(1_000_001), size)).toEqual({
    code: 'too_long',
    message: 'This file says that it lasts longer than 11 days, which are the most that is taken. It may be damaged.',
  });
  for (const seconds of [UINT32_MAX, Number.POSITIVE_INFINITY, Number.NaN])
    expect(claimProblem(plan(seconds), size)?.code, String(seconds)).toBe('too_long');
  expect(claimProblem(plan(10), { width: 65_535, height: 65_535 })).toEqual({
    code: 'too_large',
    message:
      'This file says that its picture has 65535 × 65535 pixels, and 16384 a side are the most that is taken. It may be damaged.',
  });
  for (const side of [0, Number.NaN, 16_385])
    expect(claimProblem(plan(10), { ...size, width: side })?.code).toBe('too_large');
});
