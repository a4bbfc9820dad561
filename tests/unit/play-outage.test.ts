import { expect, test } from '@playwright/test';
import { BackfillGate } from '../../src/play/backfill-gate.ts';
import { Missed } from '../../src/play/missed.ts';
import { fillLeftMs, type Holdings, isCreatorAway, mayAsk, missedBy, missingWithin } from '../../src/play/outage.ts';
import { fillingWords, missedWords } from '../../src/ui/missed-words.ts';

const gone: Holdings = { askedAtMs: 70_000, knownEndMs: 20_000, missing: [] };
const back: Holdings = { askedAtMs: 80_400, knownEndMs: 80_000, missing: [{ fromMs: 20_000, toMs: 79_000 }] };

test('while the creator is away nobody asks for what was never sent, and what was sent is asked for as always', () => {
  expect(isCreatorAway(gone)).toBe(true);
  expect(mayAsk(20_000, 2000, true, gone)).toBe(false);
  expect(mayAsk(20_000, 2000, false, gone)).toBe(false);
  expect(mayAsk(19_900, 2000, false, gone)).toBe(true);
  expect(isCreatorAway({ ...gone, askedAtMs: 21_000 })).toBe(false);
});

test('once the creator is back the live edge jumps over what is missing, and who is behind waits for it', () => {
  expect(mayAsk(20_000, 2000, true, back)).toBe(true);
  expect(mayAsk(20_000, 2000, false, back)).toBe(false);
  expect(mayAsk(18_500, 2000, false, back), 'a 2 s piece that reaches into it').toBe(false);
  expect(mayAsk(17_900, 2000, false, back)).toBe(true);
  expect(mayAsk(79_000, 2000, false, back)).toBe(true);
});

test('what is held goes on once ten seconds of it are here, and the countdown follows the speed of the filling', async () => {
  let holdings = back;
  let asked = 0;
  const gate = new BackfillGate({
    holdings: () => holdings,
    isFollowing: () => false,
    refresh: () => {
      asked++;
    },
  });
  let isThere = false;
  const held = gate.whenThere(20_000).then(() => {
    isThere = true;
  });
  expect(asked).toBe(1);
  gate.look(0, true);
  expect(gate.outage(20_000)).toEqual({ kind: 'filling', leftMs: undefined });
  holdings = { ...back, missing: [{ fromMs: 24_000, toMs: 79_000 }] };
  gate.look(2000, true);
  expect(gate.outage(20_000)).toEqual({ kind: 'none' });
  expect(gate.outage(23_000)).toEqual({ kind: 'filling', leftMs: 4500 });
  await Promise.resolve();
  expect(isThere).toBe(false);
  holdings = { ...back, missing: [{ fromMs: 30_000, toMs: 79_000 }] };
  gate.look(4000, true);
  await held;
  expect(gate.isHolding).toBe(false);
});

test('what a feed has skipped is asked about once, and waited for only by who is behind', async () => {
  let missing: Holdings['missing'] = [];
  let endMs = back.knownEndMs;
  let asked = 0;
  const make = (isFollowing: boolean) =>
    new BackfillGate({
      holdings: () => ({ ...back, knownEndMs: endMs, missing }),
      isFollowing: () => isFollowing,
      refresh: () => {
        asked++;
      },
    });
  expect(await make(true).fateOf(20_000, 0)).toBe('never');
  const gate = make(false);
  const both = Promise.all([gate.fateOf(20_000, 5000), gate.fateOf(79_200, 5000)]);
  ({ missing } = back);
  gate.look(5100, true);
  expect(await both).toEqual(['wait', 'there']);
  expect(await gate.fateOf(20_100, 5200)).toBe('wait');
  expect(await gate.fateOf(79_700, 5200), 'the tracks end a little apart').toBe('wait');
  let hasCome = false;
  const waiting = gate.whenCame(79_700).then(() => {
    hasCome = true;
  });
  gate.look(5300, false);
  await Promise.resolve();
  expect(hasCome).toBe(false);
  endMs = 81_000;
  gate.look(5400, false);
  await waiting;
  expect(asked).toBe(1);
});

test('who is far behind the outage does not meet it', () => {
  const gate = new BackfillGate({ holdings: () => gone, isFollowing: () => false, refresh: () => undefined });
  expect(gate.outage(12_000)).toEqual({ kind: 'none' });
  expect(gate.outage(19_900)).toEqual({ kind: 'away' });
});

test('who follows the edge is told that the creator is away, also where the picture ended seconds before the sound', () => {
  const gate = new BackfillGate({ holdings: () => gone, isFollowing: () => true, refresh: () => undefined });
  expect(gate.outage(16_500)).toEqual({ kind: 'away' });
});

test('a new outage begins a new measurement, and a filling that stands still promises nothing', () => {
  expect(fillLeftMs([], 1000)).toBeUndefined();
  expect(fillLeftMs([{ atMs: 0, missingMs: 9000 }], 1000)).toBeUndefined();
  const standing = [
    { atMs: 0, missingMs: 9000 },
    { atMs: 2000, missingMs: 9000 },
  ];
  expect(fillLeftMs(standing, 1000)).toBeUndefined();
  expect(
    fillLeftMs(
      [
        { atMs: 0, missingMs: 9000 },
        { atMs: 2000, missingMs: 5000 },
      ],
      4000,
    ),
  ).toBe(2000);
});

test('what was missed is offered with its true length, and only when it is worth a word', () => {
  expect(missedBy(20_000, 22_000)).toBeUndefined();
  expect(missedBy(20_000, 80_000)).toEqual({ fromMs: 20_000, toMs: 80_000 });
  expect(missingWithin(back.missing, 0, Number.POSITIVE_INFINITY)).toBe(59_000);
  expect(missedWords({ fromMs: 20_000, toMs: 80_000, missingMs: 36_000 })).toEqual({
    text: 'The creator was away, and is sending what you missed.',
    button: 'Watch the 60 s you missed',
    progress: '24 of 60 s are here.',
  });
  expect(missedWords({ fromMs: 20_000, toMs: 80_000, missingMs: 0 }).text).toBe(
    'The creator was away. Nothing of it is lost.',
  );
  expect(fillingWords(undefined)).toBe('It goes on by itself.');
  expect(fillingWords(4500)).toBe('It goes on in about 5 s.');
});

test('who stood still at the edge while the creator was away, and only they, has missed what lies between', () => {
  const missed = new Missed();
  const at = (positionMs: number, isPlaying: boolean, outage: 'none' | 'away', isAtLiveEdge = true): void =>
    missed.look({ positionMs, isPlaying, outage, isAtLiveEdge });
  at(20_000, false, 'none');
  at(80_000, true, 'none');
  expect(missed.media([])).toBeUndefined();
  at(80_000, false, 'away');
  at(80_000, false, 'none', false);
  at(140_000, true, 'none');
  expect(missed.media([])).toBeUndefined();
  at(140_000, false, 'away');
  at(140_000, false, 'none');
  at(200_000, true, 'none');
  expect(missed.media([{ fromMs: 150_000, toMs: 160_000 }])).toEqual({
    fromMs: 140_000,
    toMs: 200_000,
    missingMs: 10_000,
  });
  missed.forget();
  expect(missed.media([])).toBeUndefined();
});
