import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { HelpBoard } from '../../src/mapreduce/help-board.ts';
import { LEASE_POLICY, offersWanted } from '../../src/mapreduce/policy.ts';
import { psnrDb } from '../../src/mapreduce/psnr.ts';

const { leaseMs } = LEASE_POLICY;
const ASKING = { roundTripMs: 50, serviceMs: 2000, helpers: 1 };

test('what is brought waits for the creator’s look; what was refused is lent again, what was accepted stays', () => {
  const board = new HelpBoard('b', ['v360']);
  expect([board.offer(3), board.offer(1), board.offer(3)]).toEqual([true, true, false]);
  expect(board.lend('a', { ...ASKING, serviceMs: null }, 0).map(({ segment }) => segment)).toEqual([1]);
  expect(board.bring(1, 'a', 10)).toBe('first');
  expect(board.views().map(({ state }) => state)).toEqual(['returned', 'waiting']);
  board.refuse(1, 'another picture');
  expect(board.views()[0]).toMatchObject({ state: 'waiting', failures: 1, reason: 'another picture' });
  board.bring(1, 'b', 20);
  board.accept(1);
  board.refuse(1, 'too late');
  board.withdraw(1);
  expect(board.views()[0]).toMatchObject({ state: 'done', holders: ['b'] });
});

test('a helper who is sent away loses its leases and everything nobody has looked at', () => {
  const board = new HelpBoard('b', ['v360']);
  for (const segment of [0, 1, 2]) board.offer(segment);
  for (const segment of [0, 1]) {
    board.lend('a', ASKING, 0);
    board.bring(segment, 'a', 10);
  }
  board.accept(0);
  board.lend('a', ASKING, 10);
  expect(board.dismiss('a')).toEqual([1]);
  expect(board.views().map(({ state }) => state)).toEqual(['done', 'waiting', 'waiting']);
});

test('a lease is renewed by its own holder only, and a board that was kept goes on with its leases', () => {
  const board = new HelpBoard('b', ['v360']);
  board.offer(0);
  const [lease] = board.lend('a', ASKING, 0);
  expect(board.progress(lease?.id ?? 0, 'b', 0.5, 1)).toBe(false);
  const again = new HelpBoard('b', ['v360'], board.keep());
  expect(again.progress(lease?.id ?? 0, 'a', 0.5, leaseMs - 1)).toBe(true);
  again.offer(1);
  expect(again.lend('b', ASKING, 2).map(({ segment, id }) => [segment, id > (lease?.id ?? 0)])).toEqual([[1, true]]);
});

test('enough is offered that each helper finds its next segment there', () => {
  expect(offersWanted({ helpers: 0, open: 0 })).toBe(0);
  expect(offersWanted({ helpers: 3, open: 1 })).toBe(5);
  expect(offersWanted({ helpers: 1, open: 9 })).toBe(0);
});

test('pictures are as alike as their colours; transparency does not count, and nothing is not alike', () => {
  const picture = (...values: number[]) => Uint8ClampedArray.from(values);
  expect(psnrDb(picture(1, 2, 3, 255), picture(1, 2, 3, 0))).toBe(100);
  expect(psnrDb(picture(0, 0, 0, 255), picture(255, 255, 255, 255))).toBe(0);
  expect(psnrDb(picture(10, 10, 10, 255), picture(20, 20, 20, 255))).toBeCloseTo(28.13, 2);
  expect([psnrDb(undefined, picture(1)), psnrDb(picture(1), picture(1, 2)), psnrDb(picture(), picture())]).toEqual([
    0, 0, 0,
  ]);
});

interface Step {
  readonly kind:
    | 'offer'
    | 'lend'
    | 'bring'
    | 'fail'
    | 'look'
    | 'refuse'
    | 'leave'
    | 'dismiss'
    | 'pass'
    | 'withdraw'
    | 'restart';
  readonly a: number;
}
const KINDS = [
  'offer',
  'offer',
  'lend',
  'lend',
  'bring',
  'bring',
  'look',
  'fail',
  'refuse',
  'leave',
  'dismiss',
  'pass',
  'withdraw',
  'restart',
] as const;
const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ kind: fc.constantFrom(...KINDS), a: fc.nat(40) }), {
  minLength: 20,
  maxLength: 200,
  size: 'max',
});

/** Helpers are killed, come late, twice and out of order, lie, and the origin restarts; results stay deliverable. */
test('LEND6 whatever happens, a segment is published once, by somebody who was lent it, and work that is done is not lent', () => {
  fc.assert(
    fc.property(steps, (script) => {
      let board = new HelpBoard('b', ['v360']);
      let nowMs = 0;
      const published = new Map<number, string>();
      const hands: { segment: number; holder: string }[] = [];
      const gone = new Set<string>();
      for (const { kind, a } of script) {
        const holder = `h${a % 5}`;
        const segment = a % 8;
        const hand = hands[a % Math.max(1, hands.length)];
        if (kind === 'offer') board.offer(segment);
        if (kind === 'lend' && !gone.has(holder))
          for (const lease of board.lend(holder, { ...ASKING, helpers: 5 }, nowMs)) {
            if (published.has(lease.segment)) throw new Error('published work was lent');
            if (board.broughtBy(lease.segment) !== undefined) throw new Error('work that waits for a look was lent');
            hands.push(lease);
          }
        if (kind === 'bring' && hand !== undefined && !gone.has(hand.holder))
          board.bring(hand.segment, hand.holder, nowMs);
        if (kind === 'fail' && hand !== undefined) board.fail(hand.segment, hand.holder, 'no');
        if (kind === 'look') {
          const by = board.broughtBy(segment);
          board.accept(segment);
          if (by !== undefined) {
            if (published.has(segment)) throw new Error('published twice');
            if (gone.has(by)) throw new Error('published from somebody who was sent away');
            published.set(segment, by);
          }
        }
        if (kind === 'refuse') board.refuse(segment, 'not good');
        if (kind === 'leave') board.leave(holder);
        if (kind === 'dismiss') {
          board.dismiss(holder);
          gone.add(holder);
        }
        if (kind === 'pass') {
          nowMs += a * 1000;
          board.expire(nowMs);
        }
        if (kind === 'withdraw') board.withdraw(segment);
        if (kind === 'restart') board = new HelpBoard('b', ['v360'], board.keep());
        for (const view of board.views()) {
          const isPublished = published.has(view.segment);
          if (isPublished !== (view.state === 'done')) throw new Error(`${view.segment} is ${view.state}`);
          if (isPublished && view.holders[0] !== published.get(view.segment)) throw new Error('another got the credit');
        }
      }
      return true;
    }),
    { numRuns: 600 },
  );
});
