import { expect, test } from '@playwright/test';
import { beginRun, dueAt, loopRun, pictureFate, positionAt, waitingLimit } from '../../src/encode/playout-run.ts';
import { micros } from '../../src/protocol/time.ts';

const second = (seconds: number) => micros(seconds * 1_000_000);

test('a run begins a moment after it is asked for, at its place in the file, and follows the clock', () => {
  const run = beginRun(12, 60, second(100));
  expect(dueAt(run, 12)).toBe(second(100.25));
  expect(dueAt(run, 13.5)).toBe(second(101.75));
  expect(positionAt(run, second(101.25))).toBeCloseTo(13, 6);
  expect(positionAt(run, second(100))).toBe(12);
  expect(positionAt(run, second(500))).toBe(60);
});

test('a loop joins the end of the file and its start without a gap', () => {
  const run = beginRun(0.5, 10, second(100));
  const next = loopRun(run, 0.5);
  expect(dueAt(next, 0.5)).toBe(dueAt(run, 10));
  expect(dueAt(loopRun(next, 0.5), 0.5)).toBe(dueAt(next, 10));
});

test('a picture waits for its moment; late ones give way to newer ones, very late ones are jumped over', () => {
  const due = second(10);
  expect(pictureFate(due, second(9.99), true)).toBe('wait');
  expect(pictureFate(due, due, true)).toBe('show');
  expect(pictureFate(due, second(10.05), true)).toBe('show');
  expect(pictureFate(due, second(10.1), true)).toBe('skip');
  expect(pictureFate(due, second(10.1), false)).toBe('show');
  expect(pictureFate(due, second(11.6), false)).toBe('jump');
});

test('the end of a round that is late is left out once the next round shows its pictures: nothing goes back', () => {
  const run = beginRun(0, 8, second(100));
  const nextBegins = dueAt(loopRun(run, 0), 0);
  const due = dueAt(run, 7.9);
  expect(pictureFate(due, second(108.24), false, nextBegins)).toBe('show');
  expect(pictureFate(due, nextBegins, false, nextBegins)).toBe('over');
  expect(pictureFate(due, second(110), false, nextBegins)).toBe('over');
});

test('of large pictures few wait: not more than 120 MB, and at least two', () => {
  expect(waitingLimit({ width: 1920, height: 1080 })).toBe(8);
  expect(waitingLimit({ width: 3840, height: 2160 })).toBe(8);
  expect(waitingLimit({ width: 7680, height: 4320 })).toBe(2);
});
