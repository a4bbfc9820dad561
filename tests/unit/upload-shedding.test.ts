import { expect, test } from '@playwright/test';
import { nextParts } from '../../src/upload/return-plan.ts';
import { FRESH_LINE, judgeLine } from '../../src/upload/slow-line.ts';
import { UploadPlan } from '../../src/upload/upload-plan.ts';

const parts = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** The line after one sample a second. */
function lineAfter(backlogs: readonly number[], failures = 0, silentMs = 0) {
  let history = FRESH_LINE;
  let line: ReturnType<typeof judgeLine>['line'] = 'free';
  backlogs.forEach((backlogMs, s) => {
    ({ history, line } = judgeLine(history, { atMs: s * 1000, backlogMs, failures, silentMs }));
  });
  return line;
}

test('a backlog that grows for ten seconds is a slow line; one that stands, shrinks or comes from an outage is not', () => {
  expect(lineAfter(parts(0, 13).map((s) => 500 + s * 300))).toBe('slow');
  expect(lineAfter(parts(0, 9).map((s) => 500 + s * 300))).toBe('busy');
  expect(lineAfter(parts(0, 30).map(() => 4000))).toBe('busy');
  expect(lineAfter(parts(0, 30).map((s) => 60_000 - s * 1500))).toBe('busy');
  expect(
    lineAfter(
      parts(0, 30).map((s) => s * 1000),
      3,
    ),
  ).toBe('busy');
  expect(lineAfter(parts(0, 30).map(() => 300))).toBe('free');
});

test('a line that holds its breath for some seconds is not slow, nor one whose other end has vanished without a word', () => {
  const calm = parts(0, 20).map(() => 300);
  const stall = parts(1, 10).map((s) => 300 + s * 1000);
  for (const s of parts(1, 10)) expect(lineAfter([...calm, ...stall.slice(0, s)]), `${s} s`).toBe('busy');
  expect(lineAfter(parts(0, 20).map((s) => (s < 18 ? 1500 : 1500 + (s - 17) * 1000)))).toBe('busy');
  expect(lineAfter([...calm, ...parts(1, 30).map((s) => 300 + s * 1000)], 0, 10_000)).toBe('busy');
});

test('a line that is a little too slow is slow once ten seconds wait, so that what waits is bounded', () => {
  const creeping = parts(0, 300).map((s) => s * 50);
  expect(lineAfter(creeping.slice(0, 190))).toBe('busy');
  expect(lineAfter(creeping)).toBe('slow');
  expect(lineAfter(parts(0, 30).map(() => 12_000))).toBe('slow');
  expect(lineAfter(parts(0, 30).map((s) => 60_000 - s * 100))).toBe('busy');
});

test('from the boundary on nobody waits for a quality that rests', () => {
  const plan = new UploadPlan({ tracks: ['v720', 'v360'], partMs: 100, gopMs: 2000, lingerMs: 50 });
  plan.setTracks(['v360'], 100);
  plan.add({ track: 'v360', part: 99, bytes: 10 }, 0);
  expect(plan.next(0)).toEqual({ kind: 'wait', untilMs: 50 });
  plan.add({ track: 'v720', part: 99, bytes: 10 }, 1);
  expect(plan.next(1)).toMatchObject({ kind: 'send' });
  plan.add({ track: 'v360', part: 100, bytes: 10 }, 2);
  expect(plan.next(2)).toMatchObject({ kind: 'send', batch: { parts: [{ track: 'v360', part: 100 }] } });
});

test('a tab that comes back goes on where each track stands; what came back from a rest, not before it did', () => {
  const cuts = [
    { fromPart: 100, toPart: 100, tracks: ['v360'] },
    { fromPart: 300, toPart: 300, tracks: ['v720', 'v360'] },
  ];
  const stored = { v720: [{ from: 0, to: 100 }], v360: [{ from: 0, to: 280 }] };
  expect(nextParts(['v720', 'v360'], { stored, cuts }, new Map())).toEqual({ v720: 300, v360: 280 });
});
