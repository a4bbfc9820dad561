import { expect, test } from '@playwright/test';
import { EarlyTicks } from '../../src/mapreduce/early-ticks.ts';
import { LiveBoard } from '../../src/mapreduce/live-board.ts';
import type { LiveFacts, LiveOrder } from '../../src/mapreduce/live-orders.ts';
import { LiveOutbox } from '../../src/mapreduce/live-outbox.ts';
import { LIVE_POLICY } from '../../src/mapreduce/live-policy.ts';
import { type LiveSimulationOptions, simulateLive } from '../helpers/live-simulation.ts';

const { silentMs, startMs, lostMs, lookMs } = LIVE_POLICY;

/** What a live with two helpers comes to over lines of these lengths; nothing here is measured. */
const over = (roundTripsMs: readonly number[], options: Partial<LiveSimulationOptions> = {}) =>
  roundTripsMs.map((roundTripMs) =>
    simulateLive({
      minutes: 10,
      helpers: 2,
      roundTripMs,
      jitterMs: 3,
      speed: { decodeMs: 6, encodeMs: 14, openMs: 150 },
      seed: 1,
      ...options,
    }),
  );

const SILENT_KILLS = { everyMs: 20_000, nextAfterMs: 4000 };

test('LEND9 over any line up to 400 ms nobody takes a healthy helper for silent, and no part is lost', () => {
  for (const { lost, falsePasses, parts } of over([0, 80, 130, 200, 300, 400])) {
    expect({ lost, falsePasses }).toEqual({ lost: 0, falsePasses: 0 });
    expect(parts).toBeGreaterThan(5000);
  }
});

test('LEND9 helpers that vanish without a word every 20 s cost less than a second each, and no part', () => {
  for (const { lost, kills, worstMs, p95Ms } of over([0, 80, 130, 200], { kills: SILENT_KILLS })) {
    expect([lost, kills]).toEqual([0, 29]);
    expect([worstMs < 1000, p95Ms < 300]).toEqual([true, true]);
  }
});

test('LEND9 an origin that stands still for a while takes nobody for silent', () => {
  const originStalls = { everyMs: 5000, forMs: 300 };
  for (const { lost, falsePasses } of over([0, 80, 130], { originStalls })) expect([lost, falsePasses]).toEqual([0, 0]);
});

test('LEND9 helpers on machines that stand still now and then, and vanish, lose few parts', () => {
  const busy = {
    speed: { decodeMs: 25, encodeMs: 45, openMs: 600 },
    jitterMs: 10,
    helperStalls: { everyMs: 3000, forMs: 200 },
    kills: { everyMs: 20_000, nextAfterMs: 8000 },
  };
  const rounds = [1, 2, 3].flatMap((seed) => over([0, 80, 130], { ...busy, seed }));
  const sum = (of: 'lost' | 'parts'): number => rounds.reduce((all, one) => all + one[of], 0);
  expect(sum('lost') / sum('parts')).toBeLessThan(0.05);
});

const facts = (nowMs: number, sourcePart: number): LiveFacts => ({
  nowMs,
  sourcePart,
  fromSegment: 1,
  endPart: undefined,
});

const said = (orders: readonly LiveOrder[]): string[] =>
  orders
    .filter(({ kind }) => kind === 'make' || kind === 'stop')
    .map(({ kind, lease: { holder, segment, fromPart } }) => `${kind} ${segment} ${holder} ${fromPart}`);

/** A board that is looked at as often as an origin does; `until` gives what is ordered from the last look on. */
function watched(...holders: string[]) {
  const board = new LiveBoard(100);
  for (const holder of holders) board.enter(holder);
  let atMs = 0;
  const until = (nowMs: number, sourcePart: number): string[] => {
    const orders: LiveOrder[] = [];
    while (atMs < nowMs) {
      atMs = Math.min(nowMs, atMs + lookMs / 2);
      orders.push(...board.look(facts(atMs, sourcePart)).orders);
    }
    return said(orders);
  };
  return { board, until };
}

test('LEND9 nothing passes to one who fell silent until something is heard of it; whatever else it has passes at once', () => {
  const { board, until } = watched('a', 'b');
  expect(until(50, 101)).toEqual(['make 1 a 100']);
  board.took(1, 100, 50);
  expect(until(100 + silentMs, 180)).toEqual(['make 2 b 200']);
  expect(until(150 + silentMs, 180)).toEqual(['stop 1 a 100', 'make 1 b 101']);
  // Nobody is left who is known to be there.
  expect(until(2900, 180)).toEqual([]);
  board.heard('a');
  expect(until(2950, 180)).toEqual(['stop 1 b 101', 'make 1 a 101']);
});

test('LEND9 one who may have vanished is asked when nobody else is there, and everything of it passes when others are', () => {
  const { board, until } = watched('a', 'b');
  until(50, 101);
  board.took(1, 100, 50);
  expect(until(200 + silentMs, 101)).toEqual([]);
  expect(until(300 + 2 * silentMs, 102)).toEqual(['stop 1 a 100', 'make 1 b 101']);
  board.leave('b');
  expect(until(1000, 102)).toEqual(['stop 1 b 101', 'make 1 a 101']);
  board.enter('c');
  expect(until(1050, 102)).toEqual(['stop 1 a 101', 'make 1 c 101']);
});

test('LEND9 one who comes back with a new request is told anew what it is to make', () => {
  const { board, until } = watched('a');
  expect(until(50, 101)).toEqual(['make 1 a 100']);
  board.leave('a');
  board.enter('a');
  expect(until(100, 101)).toEqual(['stop 1 a 100', 'make 1 a 100']);
});

test('LEND9 who got a lease a moment before its segment is given up need not rest', () => {
  const { board, until } = watched('a', 'b');
  expect(until(50, 101)).toEqual(['make 1 a 100']);
  expect(until(150 + startMs, 101)).toEqual(['stop 1 a 100', 'make 1 b 100']);
  board.enter('c');
  until(150 + lostMs, 101);
  expect(board.readyAt(150 + lostMs)).toBe(3);
});

test('LEND9 time in which the origin did not look counts for nobody’s silence', () => {
  const { board, until } = watched('a', 'b');
  until(50, 101);
  board.took(1, 100, 50);
  until(100, 102);
  expect(said(board.look(facts(5000, 102)).orders)).toEqual([]);
  expect(said(board.look(facts(5000 + silentMs - lookMs, 102)).orders)).toEqual([]);
});

test('LEND10 three requests of ten ticks are on the line at once', () => {
  const outbox = new LiveOutbox<number>();
  for (let tick = 0; tick < 35; tick++) outbox.add(tick);
  expect([outbox.next().length, outbox.next().length, outbox.next()[0], outbox.next().length]).toEqual([10, 10, 20, 0]);
  outbox.answered();
  expect(outbox.next()).toEqual([30, 31, 32, 33, 34]);
  outbox.answered();
  expect(outbox.next()).toEqual([]);
});

test('LEND10 what has overtaken the part that is due waits under its lease, and is nothing to another', () => {
  const early = new EarlyTicks<string>();
  const lease = (id: number, segment: number) => ({ id, segment, holder: 'a', fromPart: segment * 100 });
  early.keep(lease(1, 1), 101, 'old');
  early.keep(lease(2, 2), 201, 'other');
  expect([early.get(lease(1, 1), 101), early.get(lease(3, 1), 101)]).toEqual(['old', undefined]);
  early.keep(lease(3, 1), 102, 'new');
  expect([early.get(lease(3, 1), 101), early.get(lease(3, 1), 102)]).toEqual([undefined, 'new']);
  early.stored(1, 102);
  early.drop(2);
  expect([early.get(lease(3, 1), 102), early.get(lease(2, 2), 201)]).toEqual([undefined, undefined]);
});
