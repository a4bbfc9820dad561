import { expect, test } from '@playwright/test';
import { helpedLagMs } from '../../src/play/helped-lag.ts';
import { afterCalm, afterStall, STABLE_TARGET_MS, startTarget, targetMs } from '../../src/play/latency.ts';
import { LiveFollower } from '../../src/play/live-follower.ts';
import { paceToLive } from '../../src/play/pace.ts';

const steady = { latencyMs: 400, targetMs: 400, bufferMs: 300, positionMs: 60_000, rateNow: 1, jumpMs: 1200 };

test('at its target the playhead keeps the speed of life', () => {
  expect(paceToLive(steady)).toEqual({ kind: 'rate', rate: 1 });
});

test('behind the target it plays faster, and never more than a quarter', () => {
  for (const latencyMs of [450, 600, 900, 1500]) {
    const pace = paceToLive({ ...steady, latencyMs });
    expect(pace.kind === 'rate' && pace.rate > 1 && pace.rate <= 1.25).toBe(true);
  }
});

test('a small error is left alone, and a correction goes on, at one speed, until next to nothing is left of it', () => {
  expect(paceToLive({ ...steady, latencyMs: 425 })).toEqual({ kind: 'rate', rate: 1 });
  const rates = new Set<number>();
  let rateNow = 1;
  for (let latencyMs = 480; latencyMs > 410; latencyMs -= 2) {
    const pace = paceToLive({ ...steady, latencyMs, rateNow });
    if (pace.kind === 'rate') rateNow = pace.rate;
    rates.add(rateNow);
  }
  expect([...rates]).toEqual([1.05]);
  expect(paceToLive({ ...steady, latencyMs: 407, rateNow })).toEqual({ kind: 'rate', rate: 1 });
});

test('nearer than the target it plays a little slower', () => {
  const pace = paceToLive({ ...steady, latencyMs: 250 });
  expect(pace.kind === 'rate' && pace.rate < 1 && pace.rate >= 0.9).toBe(true);
});

test('what is not buffered is not spent', () => {
  expect(paceToLive({ ...steady, latencyMs: 900, bufferMs: 50 })).toEqual({ kind: 'rate', rate: 1 });
});

test('far behind it jumps, but only over media that is here', () => {
  expect(paceToLive({ ...steady, latencyMs: 3000, bufferMs: 2900 })).toEqual({ kind: 'jump', mediaMs: 62_600 });
  expect(paceToLive({ ...steady, latencyMs: 3000, bufferMs: 500 }).kind).toBe('rate');
});

test('the target is what the line needs, grows after a stall and shrinks after a calm minute', () => {
  const fresh = startTarget('live', 0);
  const before = targetMs(fresh, 100, 40);
  expect(before).toBeLessThanOrEqual(400);
  const stalled = afterStall(fresh, 1000);
  expect(targetMs(stalled, 100, 40)).toBeGreaterThan(before);
  expect(afterCalm(stalled, 30_000)).toBe(stalled);
  expect(targetMs(afterCalm(stalled, 61_500), 100, 40)).toBeLessThan(targetMs(stalled, 100, 40));
});

test('many stalls never push the target past three seconds, many calm minutes never below what the line needs', () => {
  let target = startTarget('live', 0);
  for (let i = 0; i < 30; i++) target = afterStall(target, i);
  expect(targetMs(target, 100, 2000)).toBeLessThanOrEqual(3000);
  for (let i = 1; i < 60; i++) target = afterCalm(target, i * 61_000);
  expect(targetMs(target, 100, 80)).toBeGreaterThanOrEqual(100 + 80);
});

test('LEND13 who may step to a rendition of helpers keeps behind what they make, whatever plays now', () => {
  const target = startTarget('live', 0);
  const alone = targetMs(target, 100, 80);
  expect(targetMs(target, 100, 80, 500) - alone).toBeGreaterThanOrEqual(500);
  // Their own lag is in what is measured while they play: it is not borne twice.
  expect(targetMs(target, 100, 700, 500)).toBe(targetMs(target, 100, 700));
  expect(targetMs(target, 100, 80, 0)).toBe(alone);
  const told = (value: number) => `<SupplementalProperty schemeIdUri="urn:tabcast:helped-lag:2026" value="${value}"/>`;
  expect([helpedLagMs(`<MPD>${told(750)}</MPD>`), helpedLagMs('<MPD></MPD>')]).toEqual([750, 0]);
});

test('Stable is three seconds whatever the line does', () => {
  expect(targetMs(startTarget('stable', 0), 100, 900)).toBe(STABLE_TARGET_MS);
});

test('a join that landed a GOP back is jumped; the same distance later is only played faster', () => {
  const follower = new LiveFollower('live', 0);
  const input = {
    nowMs: 0,
    positionMs: 60_000,
    mediaNowMs: 61_000,
    bufferMs: 950,
    rateNow: 1,
    partLengthMs: 100,
    lagMs: 40,
    helpedLagMs: 0,
  };
  expect(follower.pace(input).kind).toBe('jump');
  follower.pace({ ...input, mediaNowMs: 60_300 });
  expect(follower.pace(input).kind).toBe('rate');
});

test('a second that a jump itself cost is not jumped over again at once, but played faster', () => {
  const follower = new LiveFollower('live', 0);
  const input = {
    nowMs: 0,
    positionMs: 60_000,
    mediaNowMs: 61_500,
    bufferMs: 1450,
    rateNow: 1,
    partLengthMs: 100,
    lagMs: 40,
    helpedLagMs: 0,
  };
  expect(follower.pace(input).kind).toBe('jump');
  const soon = follower.pace({ ...input, nowMs: 1500, positionMs: 61_000, mediaNowMs: 63_000 });
  expect(soon.kind === 'rate' && soon.rate).toBe(1.25);
  expect(follower.pace({ ...input, nowMs: 11_500, positionMs: 70_000, mediaNowMs: 73_000, bufferMs: 2900 }).kind).toBe(
    'jump',
  );
});

test('a stall while joining teaches nothing about the line', () => {
  const follower = new LiveFollower('live', 0);
  const before = follower.targetMs;
  follower.stalled(10);
  expect(follower.targetMs).toBe(before);
});
