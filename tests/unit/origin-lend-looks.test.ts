import { expect, test } from '@playwright/test';
import type { HelpState, LiveLook, LooksAnswer, LookVerdict } from '../../src/protocol/lend.ts';
import type { Part } from '../../src/protocol/part.ts';
import { help, ingest, lend, live } from '../../src/protocol/urls.ts';
import { goOn, Helper, helpedLive, made, makeSegment, manifestOf, periodsWith } from './origin-test-live-helper.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

const LIE: LookVerdict = { kind: 'lie', reason: 'its 240p does not show the film (9.0 dB)' };

test('LEND14 LEND16 what a helper made is looked at by another, and by the creator’s tab when that says it is a lie: the liar is sent away, its link is closed, its segments leave the manifest for good, and others go on from a later boundary', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const liar = await Helper.join(origin, broadcast, 'Liar');
  const friend = await Helper.join(origin, broadcast, 'Friend');
  await goOn(origin, broadcast, 0, 100);
  const ask = async (): Promise<LiveLook | null> => {
    const answer = await broadcast.postJson(help.looks(broadcast.id), { isAll: false });
    return ((await answer.json()) as LooksAnswer).look;
  };
  await ask();
  await makeSegment(origin, broadcast, liar, 1);
  await expect.poll(() => friend.orders).toEqual(['make 2 200']);
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual(['p1']);
  // One in ten is the creator's own from the beginning.
  const own = await ask();
  if (own === null) {
    origin.clock.advance(50);
    await expect.poll(() => friend.looks.length).toBe(1);
    const [look] = friend.looks as [LiveLook];
    expect(look).toMatchObject({ segment: 1, source: { id: 'v360' }, tracks: [{ id: 'v240' }] });
    expect(look.toPart - look.fromPart).toBe(3);
    expect((await friend.made(look, 'v240')).status).toBe(200);
    expect((await friend.made(look, 'v360')).status).toBe(200);
    expect(await problemOf(await friend.made(look, 'a128'))).toEqual([404, 'no_result']);
    expect(await problemOf(await liar.made(look, 'v240'))).toEqual([409, 'not_asked']);
    expect(await problemOf(await liar.say(look, { kind: 'good' }))).toEqual([409, 'not_asked']);
    expect((await friend.say(look, LIE)).status).toBe(200);
    expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual(['p1']);
  }
  const look = own ?? (await ask());
  expect(look?.segment).toBe(1);
  const parts = help.result(broadcast.id, 1, 'v240', look?.fromPart ?? 0, look?.toPart ?? 0);
  expect((await origin.get(parts, { headers: broadcast.headers })).status).toBe(200);
  const said = await broadcast.postJson(help.look(broadcast.id, look?.look ?? 0), LIE);
  expect(said.status).toBe(200);
  origin.clock.advance(50);
  expect(await problemOf(await liar.send(1, made(199, false)))).toEqual([403, 'sent_away']);
  const state = (await (
    await origin.get(help.state(broadcast.id), { headers: broadcast.headers })
  ).json()) as HelpState;
  expect(state.helpers.map(({ sentAway }) => sentAway)).toEqual([expect.stringContaining('does not show'), null]);
  // On its way before it could hear that nobody waits for it any more: that is not its fault.
  const inVain = await friend.send(2, made(200, true));
  expect([inVain.status, await inVain.json()]).toEqual([200, { isYours: false }]);
  expect(state.looks).toEqual({ waiting: 0, good: 0, lies: 1 });
  const invitations = await origin.get(help.invitations(broadcast.id), { headers: broadcast.headers });
  expect(((await invitations.json()) as unknown[]).length).toBe(1);
  origin.clock.advance(50);
  await expect.poll(() => friend.orders).toEqual(['make 2 200', 'stop 2 200']);
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual(['p3']);
  await goOn(origin, broadcast, 200, 300);
  await makeSegment(origin, broadcast, friend, 3);
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual(['p3']);
});

test('LEND16 who is sent away by the creator takes along what nobody has found right', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const helper = await Helper.join(origin, broadcast, 'Friend');
  await goOn(origin, broadcast, 0, 100);
  await makeSegment(origin, broadcast, helper, 1);
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual(['p1']);
  await origin.get(help.helper(broadcast.id, helper.joined.helperId), { method: 'DELETE', headers: broadcast.headers });
  origin.clock.advance(50);
  await expect.poll(async () => periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual([]);
});

test('LEND14 LEND15 words about what nobody was asked to look at, and words that are none, are refused', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const nobody = await broadcast.postJson(help.look(broadcast.id, 1), { kind: 'good' });
  expect(await problemOf(nobody)).toEqual([409, 'not_asked']);
  const helper = await Helper.join(origin, broadcast, 'Friend');
  expect(await problemOf(await broadcast.postJson(help.look(broadcast.id, '1x'), { kind: 'good' }))).toEqual([
    409,
    'not_asked',
  ]);
  const look = { look: 7, fromPart: 100, toPart: 103 } as LiveLook;
  expect(await problemOf(await helper.say(look, { kind: 'good' }))).toEqual([409, 'not_asked']);
  expect(await problemOf(await helper.say(look, { kind: 'fine' } as unknown as LookVerdict))).toEqual([
    422,
    'bad_request',
  ]);
  expect(await problemOf(await broadcast.postJson(help.looks(broadcast.id), { isAll: 'yes' }))).toEqual([
    422,
    'bad_request',
  ]);
  const range = help.result(broadcast.id, 1, 'v240', 110, 100);
  expect(await problemOf(await origin.get(range, { headers: broadcast.headers }))).toEqual([404, 'unknown_name']);
});

/** What one helper makes of a segment, all at once. */
const again = (segment: number): Part[] => Array.from({ length: 100 }, (_, i) => made(segment * 100 + i, i % 20 === 0));

test('LEND17 after the end idle helpers make again what lacks; nobody sees it before another has found it right, and the recording is sealed with it', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  await goOn(origin, broadcast, 0, 100);
  const first = await Helper.join(origin, broadcast, 'First');
  const second = await Helper.join(origin, broadcast, 'Second');
  await broadcast.postJson(ingest.end(broadcast.id), { endParts: { v360: 100, a128: 100 } });
  const helpers = [first, second] as const;
  const passSecond = (): void => {
    for (let i = 0; i < 20; i++) origin.clock.advance(50);
  };
  passSecond();
  await expect.poll(() => helpers.flatMap(({ orders }) => orders)).toEqual(['make 0 0']);
  const maker = first.orders.length > 0 ? first : second;
  const other = maker === first ? second : first;
  const parts = again(0);
  expect(await problemOf(await maker.send(0, made(0, false)))).toEqual([422, 'bad_part']);
  passSecond();
  await expect.poll(() => other.orders).toEqual(['make 0 0']);
  // One request overtakes another.
  for (const some of [parts.slice(10, 20), parts.slice(0, 10), parts.slice(20, 60)])
    expect(await (await other.send(0, ...some)).json()).toEqual({ isYours: true });
  expect(await (await other.send(0, ...parts.slice(50))).json()).toEqual({ isYours: false });
  for (let i = 0; i < 9; i++) passSecond();
  expect(await broadcast.state()).toBe('ended');
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual([]);
  await expect.poll(() => maker.looks.length).toBe(1);
  const [look] = maker.looks as [LiveLook];
  const seen = await maker.made(look, 'v240');
  const wanted = Buffer.concat(parts.slice(look.fromPart, look.toPart).map(({ bytes }) => bytes));
  expect(Buffer.from(await seen.arrayBuffer()).equals(wanted)).toBe(true);
  expect((await maker.say(look, { kind: 'good' })).status).toBe(200);
  origin.clock.advance(50);
  await expect.poll(() => broadcast.state()).toBe('sealed');
  await expect.poll(() => other.words.at(-1)).toEqual({ kind: 'over' });
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual(['p0']);
  expect(await manifestOf(origin, broadcast)).toContain('$RepresentationID$r/');
  const published = await origin.getBytes(live.segment(broadcast.id, 'v240r', 0));
  expect(published.equals(Buffer.concat(parts.map(({ bytes }) => bytes)))).toBe(true);
});

test('LEND17 what was made again and is a lie is thrown away, and somebody else makes it', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  await goOn(origin, broadcast, 0, 100);
  const helpers = [await Helper.join(origin, broadcast, 'First'), await Helper.join(origin, broadcast, 'Second')];
  await broadcast.postJson(ingest.end(broadcast.id), { endParts: { v360: 100, a128: 100 } });
  for (let i = 0; i < 20; i++) origin.clock.advance(50);
  await expect.poll(() => helpers.flatMap(({ orders }) => orders)).toEqual(['make 0 0']);
  const liar = helpers.find(({ orders }) => orders.length > 0) as Helper;
  const other = helpers.find((one) => one !== liar) as Helper;
  await broadcast.postJson(help.looks(broadcast.id), { isAll: true });
  expect((await liar.send(0, ...again(0))).status).toBe(200);
  const answer = await broadcast.postJson(help.looks(broadcast.id), { isAll: true });
  const { look } = (await answer.json()) as LooksAnswer;
  expect(look?.segment).toBe(0);
  await broadcast.postJson(help.look(broadcast.id, look?.look ?? 0), LIE);
  for (let i = 0; i < 20; i++) origin.clock.advance(50);
  expect((await origin.get(lend.live, { headers: liar.headers })).status).toBe(403);
  await expect.poll(() => other.orders).toEqual(['make 0 0']);
  expect(await broadcast.state()).toBe('processing');
});

test('LEND17 while live whose turn is now or the next is left alone, and another makes again what lacks', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  await goOn(origin, broadcast, 0, 100);
  const first = await Helper.join(origin, broadcast, 'First');
  const second = await Helper.join(origin, broadcast, 'Second');
  await goOn(origin, broadcast, 100, 190);
  await expect.poll(() => first.orders).toEqual(['make 2 200']);
  const third = await Helper.join(origin, broadcast, 'Third');
  await goOn(origin, broadcast, 190, 210);
  await expect.poll(() => third.orders).toEqual(['make 0 0']);
  expect([first.orders, second.orders]).toEqual([['make 2 200'], []]);
});

test('LEND17 a helper that loses the line after the end goes on when it is back; one that stays away is waited for half a minute', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  await goOn(origin, broadcast, 0, 100);
  const helper = await Helper.join(origin, broadcast, 'Friend');
  await broadcast.postJson(ingest.end(broadcast.id), { endParts: { v360: 100, a128: 100 } });
  origin.clock.advance(50);
  await expect.poll(() => helper.orders).toEqual(['make 0 0']);
  helper.vanish();
  for (let i = 0; i < 10; i++) origin.clock.advance(1000);
  expect(await broadcast.state()).toBe('ended');
  await helper.listen();
  origin.clock.advance(50);
  await expect.poll(() => helper.orders).toEqual(['make 0 0', 'make 0 0']);
  helper.vanish();
  await expect
    .poll(async () => {
      origin.clock.advance(10_000);
      return broadcast.state();
    })
    .toBe('sealed');
});
