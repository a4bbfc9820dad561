import { expect, test } from '@playwright/test';
import { LineMeter } from '../../src/play/line-meter.ts';
import { decideQuality, FRESH_QUALITY, highestWithin, type QualityMemory } from '../../src/play/quality.ts';

const LADDER = [700_000, 1_200_000, 2_500_000];
const SOUND = 130_000;

/** A line of `lineBps` that carries parts of `partBytes` every 100 ms, from `fromMs` on; returns when the last came. */
function carry(meter: LineMeter, lineBps: number, partBytes: number, fromMs: number, parts: number, freeAtMs = fromMs) {
  let freeAt = freeAtMs;
  for (let i = 0; i < parts; i++) {
    const madeMs = fromMs + (i + 1) * 100;
    freeAt = Math.max(freeAt, madeMs);
    for (let left = partBytes; left > 0; left -= 1448) {
      const bytes = Math.min(1448, left);
      freeAt += (bytes * 8000) / lineBps;
      meter.read(bytes, freeAt);
    }
    meter.part('video', madeMs, freeAt);
  }
  return freeAt;
}

test('the bytes after the first read of a burst over its time are the rate of the line', () => {
  const meter = new LineMeter();
  const atMs = carry(meter, 8_000_000, 31_000, 0, 10);
  const { bps, isFull } = meter.estimate(atMs + 100);
  expect(isFull).toBe(false);
  expect(bps).toBeGreaterThan(7_500_000);
  expect(bps).toBeLessThan(8_500_000);
});

test('parts that come later and later say that the line is full, and what arrives is its rate', () => {
  const meter = new LineMeter();
  carry(meter, 8_000_000, 31_000, 0, 20);
  const atMs = carry(meter, 1_600_000, 31_000, 2000, 10);
  const { bps, isFull } = meter.estimate(atMs);
  expect(isFull).toBe(true);
  expect(bps).toBeGreaterThan(1_400_000);
  expect(bps).toBeLessThan(1_800_000);
});

test('parts that a creator’s hiccup held up and that then come at once are no sign of a narrow line', () => {
  const meter = new LineMeter();
  carry(meter, 20_000_000, 31_000, 0, 20);
  // Four parts, ready together 400 ms after the first of them should have been.
  let freeAt = 2500;
  const rungs: number[] = [];
  for (let part = 21; part <= 24; part++) {
    for (let left = 31_000; left > 0; left -= 1448) {
      freeAt += (Math.min(1448, left) * 8000) / 20_000_000;
      meter.read(Math.min(1448, left), freeAt);
    }
    meter.part('video', part * 100, freeAt);
    rungs.push(decideQuality(2, LADDER, SOUND, meter.estimate(freeAt), FRESH_QUALITY, freeAt).rung);
  }
  expect(rungs).toEqual([2, 2, 2, 2]);
});

test('a fast line with small parts is not taken for a full one', () => {
  const meter = new LineMeter();
  const atMs = carry(meter, 100_000_000, 6000, 0, 300);
  expect(meter.estimate(atMs)).toMatchObject({ isFull: false });
});

test('after a jump the old arrival times are forgotten', () => {
  const meter = new LineMeter();
  carry(meter, 8_000_000, 31_000, 0, 20);
  carry(meter, 1_600_000, 31_000, 2000, 10);
  meter.forgetLateness();
  expect(meter.estimate(4000).isFull).toBe(false);
  expect(meter.lagMs(0.9)).toBeUndefined();
});

test('the target bears the later of sound and picture, and what a full line held up teaches nothing about jitter', () => {
  const meter = new LineMeter();
  for (let part = 1; part <= 100; part++) {
    meter.part('video', part * 100, part * 100 + 20);
    meter.part('audio', part * 100, part * 100 + 85);
  }
  expect(meter.lagMs(0.98)).toBe(85);
  for (let part = 101; part <= 130; part++) {
    meter.part('video', part * 100, part * 100 + 1000);
    meter.part('audio', part * 100, part * 100 + 1000);
  }
  expect(meter.estimate(14_000).isFull).toBe(true);
  expect(meter.lagMs(0.98)).toBe(85);
});

const free = (bps: number | undefined) => ({ bps, isFull: false, latenessMs: 0, isCarrying: false, isSilent: false });
const full = (bps: number) => ({ bps, isFull: true, latenessMs: 400, isCarrying: false, isSilent: false });

test('bytes that stopped are no sign of a narrow line, and after 3 s nothing is known about it', () => {
  const meter = new LineMeter();
  carry(meter, 8_000_000, 31_000, 0, 20);
  const atMs = carry(meter, 1_600_000, 31_000, 2000, 10);
  const then = meter.estimate(atMs);
  const silent = meter.estimate(atMs + 2900);
  expect(silent.isSilent).toBe(false);
  expect(silent.bps).toBeGreaterThan(0.9 * (then.bps ?? 0));
  expect(meter.estimate(atMs + 3100).isSilent).toBe(true);
  meter.read(1000, atMs + 3200);
  expect(meter.estimate(atMs + 3200).isSilent).toBe(false);
});

test('while nothing comes the quality stays, up as well as down', () => {
  let memory: QualityMemory = FRESH_QUALITY;
  for (const line of [full(0), free(undefined), free(9_000_000)])
    for (let nowMs = 0; nowMs < 60_000; nowMs += 500) {
      const decision = decideQuality(1, LADDER, SOUND, { ...line, isSilent: true }, memory, nowMs);
      expect(decision.rung).toBe(1);
      ({ memory } = decision);
    }
});

test('on a line cut to a fifth the top rung is left at the first decision', () => {
  expect(decideQuality(2, LADDER, SOUND, full(1_600_000), FRESH_QUALITY, 0).rung).toBe(0);
  expect(decideQuality(2, LADDER, SOUND, full(2_000_000), FRESH_QUALITY, 0).rung).toBe(1);
});

test('a full line never steps up', () => {
  expect(decideQuality(0, LADDER, SOUND, full(20_000_000), FRESH_QUALITY, 0).rung).toBe(0);
});

test('a line that is back is used at once', () => {
  expect(decideQuality(0, LADDER, SOUND, free(8_000_000), FRESH_QUALITY, 0).rung).toBe(2);
});

test('what plays is kept on a line a little tighter than a step up would want', () => {
  expect(decideQuality(2, LADDER, SOUND, free(3_000_000), FRESH_QUALITY, 0).rung).toBe(2);
  expect(decideQuality(1, LADDER, SOUND, free(3_000_000), FRESH_QUALITY, 0).rung).toBe(1);
});

test('a line between two rungs settles: every step up that had to be undone waits twice as long for the next', () => {
  let memory: QualityMemory = FRESH_QUALITY;
  let rung = 1;
  const ups: number[] = [];
  for (let nowMs = 0; nowMs < 300_000; nowMs += 2000) {
    const line = rung === 2 ? full(2_400_000) : free(3_600_000);
    const decision = decideQuality(rung, LADDER, SOUND, line, memory, nowMs);
    if (decision.rung > rung) ups.push(nowMs);
    rung = decision.rung;
    memory = decision.memory;
  }
  expect(ups.length).toBeLessThanOrEqual(7);
  expect(ups.length).toBeGreaterThan(1);
});

test('a line that became faster is believed at its next burst, and old bursts say nothing', () => {
  const meter = new LineMeter();
  carry(meter, 1_600_000, 12_000, 0, 40);
  const narrow = meter.estimate(4100).bps ?? 0;
  expect(narrow).toBeLessThan(1_800_000);
  // Parts too small to be a burst tell by their arrival alone.
  carry(meter, 8_000_000, 9000, 4000, 6);
  expect(meter.estimate(4700).bps).toBeUndefined();
  carry(meter, 8_000_000, 28_000, 4600, 1);
  expect(meter.estimate(4800).bps).toBeGreaterThan(7_500_000);
  expect(meter.estimate(4800 + 6000).bps).toBeUndefined();
});

test('what the line has carried for a second is kept, whatever one burst seems to say', () => {
  const meter = new LineMeter();
  carry(meter, 8_000_000, 31_000, 0, 9);
  expect(meter.estimate(1000).isCarrying).toBe(false);
  carry(meter, 8_000_000, 31_000, 900, 2);
  const carrying = meter.estimate(1150);
  expect(carrying.isCarrying).toBe(true);
  const misread = { ...carrying, bps: 2_000_000 };
  expect(decideQuality(2, LADDER, SOUND, misread, FRESH_QUALITY, 0).rung).toBe(2);
  expect(decideQuality(2, LADDER, SOUND, { ...misread, isCarrying: false }, FRESH_QUALITY, 0).rung).toBe(1);
  carry(meter, 1_600_000, 31_000, 1100, 6);
  expect(meter.estimate(2100).isCarrying).toBe(false);
});

test('a line too fast to be timed climbs one rung at a time', () => {
  const first = decideQuality(0, LADDER, SOUND, free(undefined), FRESH_QUALITY, 0);
  expect(first.rung).toBe(0);
  expect(decideQuality(0, LADDER, SOUND, free(undefined), first.memory, 9000).rung).toBe(1);
});

test('something always plays, even on a line below the lowest rung', () => {
  expect(highestWithin(LADDER, 100)).toBe(0);
});
