import { expect, test } from '@playwright/test';
import { ClockMap } from '../../src/lib/clock-map.ts';
import { estimateClock } from '../../src/lib/clock-sync.ts';
import { quantile } from '../../src/lib/quantile.ts';
import { SlewedOffset } from '../../src/lib/slewed-offset.ts';
import { standstillBetween } from '../../src/lib/standstill.ts';
import { micros, millis } from '../../src/protocol/time.ts';
import { MemorySpool } from '../../src/spool/memory-spool.ts';

/** Arrivals of a device: its own epoch, `ppm` fast, each up to 15 ms late. */
function* arrivals(seconds: number, ppm = 0) {
  let seed = 7;
  for (let i = 0; i < seconds * 30; i++) {
    const truth = (i / 30) * 1_000_000;
    seed = (seed * 16_807) % 2_147_483_647;
    yield { truth, source: micros(5_000_000 + truth * (1 + ppm / 1e6)), arrival: micros(truth + (seed % 15_000)) };
  }
}

test('late arrivals do not move a device clock: the earliest count', () => {
  const map = new ClockMap();
  const errors = [...arrivals(20)].map(({ truth, source, arrival }) => map.map(source, arrival) - truth);
  expect(Math.max(...errors.slice(60).map(Math.abs))).toBeLessThan(2_000);
});

test('a device that drifts by 200 ppm is followed', () => {
  const map = new ClockMap();
  const errors = [...arrivals(300, 200)].map(({ truth, source, arrival }) => map.map(source, arrival) - truth);
  expect(Math.max(...errors.slice(60).map(Math.abs))).toBeLessThan(4_000);
});

test('mapped times never step back by more than the slewing allows', () => {
  const map = new ClockMap();
  const mapped = [...arrivals(60, -150)].map(({ source, arrival }) => map.map(source, arrival)).slice(40);
  const steps = mapped.slice(1).map((value, i) => value - (mapped[i] ?? 0));
  expect(Math.min(...steps)).toBeGreaterThan(33_000);
  expect(Math.max(...steps)).toBeLessThan(34_000);
});

test('another epoch is taken over at once', () => {
  const map = new ClockMap();
  for (let i = 0; i < 90; i++) map.map(micros(i * 33_333), micros(i * 33_333));
  expect(map.map(micros(9_000_000_000), micros(3_100_000))).toBe(3_100_000);
});

test('the clock estimate takes the shortest round trip', () => {
  const estimate = estimateClock([
    { sentMs: 0, receivedMs: 100, serverMs: 1_090 },
    { sentMs: 200, receivedMs: 210, serverMs: 1_205 },
  ]);
  expect(estimate).toEqual({ offsetMs: 1_000, roundTripMs: 10 });
  expect(estimateClock([])).toBeUndefined();
});

test('a corrected offset is walked to, not jumped to', () => {
  const offset = new SlewedOffset();
  expect(offset.isKnown).toBe(false);
  offset.correct(millis(100), 0);
  expect(offset.at(0)).toBe(100);
  offset.correct(millis(90), 1_000);
  expect(offset.at(1_000)).toBe(100);
  expect(offset.at(11_000)).toBeCloseTo(95, 6);
  expect(offset.at(60_000)).toBe(90);
});

test('quantiles of nothing are zero', () => {
  expect(quantile([], 0.5)).toBe(0);
  expect([quantile([3, 1, 2], 0), quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 1)]).toEqual([1, 2, 3]);
});

test('TICK5: the spool forgets only what is durable, and says when it is full', async () => {
  const spool = new MemorySpool(100, 250);
  const part = (index: number) => ({
    track: 'v720',
    part: index,
    bytes: new Uint8Array(100),
    digest: new Uint8Array(32),
  });
  await spool.put(part(0));
  await spool.put(part(1));
  await expect(spool.put(part(2))).rejects.toMatchObject({ code: 'spool_full' });
  await spool.forget({ v720: [{ from: 0, to: 1 }], v480: [{ from: 0, to: 9 }] });
  expect([...spool.kept()]).toEqual([['v720', [1]]]);
  await spool.put(part(2));
  expect(spool.keptBytes()).toBe(200);
  expect(await spool.get({ track: 'v720', part: 0 })).toBeUndefined();
  expect((await spool.get({ track: 'v720', part: 2 }))?.part).toBe(2);
});

test('sleep is seen on whichever clock went on, and a busy machine is not taken for one', () => {
  const before = { wallMs: 1_700_000_000_000, steadyMs: 5_000 };
  const after = (wallMs: number, steadyMs: number) =>
    standstillBetween(before, { wallMs: before.wallMs + wallMs, steadyMs: before.steadyMs + steadyMs });
  expect(after(900, 900)).toEqual({ kind: 'none' });
  expect(after(-3_600_000, 20)).toEqual({ kind: 'none' });
  // A frozen tab: both clocks ran. A shut lid: the steady one stood.
  expect(after(8_000, 8_000)).toEqual({ kind: 'short', awayMs: 8_000, skippedMs: 0 });
  expect(after(8_000, 20)).toEqual({ kind: 'short', awayMs: 8_000, skippedMs: 7_980 });
  expect(after(3_600_000, 20)).toEqual({ kind: 'long', awayMs: 3_600_000 });
});

test('what a steady clock slept through is added at once, and later estimates are walked to as ever', () => {
  const offset = new SlewedOffset();
  offset.correct(millis(100), 0);
  offset.skip(8_000);
  expect(offset.at(10)).toBe(8_100);
  offset.correct(millis(8_101), 10);
  expect(offset.at(1_010)).toBeCloseTo(8_100.5);
});
