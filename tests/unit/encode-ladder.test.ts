import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { colourCodes } from '../../src/encode/cicp.ts';
import { h264Candidates, h264Level } from '../../src/encode/codec-candidates.ts';
import { frameRateFor } from '../../src/encode/frame-rate.ts';
import { candidateRungs, chooseLadder, ENCODER_SHARE, encoderLoad, UPLINK_SHARE } from '../../src/encode/ladder.ts';

const FAST = [1080, 720, 480, 360, 240].map((height) => ({ height, fps: 1000 }));
const heights = (rungs: readonly { height: number }[]) => rungs.map((rung) => rung.height);

test('a 1080p camera offers five rungs with widths of whole macroblocks', () => {
  const rungs = candidateRungs(1920, 1080);
  expect(rungs.map((rung) => [rung.width, rung.height])).toEqual([
    [1920, 1080],
    [1280, 720],
    [848, 480],
    [640, 360],
    [432, 240],
  ]);
});

test('no rung is larger than the source, whatever its shape', () => {
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 8000 }), fc.integer({ min: 64, max: 5000 }), (width, height) => {
      const rungs = candidateRungs(width, height);
      expect(rungs.length).toBeGreaterThan(0);
      for (const rung of rungs) {
        expect(rung.width % 16).toBe(0);
        expect(rung.height % 2).toBe(0);
        expect(rung.height).toBeLessThanOrEqual(height + 1);
      }
    }),
  );
});

test('a fast machine on a fast line keeps every rung', () => {
  const choice = chooseLadder(candidateRungs(1920, 1080), FAST, 30, 50_000_000, 128_000);
  expect(heights(choice.rungs)).toEqual([1080, 720, 480, 360, 240]);
  expect(choice.leftOut).toEqual([]);
});

test('the ladder stays within 70 % of the uplink and of the machine, and one rung always stays', () => {
  fc.assert(
    fc.property(fc.integer({ min: 300_000, max: 30_000_000 }), fc.integer({ min: 10, max: 300 }), (uplink, fps) => {
      const candidates = candidateRungs(1920, 1080);
      const speeds = candidates.map((rung) => ({ height: rung.height, fps: (fps * 1080 * 1080) / rung.height ** 2 }));
      const { rungs, leftOut } = chooseLadder(candidates, speeds, 30, uplink, 128_000);
      expect(rungs.length + leftOut.length).toBe(5);
      const total = rungs.reduce((sum, rung) => sum + rung.bitrateBps, 0);
      expect(total).toBeLessThanOrEqual(Math.max(uplink * UPLINK_SHARE - 128_000, 150_000));
      if (rungs.length > 1) expect(encoderLoad(rungs, speeds, 30)).toBeLessThanOrEqual(ENCODER_SHARE);
      for (const rung of leftOut) expect(rung.reason).toContain(`${rung.height}p`);
    }),
  );
});

test('what went for the sake of a best quality that is too much anyway comes back', () => {
  const speeds = [1080, 720, 480, 360, 240].map((height, i) => ({ height, fps: [40, 120, 250, 400, 700][i] ?? 0 }));
  const { rungs, leftOut } = chooseLadder(candidateRungs(1920, 1080), speeds, 30, 90_000_000, 128_000);
  expect(heights(rungs)).toEqual([720, 480, 360, 240]);
  expect(heights(leftOut)).toEqual([1080]);
});

test('nothing that would fit as well is left out', () => {
  fc.assert(
    fc.property(fc.integer({ min: 300_000, max: 30_000_000 }), fc.integer({ min: 10, max: 300 }), (uplink, fps) => {
      const candidates = candidateRungs(1920, 1080);
      const speeds = candidates.map((rung) => ({ height: rung.height, fps: (fps * 1080 * 1080) / rung.height ** 2 }));
      const { rungs } = chooseLadder(candidates, speeds, 30, uplink, 128_000);
      for (const rung of candidates.filter(({ height }) => !heights(rungs).includes(height))) {
        const more = [...rungs, rung];
        const bps = more.reduce((sum, { bitrateBps }) => sum + bitrateBps, 128_000);
        expect(encoderLoad(more, speeds, 30) > ENCODER_SHARE || bps > uplink * UPLINK_SHARE).toBe(true);
      }
    }),
  );
});

test('what is left out says whether the line or the machine is the reason', () => {
  const slow = [{ height: 1080, fps: 30 }, ...FAST.slice(1)];
  expect(chooseLadder(candidateRungs(1920, 1080), slow, 30, 50_000_000, 128_000).leftOut.at(-1)?.reason).toMatch(
    /machine/,
  );
  expect(chooseLadder(candidateRungs(1920, 1080), FAST, 30, 4_000_000, 128_000).leftOut[0]?.reason).toMatch(/uplink/);
});

test('levels follow from size and rate; High is asked for before Main and Constrained Baseline', () => {
  expect(h264Level(640, 360, 30)).toBe(30);
  expect(h264Level(1280, 720, 30)).toBe(31);
  expect(h264Level(1280, 720, 60)).toBe(32);
  expect(h264Level(1920, 1080, 30)).toBe(40);
  expect(h264Level(1920, 1080, 60)).toBe(42);
  expect(h264Level(3840, 2160, 30)).toBe(51);
  expect(h264Candidates(1280, 720, 30)).toEqual(['avc1.64001f', 'avc1.4d001f', 'avc1.42e01f']);
});

test('a camera keeps its own rate when the grid has it', () => {
  expect([29.97, 30, 25, 24, 15, 20, 60, undefined].map((fps) => frameRateFor(fps))).toEqual([
    30, 30, 25, 24, 30, 30, 30, 30,
  ]);
  expect(frameRateFor(60, 60)).toBe(60);
});

test('colours that nobody named are not claimed', () => {
  expect(colourCodes(undefined)).toBeUndefined();
  expect(colourCodes({ primaries: null, transfer: null, matrix: null, fullRange: false })).toBeUndefined();
  expect(colourCodes({ primaries: 'smpte170m', transfer: 'bt709', matrix: 'smpte170m', fullRange: true })).toEqual({
    primaries: 6,
    transfer: 1,
    matrix: 6,
    isFullRange: true,
  });
});
