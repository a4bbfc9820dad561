import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { checkInit } from '../../src/package/check-init.ts';
import { checkPart, type PartExpectation } from '../../src/package/check-part.ts';
import { DEFAULT_GRID, FRAME_RATES, type Grid } from '../../src/protocol/grid.ts';
import { audioTrack, box, initOf, type PartTweak, partBytes, u32, videoTrack } from './origin-test-media.ts';

const expectation = (track: 'v360' | 'a128', part: number, grid: Grid = DEFAULT_GRID): PartExpectation => ({
  kind: track === 'v360' ? 'video' : 'audio',
  trackNumber: track === 'v360' ? 1 : 2,
  timescale: track === 'v360' ? 90_000 : 48_000,
  defaults: { duration: 0, size: 0, flags: 0 },
  grid,
  part,
});

const reasonOf = (track: 'v360' | 'a128', part: number, tweak: PartTweak): string => {
  const check = checkPart(partBytes(track, part, DEFAULT_GRID, tweak), expectation(track, part));
  return check.kind === 'bad' ? check.reason : 'ok';
};

for (const frameRate of FRAME_RATES)
  test(`GRID3 PART3: every part of three segments is taken at ${frameRate} frames a second`, () => {
    const grid: Grid = { ...DEFAULT_GRID, frameRate };
    let videoFrames = 0;
    let audioFrames = 0;
    for (let part = 0; part < 300; part++) {
      const video = checkPart(partBytes('v360', part, grid), expectation('v360', part, grid));
      const audio = checkPart(partBytes('a128', part, grid), expectation('a128', part, grid));
      expect([video.kind, audio.kind]).toEqual(['ok', 'ok']);
      if (video.kind === 'ok') videoFrames += video.samples;
      if (audio.kind === 'ok') audioFrames += audio.samples;
    }
    expect(videoFrames).toBe(30 * frameRate);
    expect(audioFrames).toBe(Math.ceil((30 * 48_000) / 1024));
  });

test('GRID3: one-frame parts are taken', () => {
  const grid: Grid = { ...DEFAULT_GRID, partsPerSegment: 300 };
  for (let part = 0; part < 301; part++)
    for (const track of ['v360', 'a128'] as const)
      expect(checkPart(partBytes(track, part, grid), expectation(track, part, grid)).kind).toBe('ok');
});

test('PART3: samples far into a broadcast of a month are exact', () => {
  const part = 10 * 60 * 60 * 24 * 30;
  expect(reasonOf('v360', part, {})).toBe('ok');
  expect(reasonOf('a128', part, {})).toBe('ok');
});

test('PART3: a picture may stand for the slots after its own', () => {
  for (const lasting of [[3], [1, 2], [2, 1]]) {
    const check = checkPart(partBytes('v360', 3, DEFAULT_GRID, { lasting }), expectation('v360', 3));
    expect(check).toEqual({ kind: 'ok', startTicks: 27_000, endTicks: 36_000, samples: lasting.length });
  }
});

const refusals: readonly [string, 'v360' | 'a128', number, PartTweak, RegExp][] = [
  ['PART1: styp is missing on the first part', 'v360', 100, { hasStyp: false }, /expected styp prft moof mdat/],
  ['PART1: styp on another part', 'v360', 3, { hasStyp: true }, /expected prft moof mdat/],
  ['PART2: another track number in tfhd', 'v360', 3, { trackNumber: 2 }, /names/],
  ['PART2: the data offset points elsewhere', 'a128', 3, { dataOffset: 8 }, /data offset is 8/],
  ['PART2: no sample', 'v360', 3, { sampleCount: 0 }, /0 samples/],
  ['PART3: tfdt off the grid of slots', 'v360', 3, { tfdt: 27_001 }, /not on the grid/],
  ['PART3: tfdt in another part', 'v360', 3, { tfdt: 36_000 }, /lies in part 4/],
  ['PART3: the first slot is left out', 'v360', 3, { tfdt: 30_000, sampleCount: 2 }, /after its first frame/],
  ['PART3: a sample too many', 'v360', 3, { sampleCount: 4 }, /in part 4/],
  ['PART3: sound off the grid of 1024', 'a128', 3, { tfdt: 14_337 }, /not on the grid/],
  ['PART3: a picture that lasts into the next part', 'v360', 3, { lasting: [1, 3] }, /in part 4/],
  ['PART3: a picture that lasts for nothing', 'v360', 3, { lasting: [0, 3] }, /lasts 0 ticks/],
  ['PART3: a picture that lasts for half a slot', 'v360', 3, { lasting: [1.5, 1.5] }, /lasts 4500 ticks/],
  ['PART3: sound that lasts for two frames', 'a128', 3, { lasting: [2, 1] }, /lasts 2048 ticks/],
  ['PART4: a GOP without a sync sample', 'v360', 20, { sync: false }, /without a sync sample/],
  ['PART4: a sync sample off the grid', 'v360', 21, { sync: true }, /sync sample off the grid/],
  ['PART5: prft that is not captured', 'v360', 3, { prftFlags: 0 }, /prft flags are 0/],
];
for (const [name, track, part, tweak, reason] of refusals)
  test(`${name} is refused`, () => expect(reasonOf(track, part, tweak)).toMatch(reason));

test('PART1: anything after mdat, in front, or cut off is refused', () => {
  const good = partBytes('v360', 3, DEFAULT_GRID);
  const check = (bytes: Buffer): string => checkPart(bytes, expectation('v360', 3)).kind;
  expect(check(good)).toBe('ok');
  expect(check(Buffer.concat([good, box('free')]))).toBe('bad');
  expect(check(Buffer.concat([box('emsg', u32(0, 0)), good]))).toBe('bad');
  expect(check(Buffer.concat([good, good]))).toBe('bad');
  expect(check(Buffer.alloc(0))).toBe('bad');
  for (let length = 0; length < good.length; length++)
    if (check(good.subarray(0, length)) !== 'bad') throw new Error(`the first ${length} bytes were taken`);
});

test('hostile sizes and counts give a reason, not an exception', () => {
  const check = (bytes: Buffer): string => checkPart(bytes, expectation('v360', 3)).kind;
  const kinds = new Set<string>();
  for (const size of [0, 1, 7, 9, 0x7fffffff, 0xffffffff]) {
    const bytes = Buffer.from(partBytes('v360', 3, DEFAULT_GRID));
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const hurt = Buffer.from(bytes);
      hurt.writeUInt32BE(size, at);
      kinds.add(check(hurt));
    }
  }
  expect(kinds).toEqual(new Set(['ok', 'bad']));
  const many = Buffer.concat(Array.from({ length: 100_000 }, () => box('free')));
  expect(check(many)).toBe('bad');
});

test('mutated parts never throw, and what is taken still adds up', () => {
  const originals = [partBytes('v360', 0, DEFAULT_GRID), partBytes('v360', 3, DEFAULT_GRID)];
  const mutation = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(1), mutation, fc.nat(), (which, changes, cut) => {
      const bytes = Buffer.from(originals[which] ?? Buffer.alloc(0));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const cutBytes = cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
      const part = which === 0 ? 0 : 3;
      const check = checkPart(cutBytes, expectation('v360', part));
      if (check.kind === 'bad') return check.reason.length > 0;
      return check.startTicks === part * 9000 && check.endTicks <= (part + 1) * 9000;
    }),
    { numRuns: 20_000 },
  );
});

test('PART6: an init segment says its track, its clock, its codec and its size', () => {
  expect(checkInit(initOf(videoTrack(360)))).toEqual({
    kind: 'ok',
    facts: {
      trackNumber: 1,
      timescale: 90_000,
      defaults: { duration: 0, size: 0, flags: 0 },
      media: {
        kind: 'video',
        codecs: 'avc1.42c01f',
        width: 720,
        height: 360,
        avcC: Buffer.from([1, 66, 192, 31, 255, 224, 0]),
      },
    },
  });
  expect(checkInit(initOf(audioTrack))).toMatchObject({ kind: 'ok', facts: { media: { kind: 'audio' } } });
});

test('PART6: two tracks, an edit list, no mvex, cut off or not an init segment: refused', () => {
  const good = initOf(videoTrack(360));
  const reason = (bytes: Buffer): string => {
    const check = checkInit(bytes);
    return check.kind === 'bad' ? check.reason : 'ok';
  };
  expect(reason(initOf(videoTrack(360), [box('trak')]))).toMatch(/2 trak/);
  expect(reason(Buffer.from(good.toString('latin1').replace('mvex', 'free'), 'latin1'))).toMatch(/0 mvex/);
  expect(reason(Buffer.from(good.toString('latin1').replace('hdlr', 'edts'), 'latin1'))).not.toBe('ok');
  expect(reason(partBytes('v360', 0, DEFAULT_GRID))).toMatch(/expected ftyp moov/);
  for (let length = 0; length < good.length; length++) expect(reason(good.subarray(0, length))).not.toBe('ok');
});

test('mutated init segments never throw', () => {
  const originals = [initOf(videoTrack(360)), initOf(audioTrack)];
  const mutation = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(1), mutation, (which, changes) => {
      const bytes = Buffer.from(originals[which] ?? Buffer.alloc(0));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return ['ok', 'bad'].includes(checkInit(bytes).kind);
    }),
    { numRuns: 20_000 },
  );
});
