import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { LiveBoard } from '../../src/mapreduce/live-board.ts';
import { helpedRenditions } from '../../src/mapreduce/live-helped.ts';
import { LiveLags } from '../../src/mapreduce/live-lags.ts';
import type { LiveFacts, LiveOrder } from '../../src/mapreduce/live-orders.ts';
import { LIVE_POLICY } from '../../src/mapreduce/live-policy.ts';
import { nextRun } from '../../src/mapreduce/live-run.ts';
import { partsToDecode } from '../../src/mapreduce/live-stand-by.ts';

const PARTS = 100;
const { silentMs, startMs, lostMs, restMs } = LIVE_POLICY;

const facts = (nowMs: number, sourcePart: number, change: Partial<LiveFacts> = {}): LiveFacts => ({
  nowMs,
  sourcePart,
  fromSegment: 1,
  endPart: undefined,
  ...change,
});

const words = (orders: readonly LiveOrder[]): string[] =>
  orders.map(({ kind, lease: { holder, segment, fromPart } }) => `${kind} ${segment} ${holder} ${fromPart}`);

/** Who makes what. */
const said = (orders: readonly LiveOrder[]): string[] =>
  words(orders.filter(({ kind }) => kind === 'make' || kind === 'stop'));

/** Who stands by. */
const ready = (orders: readonly LiveOrder[]): string[] =>
  words(orders.filter(({ kind }) => kind === 'stand-by' || kind === 'stand-down'));

/** Of an origin that never stands still, however seldom it looks here. */
const boardOf = (...holders: string[]): LiveBoard => {
  const board = new LiveBoard(PARTS, { ...LIVE_POLICY, lookMs: Number.POSITIVE_INFINITY });
  for (const holder of holders) board.enter(holder);
  return board;
};

test('LEND9 each segment goes to the next helper in turn, two seconds before it begins', () => {
  const board = boardOf('a', 'b', 'c');
  expect(said(board.look(facts(0, 79)).orders)).toEqual([]);
  expect(said(board.look(facts(0, 80)).orders)).toEqual(['make 1 a 100']);
  for (let part = 100; part < 200; part++) board.took(1, part, 1000);
  expect(said(board.look(facts(2000, 200)).orders)).toEqual(['make 2 b 200']);
  expect(said(board.look(facts(3000, 280)).orders)).toEqual(['make 3 c 300']);
});

test('LEND9 one helper alone makes every segment, also while the end of the one before is still being made', () => {
  const board = boardOf('a');
  board.look(facts(0, 80));
  expect(said(board.look(facts(9000, 180)).orders)).toEqual(['make 2 a 200']);
  expect(board.judge('a', 1, 100)).toBe('own');
  expect(board.judge('a', 2, 200)).toBe('own');
});

test('LEND9 300 ms without a part, although the source is there, and another goes on at the first missing part', () => {
  const board = boardOf('a', 'b');
  board.look(facts(0, 80));
  board.look(facts(1000, 101));
  board.took(1, 100, 1100);
  board.look(facts(1200, 102));
  expect(said(board.look(facts(1200 + silentMs, 103)).orders)).toEqual([]);
  expect(said(board.look(facts(1201 + silentMs, 103)).orders)).toEqual(['stop 1 a 100', 'make 1 b 101']);
  expect(board.judge('a', 1, 101)).toBe('old');
  expect([board.judge('b', 1, 101), board.isTurn(1, 101)]).toEqual(['own', true]);
  expect([102, 131, 132].map((part) => board.judge('b', 1, part))).toEqual(['early', 'early', 'far']);
});

test('LEND9 nobody is silent while there is nothing to be made; a new one has longer for its first part', () => {
  const board = boardOf('a', 'b');
  board.look(facts(0, 80));
  expect(said(board.look(facts(50_000, 100)).orders)).toEqual([]);
  board.look(facts(51_000, 101));
  expect(said(board.look(facts(51_000 + startMs, 110)).orders)).toEqual([]);
  expect(said(board.look(facts(51_001 + startMs, 110)).orders)).toEqual(['stop 1 a 100', 'make 1 b 100']);
});

test('LEND9 who leaves is replaced at once; what nobody makes for three seconds is given up, and its helper rests', () => {
  const board = boardOf('a', 'b');
  board.look(facts(0, 101));
  board.leave('a');
  expect(said(board.look(facts(10, 101)).orders)).toEqual(['stop 1 a 100', 'make 1 b 100']);
  expect(board.look(facts(lostMs, 120)).lost).toEqual([]);
  const { orders, lost } = board.look(facts(lostMs + 1, 120));
  expect([said(orders), lost]).toEqual([['stop 1 b 100'], [1]]);
  expect([board.readyAt(lostMs + 1), board.readyAt(lostMs + 1 + restMs)]).toEqual([0, 1]);
});

test('LEND9 the end cuts short what is being made', () => {
  const board = boardOf('a');
  board.look(facts(0, 80));
  for (let part = 100; part < 142; part++) board.took(1, part, 1000);
  board.look(facts(1000, 145, { endPart: 145 }));
  expect(board.isIdle).toBe(false);
  expect([142, 143, 144].map((part) => board.took(1, part, 1100))).toEqual([false, false, true]);
  expect(said(board.look(facts(1100, 145, { endPart: 145 })).orders)).toEqual([]);
  expect(board.isIdle).toBe(true);
});

test('LEND9 one who has nothing to do stands by at each segment, goes on under the same lease, and another stands by', () => {
  const board = boardOf('a', 'b', 'c');
  const first = board.look(facts(0, 80)).orders;
  expect(words(first)).toEqual(['make 1 a 100', 'stand-by 1 b 100']);
  expect(board.idleAt(0)).toEqual(['c']);
  board.look(facts(1000, 101));
  board.took(1, 100, 1100);
  board.look(facts(1200, 102));
  const { orders } = board.look(facts(1201 + silentMs, 103));
  expect(words(orders)).toEqual(['stop 1 a 100', 'make 1 b 101', 'stand-by 1 c 101']);
  const idOf = (all: readonly LiveOrder[], kind: string): number | undefined =>
    all.find((order) => order.kind === kind)?.lease.id;
  expect(idOf(orders, 'make')).toBe(idOf(first, 'stand-by'));
  expect(board.isTurn(1, 101)).toBe(true);
});

test('LEND9 nobody stands by at what is whole, after leaving, or while resting; two share the work of one who is alone', () => {
  const board = boardOf('a', 'b');
  board.look(facts(0, 100));
  for (let part = 100; part < 200; part++) board.took(1, part, 1000);
  expect(ready(board.look(facts(1000, 179)).orders)).toEqual(['stand-down 1 b 100']);
  expect(words(board.look(facts(1100, 181)).orders)).toEqual(['make 2 b 200', 'stand-by 2 a 200']);
  board.leave('a');
  expect(ready(board.look(facts(1200, 182)).orders)).toEqual(['stand-down 2 a 200']);
  board.enter('a');
  expect(ready(board.look(facts(1300, 183)).orders)).toEqual(['stand-by 2 a 200']);
  board.fail('a', 1400);
  expect(ready(board.look(facts(1400, 184)).orders)).toEqual(['stand-down 2 a 200']);
  expect(ready(board.look(facts(1401 + restMs, 184)).orders)).toEqual(['stand-by 2 a 200']);
});

test('LEND9 who stands by decodes all but the last second of what it has read, and all of it once it is its turn', () => {
  expect([partsToDecode(9, false), partsToDecode(10, false), partsToDecode(13, false)]).toEqual([0, 0, 3]);
  expect([partsToDecode(0, true), partsToDecode(13, true)]).toEqual([0, 13]);
});

test('LEND2 who makes a rendition is who has the earlier segment, and it lacks what the source has beyond its newest part', () => {
  const lease = (id: number, holder: string, segment: number, fromPart = segment * PARTS) => ({
    id,
    holder,
    segment,
    fromPart,
  });
  const told = (leases: readonly ReturnType<typeof lease>[], end: number) =>
    helpedRenditions(leases, { sourcePart: 205, ends: new Map([['v240', end]]) }, PARTS);
  expect(told([lease(2, 'b', 2), lease(1, 'a', 1)], 199)).toEqual([{ track: 'v240', madeBy: 'a', behindMs: 600 }]);
  expect(told([lease(2, 'b', 2)], 30)).toEqual([{ track: 'v240', madeBy: 'b', behindMs: 500 }]);
  expect(told([lease(3, 'b', 3)], 200)).toEqual([{ track: 'v240', madeBy: 'b', behindMs: 0 }]);
  expect(told([], 30)).toEqual([{ track: 'v240', madeBy: null, behindMs: 0 }]);
});

interface Model {
  /** Who made each stored part, and whether it came from an encoder that had made all before it since a key. */
  readonly stored: Map<number, number>;
}

/** A helper as it is: makes parts in order from where its lease begins, late, not at all, twice or long after. */
interface Sent {
  readonly holder: string;
  readonly lease: number;
  readonly segment: number;
  readonly part: number;
}

test('LEND9 whatever dies, comes late, twice or out of order: every part once, in order, and a new maker begins with a key', () => {
  const event = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 20, max: 120 }) }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('make' as const), who: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('enter' as const), who: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), who: fc.nat(3) }) },
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 400 }), (events) => {
      const holders = ['a', 'b', 'c', 'd'];
      const board = boardOf('a', 'b');
      const { stored }: Model = { stored: new Map() };
      const held = new Map<string, { lease: number; segment: number; next: number; first: number }[]>();
      const history: Sent[] = [];
      let nowMs = 8000;
      const bring = ({ holder, lease, segment, part }: Sent): void => {
        if (board.judge(holder, segment, part) !== 'own') return;
        const before = stored.get(part - 1);
        const isTurn = board.isTurn(segment, part);
        expect(stored.has(part)).toBe(false);
        if (part % PARTS !== 0) expect(before).toBeDefined();
        // Only a part of the same lease may lean on the one before it.
        expect(isTurn || before === lease).toBe(true);
        stored.set(part, lease);
        board.took(segment, part, nowMs);
      };
      const look = (): void => {
        const { orders, lost } = board.look(facts(nowMs, Math.floor(nowMs / 100)));
        for (const { kind, lease } of orders) {
          // One who makes a segment does not stand by at it.
          if (kind === 'stand-by') expect(board.leaseOf(lease.segment, lease.holder)).toBeUndefined();
          const own = held.get(lease.holder) ?? [];
          // A stop may never arrive: a helper that hangs goes on later, and nothing of it is taken.
          if (kind === 'make') {
            const { id, segment, fromPart } = lease;
            held.set(lease.holder, [...own, { lease: id, segment, next: fromPart, first: fromPart }]);
          }
        }
        for (const segment of lost) expect(board.judge('a', segment, 0)).toBe('old');
      };
      look();
      for (const one of events) {
        if (one.kind === 'time') nowMs += one.ms;
        if (one.kind === 'make')
          for (const work of held.get(holders[one.who] ?? '') ?? []) {
            if (work.next >= Math.floor(nowMs / 100) || work.next >= (work.segment + 1) * PARTS) continue;
            const sent = { holder: holders[one.who] ?? '', ...work, part: work.next };
            work.next++;
            history.push(sent);
            bring(sent);
          }
        const repeated = one.kind === 'again' ? history[one.which % Math.max(1, history.length)] : undefined;
        if (repeated !== undefined) bring(repeated);
        if (one.kind === 'leave') board.leave(holders[one.who] ?? '');
        if (one.kind === 'enter') board.enter(holders[one.who] ?? '');
        if (one.kind === 'fail') board.fail(holders[one.who] ?? '', nowMs);
        look();
        const bySegment = new Map<number, number>();
        for (const { segment } of board.leases) bySegment.set(segment, (bySegment.get(segment) ?? 0) + 1);
        expect([...bySegment.values()].every((count) => count === 1)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test('LEND11 helped renditions are promised four seconds ahead, and go with the last helper or with what was lost', () => {
  const now = { mediaNowMs: 12_000, isLive: true, ready: 1, isBroken: false };
  expect(nextRun(undefined, now)).toEqual({ fromSegment: 2 });
  expect(nextRun(undefined, { ...now, mediaNowMs: 16_000 })).toEqual({ fromSegment: 3 });
  expect(nextRun(undefined, { ...now, ready: 0 })).toBeUndefined();
  expect(nextRun({ fromSegment: 2 }, { ...now, mediaNowMs: 99_000 })).toEqual({ fromSegment: 2 });
  expect(nextRun({ fromSegment: 2 }, { ...now, ready: 0 })).toBeUndefined();
  expect(nextRun({ fromSegment: 2 }, { ...now, mediaNowMs: 31_000, isBroken: true })).toEqual({ fromSegment: 4 });
  expect(nextRun({ fromSegment: 2 }, { ...now, ready: 0, isLive: false })).toEqual({ fromSegment: 2 });
});

test('LEND12 the lag that viewers are told goes up at once and down after half a minute, in quarters of a second', () => {
  const lags = new LiveLags();
  expect(lags.look(0)).toBe(false);
  for (let i = 0; i < 100; i++) lags.push(i < 90 ? 100 : 700, 10);
  expect([lags.look(10), lags.shownMs]).toEqual([true, 750]);
  for (let at = 100; at <= 30_000; at += 100) lags.push(100, at);
  expect([lags.look(30_000), lags.shownMs]).toEqual([false, 750]);
  for (let at = 30_100; at <= 61_000; at += 100) lags.push(100, at);
  expect([lags.look(61_000), lags.shownMs]).toEqual([true, 250]);
});
