import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import type { JobView } from '../../src/mapreduce/job.ts';
import { JobBoard } from '../../src/mapreduce/job-board.ts';
import { batchSize, LEASE_POLICY } from '../../src/mapreduce/policy.ts';

const { leaseMs, maxFailures, maxCopies } = LEASE_POLICY;
const board = (segments: number) =>
  JobBoard.of(
    'b'.repeat(16),
    ['v720', 'v480'],
    Array.from({ length: segments }, (_, i) => i),
  );

test('work is lent in playing order, and each segment to one holder while others wait', () => {
  const target = board(3);
  expect([target.lend('a', 0)?.segment, target.lend('b', 0)?.segment, target.lend('a', 0)?.segment]).toEqual([0, 1, 2]);
  expect(target.lend('b', 0)).toBeUndefined();
});

test('a holder who is silent loses the segment; one who tells of progress keeps it', () => {
  const target = board(1);
  const lease = target.lend('a', 0);
  expect(target.progress(lease?.id ?? 0, 0.5, leaseMs - 1)).toBe(true);
  expect(target.expire(leaseMs)).toEqual([]);
  expect(target.lend('b', leaseMs)).toBeUndefined();
  // Lending takes nothing back in silence: who hangs has to be told from who is idle.
  expect(target.lend('b', 2 * leaseMs - 1)).toBeUndefined();
  expect(target.expire(2 * leaseMs - 1).map(({ id, holder }) => [id, holder])).toEqual([[lease?.id, 'a']]);
  expect(target.lend('b', 2 * leaseMs - 1)?.holder).toBe('b');
  expect(target.progress(lease?.id ?? 0, 0.9, 2 * leaseMs - 1)).toBe(false);
});

test('a result that comes after its lease ran out still counts, and the second one is a duplicate', () => {
  const target = board(1);
  target.lend('a', 0);
  target.expire(leaseMs);
  target.lend('b', leaseMs);
  expect(target.finish(0, 'a', leaseMs + 1)).toBe('first');
  expect(target.finish(0, 'b', leaseMs + 2)).toBe('duplicate');
  expect(target.finish(7, 'b', leaseMs + 2)).toBe('unknown');
  expect(target.isComplete).toBe(true);
});

test('near the end a slow segment is lent a second time, to somebody else, and never a third time', () => {
  const target = board(2);
  target.lend('a', 0);
  target.lend('b', 0);
  target.finish(1, 'b', 1000);
  expect(target.lend('b', 1400)).toBeUndefined();
  expect(target.lend('a', 1500)).toBeUndefined();
  expect(target.lend('b', 1500)?.segment).toBe(0);
  expect(target.lend('c', 9000)).toBeUndefined();
  expect(target.views()[0]?.holders).toEqual(['a', 'b']);
});

test('the third failure sets a segment aside with its reason; the creator may have it tried again', () => {
  const target = board(2);
  for (const holder of ['a', 'b', 'c']) {
    expect(target.lend(holder, 0)?.segment).toBe(0);
    target.fail(0, holder, `${holder} could not`);
  }
  expect(target.views()[0]).toMatchObject({ state: 'set-aside', reason: 'c could not', failures: 3 });
  expect(target.lend('d', 0)?.segment).toBe(1);
  target.retrySetAside();
  expect(target.lend('a', 0)?.segment).toBe(0);
});

test('who failed at a segment gets another one first', () => {
  const target = board(2);
  target.lend('a', 0);
  target.fail(0, 'a', 'no');
  expect(target.lend('a', 0)?.segment).toBe(1);
  expect(target.lend('a', 0)?.segment).toBe(0);
});

test('leaving is nobody’s failure', () => {
  const target = board(1);
  target.lend('a', 0);
  target.leave('a');
  expect(target.views()[0]).toMatchObject({ state: 'waiting', failures: 0 });
});

test('a board that was kept goes on: done stays done, what was lent stays lent, and without its leases it is lent again', () => {
  const target = board(3);
  target.lend('a', 0);
  target.finish(0, 'a', 10);
  target.lend('a', 10);
  target.fail(1, 'a', 'no');
  target.lend('a', 10);
  const kept = target.keep();
  const again = new JobBoard(kept);
  expect(again.views().map((view) => view.state)).toEqual(['done', 'waiting', 'working']);
  expect(again.views()[1]?.failures).toBe(1);
  const jobs = kept.jobs.map(({ segment, failures, outcome }) => ({ segment, failures, outcome }));
  const freed = new JobBoard({ ...kept, jobs });
  expect(freed.views().map((view) => view.state)).toEqual(['done', 'waiting', 'waiting']);
});

test('a helper far away holds several segments, but never more than its share of half of what is left', () => {
  const facts = { roundTripMs: 250, serviceMs: 2000, waiting: 100, helpers: 4 };
  expect(batchSize({ ...facts, serviceMs: null })).toBe(1);
  expect(batchSize(facts)).toBe(2);
  expect(batchSize({ ...facts, roundTripMs: 30_000 })).toBe(LEASE_POLICY.maxBatch);
  expect(batchSize({ ...facts, roundTripMs: 30_000, waiting: 8 })).toBe(1);
});

type Step =
  | { readonly kind: 'lend' | 'leave' | 'die'; readonly holder: number }
  | { readonly kind: 'progress' | 'fail' | 'finish'; readonly pick: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'restart' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('lend' as const), holder: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'die' as const), holder: fc.nat(5) }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom('progress', 'fail', 'finish', 'finish'), pick: fc.nat(30) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(leaseMs) }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 150 },
);

function problemOf(view: JobView, winners: ReadonlyMap<number, string>, failures: ReadonlyMap<number, number>) {
  const winner = winners.get(view.segment);
  const failed = failures.get(view.segment) ?? 0;
  if ((view.state === 'done') !== (winner !== undefined)) return `${view.segment} is ${view.state}`;
  if (winner !== undefined && view.holders.join() !== winner)
    return `${view.segment} was made by ${view.holders.join()}`;
  if (view.holders.length > maxCopies) return `${view.segment} is lent ${view.holders.length} times`;
  if (new Set(view.holders).size < view.holders.length) return `${view.segment} is lent twice to one holder`;
  if (view.failures !== failed) return `${view.segment} failed ${view.failures} times and not ${failed}`;
  if (winner === undefined && (view.state === 'set-aside') !== failed >= maxFailures) return `${view.segment} gave up`;
  return undefined;
}

/** Everything anybody ever took in hand stays deliverable, whatever became of the lease: late, twice, out of order. */
test('whatever dies, comes late, twice or in another order: one outcome a segment, no copy too many, nothing lost', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), steps, (segments, script) => {
      let target = board(segments);
      let nowMs = 0;
      const hands: { id: number; segment: number; holder: string }[] = [];
      const winners = new Map<number, string>();
      const failures = new Map<number, number>();
      for (const step of script) {
        switch (step.kind) {
          case 'lend': {
            const lease = target.lend(`h${step.holder}`, nowMs);
            if (lease === undefined) break;
            if (winners.has(lease.segment)) throw new Error('done work was lent');
            hands.push(lease);
            break;
          }
          case 'leave':
            target.leave(`h${step.holder}`);
            break;
          case 'die':
            for (let i = hands.length - 1; i >= 0; i--) if (hands[i]?.holder === `h${step.holder}`) hands.splice(i, 1);
            break;
          case 'progress': {
            const hand = hands[step.pick % Math.max(1, hands.length)];
            if (hand !== undefined) target.progress(hand.id, 0.5, nowMs);
            break;
          }
          case 'fail': {
            const hand = hands[step.pick % Math.max(1, hands.length)];
            if (hand === undefined) break;
            const isOpen = (failures.get(hand.segment) ?? 0) < maxFailures && !winners.has(hand.segment);
            if (isOpen) failures.set(hand.segment, (failures.get(hand.segment) ?? 0) + 1);
            target.fail(hand.segment, hand.holder, 'no');
            break;
          }
          case 'finish': {
            const hand = hands[step.pick % Math.max(1, hands.length)];
            if (hand === undefined) break;
            const verdict = target.finish(hand.segment, hand.holder, nowMs);
            if (verdict !== (winners.has(hand.segment) ? 'duplicate' : 'first')) throw new Error(`judged ${verdict}`);
            if (!winners.has(hand.segment)) winners.set(hand.segment, hand.holder);
            break;
          }
          case 'pass':
            nowMs += step.ms;
            target.expire(nowMs);
            break;
          case 'restart':
            target = new JobBoard(target.keep());
        }
        const problems = target.views().flatMap((view) => problemOf(view, winners, failures) ?? []);
        if (problems.length > 0) throw new Error(problems.join('; '));
      }
      // Somebody steady comes: everything that was not set aside gets done.
      target.retrySetAside();
      nowMs += leaseMs;
      target.expire(nowMs);
      for (let lease = target.lend('steady', nowMs); lease !== undefined; lease = target.lend('steady', nowMs))
        if (target.finish(lease.segment, 'steady', nowMs) !== 'first') throw new Error('work was lent that was done');
      return target.isComplete;
    }),
    { numRuns: 400 },
  );
});
