import { expect, test } from '@playwright/test';
import { isMade, MadeGate } from '../../src/play/made-gate.ts';

const facts = (madeMs: number, isFinished = false) => ({ upload: { madeMs, isFinished }, durationMs: 25_000 });

test('UPLOAD4 a segment is asked for when all of it is made, the short last one at the end', () => {
  expect([0, 1, 2].map((segment) => isMade(segment, facts(20_000)))).toEqual([true, true, false]);
  expect(isMade(2, facts(25_000))).toBe(true);
  expect(isMade(2, facts(0, true))).toBe(true);
  expect(isMade(7, { upload: null, durationMs: 0 })).toBe(true);
});

test('UPLOAD4 requests wait for their own segment and are let go by what the origin says', async () => {
  const gate = new MadeGate();
  await gate.whenMade(5);
  gate.tell(facts(0));
  const order: number[] = [];
  const waits = [1, 0].map((segment) => gate.whenMade(segment).then(() => order.push(segment)));
  gate.tell(facts(10_000));
  await waits[1];
  expect(order).toEqual([0]);
  gate.tell(facts(25_000));
  await Promise.all(waits);
  expect(order).toEqual([0, 1]);
});
