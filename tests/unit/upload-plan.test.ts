import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { planAnswer, retryAfterMs } from '../../src/upload/answer.ts';
import { UploadPlan } from '../../src/upload/upload-plan.ts';

const VIDEO = ['v720', 'v480'];
const plan = (options = {}) =>
  new UploadPlan({ tracks: [...VIDEO, 'a128'], partMs: 100, gopMs: 2000, random: () => 0, ...options });
const addTick = (target: UploadPlan, part: number, nowMs: number, tracks = [...VIDEO, 'a128']) => {
  for (const track of tracks) target.add({ track, part, bytes: 1000 }, nowMs);
};
const sent = (target: UploadPlan, nowMs: number) => {
  const step = target.next(nowMs);
  if (step.kind !== 'send') throw new Error(`nothing to send, wait until ${step.untilMs}`);
  return step.batch;
};
const partsOf = (batch: { parts: readonly { part: number }[] }) => [...new Set(batch.parts.map((one) => one.part))];
const ok = { kind: 'answered', again: [] } as const;

test('a tick goes in one request as soon as its renditions are there', () => {
  const target = plan();
  addTick(target, 0, 0, ['v720']);
  expect(target.next(0)).toEqual({ kind: 'wait', untilMs: 50 });
  addTick(target, 0, 5, ['v480']);
  expect(sent(target, 5).parts.map((part) => part.track)).toEqual(['v720', 'v480']);
});

test('pictures do not wait for sound, nor sound for pictures', () => {
  const target = plan();
  addTick(target, 0, 0, VIDEO);
  expect(sent(target, 0).parts).toHaveLength(2);
  addTick(target, 0, 70, ['a128']);
  expect(sent(target, 70).parts.map((part) => part.track)).toEqual(['a128']);
});

test('a rendition that is late stops the others for a moment only, and then goes by itself', () => {
  const target = plan();
  addTick(target, 0, 0, ['v720']);
  expect(sent(target, 50).parts).toHaveLength(1);
  addTick(target, 0, 60, ['v480']);
  expect(sent(target, 60).parts.map((part) => part.track)).toEqual(['v480']);
});

test('a slow line gets several ticks in one request, in order', () => {
  const target = plan({ maxInFlight: 1 });
  addTick(target, 0, 0);
  const first = sent(target, 0);
  for (let part = 1; part < 6; part++) addTick(target, part, part * 100);
  expect(target.next(600), 'but for a copy of what is late').toEqual({ kind: 'wait', untilMs: 3000 });
  target.settle(first.id, ok, 600);
  expect(partsOf(sent(target, 600))).toEqual([1, 2, 3, 4, 5]);
});

test('after an outage what is made from the last key frame on goes first, and the old ones follow from the oldest', () => {
  const target = plan({ maxBatchBytes: 60_000 });
  for (let part = 0; part < 100; part++) addTick(target, part, part * 100);
  expect(partsOf(sent(target, 10_000))).toEqual(Array.from({ length: 20 }, (_, i) => 80 + i));
  expect(partsOf(sent(target, 10_000))[0]).toBe(0);
});

test('while an outage is filled in, what is made meanwhile never waits for it, and stays in order', () => {
  const target = plan({ maxBatchBytes: 60_000 });
  for (let part = 0; part < 600; part++) addTick(target, part, part * 100);
  const first = sent(target, 60_000);
  expect(partsOf(first)[0]).toBe(580);
  const filling = [sent(target, 60_000), sent(target, 60_000)];
  target.settle(first.id, ok, 60_100);
  const live: number[] = [];
  for (let part = 600; part < 640; part++) {
    const nowMs = part * 100 + 200;
    expect(target.next(nowMs), 'no third one for what is old, and no copy').toEqual({
      kind: 'wait',
      untilMs: undefined,
    });
    addTick(target, part, nowMs);
    const batch = sent(target, nowMs);
    live.push(...partsOf(batch));
    target.settle(batch.id, ok, nowMs + 30);
  }
  expect(live).toEqual(Array.from({ length: 40 }, (_, i) => 600 + i));
  expect(filling.map((batch) => partsOf(batch)[0])).toEqual([0, 20]);
});

test('a line that fails again during the filling begins anew at the edge', () => {
  const target = plan({ maxBatchBytes: 60_000 });
  for (let part = 0; part < 200; part++) addTick(target, part, part * 100);
  const first = sent(target, 20_000);
  target.settle(first.id, { kind: 'failed', retryAfterMs: 0 }, 20_100);
  for (let part = 200; part < 300; part++) addTick(target, part, part * 100);
  expect(partsOf(sent(target, 30_000))[0]).toBe(280);
});

test('a slow line that never failed is no outage: everything goes in order', () => {
  const target = plan({ maxInFlight: 1, maxBatchBytes: 6_000 });
  addTick(target, 0, 0);
  target.settle(sent(target, 0).id, ok, 90);
  for (let part = 1; part < 100; part++) addTick(target, part, part * 100);
  expect(partsOf(sent(target, 10_000))).toEqual([1, 2]);
});

test('after a failure one request tries, with jitter and no earlier than the origin said', () => {
  const target = plan();
  addTick(target, 0, 0);
  addTick(target, 1, 0);
  const first = sent(target, 0);
  target.settle(first.id, { kind: 'failed', retryAfterMs: 3_000 }, 100);
  expect(target.next(200)).toEqual({ kind: 'wait', untilMs: 3_100 });
  const retry = sent(target, 3_100);
  expect(partsOf(retry)).toEqual([0, 1]);
  addTick(target, 2, 3_100);
  expect(target.next(3_200).kind).toBe('wait');
  target.settle(retry.id, ok, 3_300);
  expect(partsOf(sent(target, 3_300))).toEqual([2]);
  expect(target.failures).toBe(0);
});

test('what the answer wants again goes again, and nothing else', () => {
  const target = plan();
  addTick(target, 0, 0);
  const first = sent(target, 0);
  target.settle(first.id, { kind: 'answered', again: [{ track: 'v480', part: 0 }] }, 100);
  expect(target.isIdle).toBe(false);
  expect(sent(target, 350).parts.map((part) => part.track)).toEqual(['v480']);
});

test('at the end nothing waits', () => {
  const target = plan();
  addTick(target, 0, 0, ['v720']);
  target.end();
  const batch = sent(target, 0);
  expect(target.backlogMs()).toBe(100);
  target.settle(batch.id, ok, 10);
  expect(target.isIdle).toBe(true);
});

test('whatever fails, every part is sent until it is acknowledged and none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 200 }), (fates) => {
      const target = plan();
      const done = new Set<string>();
      let now = 0;
      for (let part = 0; part < 40; part++) addTick(target, part, 0);
      for (let step = 0; !target.isIdle; step++) {
        const next = target.next(now);
        if (next.kind === 'wait') {
          now = Math.max(now + 1, next.untilMs ?? now + 1);
          continue;
        }
        const { batch } = next;
        const fate = fates[step] ?? 5;
        if (fate === 0) target.settle(batch.id, { kind: 'failed', retryAfterMs: 0 }, now);
        else {
          const again = fate === 1 ? batch.parts.slice(0, 1) : [];
          for (const part of batch.parts.slice(again.length)) done.add(`${part.track}/${part.part}`);
          target.settle(batch.id, { kind: 'answered', again }, now);
        }
      }
      expect(done.size).toBe(120);
    }),
  );
});

test('TICK4: each answer decides what becomes of its part', () => {
  const names = [201, 200, 400, 409, 412, 413, 422, 507].map((_, part) => ({ track: 'v720', part }));
  const refusal = { code: 'x', message: 'y' };
  const answer = planAnswer(names, {
    parts: [
      { status: 201 },
      { status: 200 },
      { status: 400, ...refusal },
      { status: 409, ...refusal },
      { status: 412, ...refusal },
      { status: 413, ...refusal },
      { status: 422, ...refusal },
      { status: 507, ...refusal },
    ],
    durable: {},
    serverTimeMs: 0,
  });
  expect(answer.stored.map((name) => name.part)).toEqual([0, 1]);
  expect(answer.again.map((name) => name.part)).toEqual([2, 4, 7]);
  expect(answer.refused.map((one) => one.name.part)).toEqual([3, 5, 6]);
  expect(answer).toMatchObject({ needsInit: true, isFull: true, isSealed: false });
  const damaged = planAnswer(names, { parts: [{ status: 400, ...refusal }], durable: {}, serverTimeMs: 0 });
  expect(damaged.isFull).toBe(false);
  expect(planAnswer(names, { parts: [], durable: {}, serverTimeMs: 0 }).again).toHaveLength(8);
});

test('TICK4: parts for which the disk has no room wait longer and longer, and go at once when there is room again', () => {
  const target = plan();
  addTick(target, 0, 0, VIDEO);
  const first = sent(target, 0);
  const again = [{ track: 'v480', part: 0 }];
  target.settle(first.id, { kind: 'no-room', again }, 100);
  expect(target.failures, 'nothing that waits is taken for a slow line').toBe(1);
  expect(target.next(100)).toEqual({ kind: 'wait', untilMs: 350 });
  const second = sent(target, 350);
  expect(second.parts.map(({ track }) => track)).toEqual(['v480']);
  const long = plan({ random: () => 1 });
  addTick(long, 0, 0, VIDEO);
  let nowMs = 0;
  const waits = Array.from({ length: 5 }, () => {
    long.settle(sent(long, nowMs).id, { kind: 'no-room', again }, nowMs);
    const step = long.next(nowMs);
    const untilMs = step.kind === 'wait' ? (step.untilMs ?? 0) : 0;
    const waitMs = untilMs - nowMs;
    nowMs = untilMs;
    return waitMs;
  });
  expect(waits).toEqual([500, 1000, 2000, 3000, 3000]);
  target.settle(second.id, ok, 400);
  expect(target.failures).toBe(0);
  addTick(target, 1, 400, VIDEO);
  expect(sent(target, 400).parts).toHaveLength(2);
});

test('when the network is back, or the tab is seen again, what waits out a failure goes at once', () => {
  const target = plan({ random: () => 1 });
  addTick(target, 0, 0, VIDEO);
  target.settle(sent(target, 0).id, { kind: 'failed', retryAfterMs: 0 }, 0);
  expect(target.next(1)).toEqual({ kind: 'wait', untilMs: 500 });
  target.hurry();
  expect(sent(target, 1).parts).toHaveLength(2);
});

test('ANSWER2: Retry-After is read as seconds or as a date', () => {
  expect(retryAfterMs('7', 0)).toBe(7_000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:09 GMT', 4_000)).toBe(5_000);
  expect(retryAfterMs(null, 0)).toBe(0);
  expect(retryAfterMs('soon', 0)).toBe(0);
});

test('a request far later than the slowest of the last answers goes a second time, once, and the first answer wins', () => {
  const target = plan({ maxInFlight: 2 });
  addTick(target, 0, 0, VIDEO);
  target.settle(sent(target, 0).id, ok, 300);
  addTick(target, 1, 1000, VIDEO);
  const late = sent(target, 1000);
  expect(target.next(1500)).toEqual({ kind: 'wait', untilMs: 2200 });
  expect(target.next(2200)).toEqual({ kind: 'send', batch: late, isCopy: true });
  expect(target.next(9000)).toEqual({ kind: 'wait', untilMs: undefined });
  target.settle(late.id, ok, 2300);
  expect(target.isIdle).toBe(true);
  target.settle(late.id, { kind: 'failed', retryAfterMs: 0 }, 9000);
  expect(target.isIdle).toBe(true);
  expect(target.failures).toBe(0);
});

test('a pair fails only with its second copy, and then its parts wait for the next try', () => {
  const target = plan();
  addTick(target, 0, 0, VIDEO);
  const late = sent(target, 0);
  expect(target.next(3000)).toMatchObject({ kind: 'send', isCopy: true });
  target.settle(late.id, { kind: 'failed', retryAfterMs: 0 }, 3500);
  expect(target.failures).toBe(0);
  expect(target.backlogMs()).toBe(100);
  target.settle(late.id, { kind: 'failed', retryAfterMs: 0 }, 4000);
  expect(target.failures).toBe(1);
  expect(partsOf(sent(target, 10_000))).toEqual([0]);
});

test('a line on which everything is slow gets no copies', () => {
  const target = plan({ maxInFlight: 1 });
  for (let part = 0; part < 5; part++) {
    addTick(target, part, part * 2500, VIDEO);
    const batch = sent(target, part * 2500);
    expect(target.next(part * 2500 + 2400)).not.toMatchObject({ isCopy: true });
    target.settle(batch.id, ok, part * 2500 + 2400);
  }
});

test('no track runs ahead of another while a backlog is sent', () => {
  const target = plan({ maxInFlight: 1 });
  const heavy = (track: string) => (track === 'a128' ? 1_500 : 90_000);
  for (let part = 0; part < 100; part++)
    for (const track of [...VIDEO, 'a128']) target.add({ track, part, bytes: heavy(track) }, part * 100);
  for (let nowMs = 20_000; !target.isIdle; nowMs += 100) {
    const batch = sent(target, nowMs);
    const newest = new Map(batch.parts.map((one) => [one.track, one.part]));
    const ends = [...newest.values()];
    expect(newest.size).toBe(3);
    expect(Math.max(...ends) - Math.min(...ends)).toBeLessThanOrEqual(1);
    target.settle(batch.id, ok, nowMs + 50);
  }
});
