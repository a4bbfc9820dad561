import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { CREATOR, LiveChecks, type Look, type LookWord } from '../../src/mapreduce/live-checks.ts';
import { CHECK_POLICY } from '../../src/mapreduce/live-policy.ts';

const GOP = 20;
const { lookMs, patienceMs, creatorMs, creatorShare } = CHECK_POLICY;

/** Nothing is the creator's by chance, and the last key picture is looked at. */
const usual = (): number => 0.999;

function checksOf(made: Readonly<Record<string, readonly [number, number]>>, chance = usual): LiveChecks {
  const checks = new LiveChecks(GOP, chance);
  for (const [maker, [from, to]] of Object.entries(made))
    for (let part = from; part < to; part++) checks.made(maker, 1, part);
  checks.whole(1, 0);
  return checks;
}

const said = (looks: readonly (Look | undefined)[]): string[] =>
  looks.map((look) => (look === undefined ? 'none' : `${look.looker} ${look.fromPart}-${look.toPart}`));

test('LEND14 somebody else than its maker looks at each one’s share of a segment, from a key picture on', () => {
  const checks = checksOf({ a: [100, 157], b: [157, 200] });
  expect(said(checks.assign(['a', 'b', 'c'], 0))).toEqual(['b 140-143', 'a 180-183']);
  const first = checksOf({ a: [100, 157], b: [157, 200] }, () => 0.2);
  expect(said(first.assign(['a', 'b', 'c'], 0))).toEqual(['b 100-103', 'a 157-160']);
  const short = checksOf({ a: [100, 198], b: [198, 200] });
  expect(said(short.assign(['c', 'd'], 0))).toEqual(['c 180-183', 'd 198-200']);
});

test('LEND14 what nobody else can look at is the creator’s after a while, and at once what it asks for or chance gives it', () => {
  const alone = checksOf({ a: [100, 200] });
  expect(alone.assign(['a'], 0)).toEqual([]);
  expect(alone.askCreator(false, patienceMs)).toBeUndefined();
  expect(said([alone.askCreator(false, patienceMs + 1)])).toEqual([`${CREATOR} 180-183`]);
  const all = checksOf({ a: [100, 200] });
  all.askCreator(true, 0);
  expect(all.assign(['b'], 10)).toEqual([]);
  const chosen = checksOf({ a: [100, 200] }, () => creatorShare / 2);
  expect(said([chosen.askCreator(false, 0)])).toEqual([`${CREATOR} 100-103`]);
  expect(said(checksOf({ a: [100, 200] }, () => creatorShare / 2).assign(['b'], 0))).toEqual(['b 100-103']);
});

test('LEND14 who says nothing for ten seconds, or goes, is not waited for', () => {
  const checks = checksOf({ a: [100, 200] });
  const [look] = checks.assign(['a', 'b'], 0);
  expect(checks.assign(['a', 'b', 'c'], lookMs)).toEqual([]);
  expect(said(checks.assign(['a', 'b', 'c'], lookMs + 1))).toEqual(['c 180-183']);
  expect(checks.say(look?.id ?? 0, 'b', 'lie')).toEqual({ kind: 'old' });
  checks.leave('c');
  expect(said(checks.assign(['a', 'd'], lookMs + 2))).toEqual(['d 180-183']);
});

const sayAs = (checks: LiveChecks, look: Look | undefined, word: LookWord) =>
  checks.say(look?.id ?? 0, look?.looker ?? '', word);

test('LEND15 a helper’s good is enough; its lie only accuses, and the creator’s tab decides', () => {
  const good = checksOf({ a: [100, 200] });
  expect(sayAs(good, good.assign(['b'], 0)[0], 'good')).toEqual({ kind: 'good', segment: 1 });
  expect(good.counts).toEqual({ waiting: 0, good: 1, lies: 0 });
  const lie = checksOf({ a: [100, 200] });
  lie.askCreator(false, 0);
  expect(sayAs(lie, lie.assign(['b', 'c'], 0)[0], 'lie')).toEqual({ kind: 'open' });
  // Nobody else is asked while the creator's tab is there.
  expect(lie.assign(['b', 'c'], 100)).toEqual([]);
  expect(sayAs(lie, lie.askCreator(false, 100), 'lie')).toEqual({ kind: 'lie', maker: 'a' });
  expect(lie.dismiss('a')).toEqual([1]);
  expect(lie.counts).toEqual({ waiting: 0, good: 0, lies: 1 });
});

test('LEND15 who accused somebody falsely is not asked any more', () => {
  const checks = checksOf({ a: [100, 200] });
  checks.askCreator(false, 0);
  sayAs(checks, checks.assign(['b'], 0)[0], 'lie');
  expect(sayAs(checks, checks.askCreator(false, 10), 'good')).toEqual({ kind: 'good', segment: 1 });
  for (let part = 200; part < 300; part++) checks.made('a', 2, part);
  checks.whole(2, 20);
  expect(said(checks.assign(['b', 'c'], 20))).toEqual(['c 280-283']);
});

test('LEND15 without the creator’s tab a second helper has to say the same', () => {
  const checks = checksOf({ a: [100, 200] });
  expect(sayAs(checks, checks.assign(['b', 'c'], creatorMs)[0], 'lie')).toEqual({ kind: 'open' });
  expect(sayAs(checks, checks.assign(['b', 'c'], creatorMs)[0], 'lie')).toEqual({ kind: 'lie', maker: 'a' });
  const split = checksOf({ a: [100, 200] });
  sayAs(split, split.assign(['b', 'c', 'd'], creatorMs)[0], 'lie');
  expect(sayAs(split, split.assign(['b', 'c', 'd'], creatorMs)[0], 'good')).toEqual({ kind: 'open' });
  expect(sayAs(split, split.assign(['b', 'c', 'd'], creatorMs)[0], 'good')).toEqual({ kind: 'good', segment: 1 });
});

test('LEND15 whoever lies about others, and however words come: nobody is convicted by one helper alone, and with the creator’s tab there only liars are', () => {
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 10, max: 9000 }) }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('say' as const), who: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.constant({ kind: 'creator' as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('make' as const), who: fc.nat(3) }) },
  );
  const helpers = ['a', 'b', 'c', 'd'];
  const makers = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      makers,
      makers,
      fc.boolean(),
      fc.array(event, { maxLength: 120 }),
      (lying, slandering, isThere, events) => {
        const checks = new LiveChecks(GOP, usual);
        const accusers = new Map<number, Set<string>>();
        const sent = new Set<string>();
        let [nowMs, segment] = [0, 0];
        const isLiar = (who: string): boolean => lying[helpers.indexOf(who)] === true;
        const truth = new Map<number, string>();
        const say = (look: Look | undefined): void => {
          if (look === undefined) return;
          const maker = truth.get(look.segment) ?? '';
          expect(look.looker).not.toBe(maker);
          const isSlander = slandering[helpers.indexOf(look.looker)] === true;
          const word = isLiar(maker) !== isSlander ? 'lie' : 'good';
          if (word === 'lie') accusers.set(look.segment, (accusers.get(look.segment) ?? new Set()).add(look.looker));
          const outcome = checks.say(look.id, look.looker, word);
          if (outcome.kind !== 'lie') return;
          const against = accusers.get(look.segment) ?? new Set();
          expect(against.has(CREATOR) || against.size >= 2).toBe(true);
          if (isThere) expect(isLiar(outcome.maker)).toBe(true);
          expect(outcome.maker).toBe(maker);
          expect(checks.dismiss(outcome.maker)).toContain(look.segment);
          sent.add(outcome.maker);
        };
        for (const one of events) {
          if (one.kind === 'time') nowMs += one.ms;
          if (isThere || one.kind === 'creator') {
            const look = checks.askCreator(false, nowMs);
            if (one.kind === 'creator') say(look);
          }
          const here = helpers.filter((helper) => !sent.has(helper));
          checks.assign(here, nowMs);
          if (one.kind === 'say') say(checks.lookBy(helpers[one.who] ?? ''));
          if (one.kind === 'leave') checks.leave(helpers[one.who] ?? '');
          const maker = one.kind === 'make' ? (helpers[one.who] ?? '') : '';
          if (!here.includes(maker)) continue;
          truth.set(++segment, maker);
          checks.made(maker, segment, segment * 100);
          checks.whole(segment, nowMs);
        }
      },
    ),
    { numRuns: 300 },
  );
});
