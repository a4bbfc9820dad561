import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { Part } from '../../src/protocol/part.ts';
import { help, lend } from '../../src/protocol/urls.ts';
import { AVCC, Helper, joinAs, look, partsOf, Studio, scene, upload } from './origin-test-lend.ts';
import { partBytes, partOf } from './origin-test-media.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

test('LEND1 an invitation is for one broadcast, ends by itself, and can be revoked with everybody who came by it', async () => {
  await using origin = await TestOrigin.start();
  const studio = new Studio(origin, await upload(origin));
  const { token, id, url } = await studio.invite();
  expect(url).toMatch(/^http:\/\/.+\/lend#[\w-]{43}$/);
  expect(await (await look(origin, token)).json()).toMatchObject({ title: 'Film', tracks: [{ id: 'v360' }] });
  expect(await problemOf(await look(origin, 'x'.repeat(43)))).toEqual([404, 'bad_link']);
  const helper = await Helper.join(origin, token);
  const list = await studio.ask('GET', help.invitations(studio.broadcast.id));
  expect(await list.json()).toEqual([{ id, createdMs: expect.any(Number), expiresMs: expect.any(Number) }]);
  expect((await studio.ask('DELETE', help.invitation(studio.broadcast.id, id))).status).toBe(204);
  expect(await problemOf(await look(origin, token))).toEqual([404, 'bad_link']);
  expect(await problemOf(await helper.ask('POST', lend.leave))).toEqual([403, 'sent_away']);
  const short = await studio.invite(60_000);
  origin.clock.advance(60_000);
  expect(await problemOf(await joinAs(origin, short.token, { v360: AVCC }))).toEqual([404, 'bad_link']);
});

test('LEND2 the studio is told when nobody can come: without an invitation, a helper or anything lent it need not ask again', async () => {
  await using origin = await TestOrigin.start();
  const studio = new Studio(origin, await upload(origin));
  const isExpected = async () => (await studio.state()).isExpected;
  expect(await isExpected()).toBe(false);
  const { token } = await studio.invite(60_000);
  expect(await isExpected()).toBe(true);
  await Helper.join(origin, token);
  await studio.offer(0);
  origin.clock.advance(61_000);
  expect(await isExpected()).toBe(true);
  await studio.ask('DELETE', help.job(studio.broadcast.id, 0));
  expect(await isExpected()).toBe(false);
});

test('LEND3 a browser whose encoder says something else is refused with a sentence', async () => {
  await using origin = await TestOrigin.start();
  const { invitation } = await scene(origin);
  for (const configs of [{ v360: Buffer.from([1, 2, 3]).toString('base64') }, {}])
    expect(await problemOf(await joinAs(origin, invitation.token, configs))).toEqual([409, 'other_encoder']);
});

test('LEND4 LEND6 offered, lent, made, looked at, published: the parts of a helper are the recording’s', async () => {
  await using origin = await TestOrigin.start();
  const { studio, helper } = await scene(origin);
  expect((await studio.state()).wanted).toBe(2);
  expect([(await studio.offer(1)).status, (await studio.offer(1)).status]).toEqual([201, 200]);
  const { lent } = await helper.work();
  expect(lent.map(({ segment }) => segment)).toEqual([1]);
  expect(await (await helper.ask('GET', lend.source(1))).text()).toBe('source of 1');
  expect(await helper.make(1)).toEqual({ verdict: 'first' });
  expect((await studio.state()).jobs).toMatchObject([
    { segment: 1, state: 'returned', holders: [helper.joined.helperId] },
  ]);
  expect((await origin.get(studio.broadcast.piece(1, 0, 100))).status).toBe(503);
  const sample = await studio.ask('GET', help.result(studio.broadcast.id, 1, 'v360', 120, 122));
  expect(Buffer.from(await sample.arrayBuffer())).toEqual(
    Buffer.concat([partBytes('v360', 120, DEFAULT_GRID), partBytes('v360', 121, DEFAULT_GRID)]),
  );
  expect((await studio.judge(1, { kind: 'good' })).status).toBe(200);
  expect(await origin.getBytes(studio.broadcast.piece(1, 0, 100))).toEqual(partBytes('v360', 100, DEFAULT_GRID));
  expect(await studio.state()).toMatchObject({
    helpers: [{ segmentsDone: 1, isHere: true }],
    jobs: [{ state: 'done' }],
  });
  expect(await problemOf(await studio.judge(1, { kind: 'good' }))).toEqual([404, 'no_result']);
});

test('LEND4 a helper that is silent loses its segment to another; the late one is told, and its result is not asked for', async () => {
  await using origin = await TestOrigin.start();
  const { studio, helper, invitation } = await scene(origin);
  await studio.offer(0);
  const [first] = (await helper.work()).lent;
  const second = await Helper.join(origin, invitation.token, 'Other');
  expect((await second.work()).lent).toEqual([]);
  origin.clock.advance(20_000);
  expect((await studio.state()).helpers.map(({ isHere }) => isHere)).toEqual([false, false]);
  expect((await second.work()).lent.map(({ segment }) => segment)).toEqual([0]);
  expect((await helper.work({ held: [{ lease: first?.lease ?? 0, progress: 0.9 }] })).ended).toEqual([first?.lease]);
  expect(await problemOf(await helper.send(0, partsOf(0)))).toEqual([409, 'not_leased']);
  expect(await second.make(0)).toEqual({ verdict: 'first' });
});

test('LEND5 parts of another segment, of sound, with wrong boxes, too few or too many bytes are refused', async () => {
  await using origin = await TestOrigin.start();
  const { studio, helper } = await scene(origin);
  await studio.offer(0);
  await helper.work();
  const refused = async (...parts: Part[]) => problemOf(await helper.send(0, parts));
  expect(await refused(partOf('v360', 100, DEFAULT_GRID))).toEqual([422, 'bad_part']);
  expect(await refused(partOf('a128', 0, DEFAULT_GRID))).toEqual([422, 'bad_part']);
  expect(await refused(partOf('v360', 3, DEFAULT_GRID, { sync: true }))).toEqual([422, 'bad_part']);
  await helper.send(0, partsOf(0).slice(1));
  expect(await problemOf(await helper.done(0))).toEqual([422, 'bad_result']);
  expect((await studio.state()).jobs).toMatchObject([
    { state: 'waiting', failures: 1, reason: 'v360 has 99 of 100 parts' },
  ]);
  await helper.work();
  const huge = partsOf(0).map(({ part }) => partOf('v360', part, DEFAULT_GRID, { sampleBytes: 5000 }));
  expect((await helper.send(0, huge)).status).toBe(200);
  expect(await problemOf(await helper.done(0))).toEqual([422, 'bad_result']);
});

test('LEND5 a result comes in any order and pieces of it twice at the same moment: all of it is there once', async () => {
  await using origin = await TestOrigin.start();
  const { studio, helper } = await scene(origin);
  await studio.offer(0);
  await helper.work();
  const pieces = [partsOf(0).slice(40), partsOf(0).slice(0, 40)];
  const answers = await Promise.all(pieces.flatMap((parts) => [helper.send(0, parts), helper.send(0, parts)]));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect((await helper.done(0)).status).toBe(200);
  expect((await studio.state()).jobs).toMatchObject([{ state: 'returned', failures: 0 }]);
  expect(await problemOf(await helper.send(0, partsOf(0).slice(0, 40)))).toEqual([409, 'not_leased']);
});

test('LEND6 three failures set a segment aside with its reason; a liar is sent away and its segment made by another', async () => {
  await using origin = await TestOrigin.start();
  const { studio, helper, invitation } = await scene(origin);
  await studio.offer(0);
  await studio.offer(1);
  for (let i = 0; i < 3; i++) {
    const held = (await helper.work({ held: [] })).lent.map(({ segment }) => segment);
    if (held.includes(0)) await helper.done(0, { kind: 'failed', reason: 'no memory' });
    else await helper.done(1, { kind: 'failed', reason: 'no memory' });
  }
  const other = await Helper.join(origin, invitation.token, 'Other');
  for (let i = 0; i < 3; i++) {
    const [lent] = (await other.work()).lent;
    if (lent?.segment === 0) await other.done(0, { kind: 'failed', reason: 'no memory either' });
    else break;
  }
  expect((await studio.state()).jobs[0]).toMatchObject({ state: 'set-aside', failures: 3, reason: 'no memory either' });
  await other.work();
  await other.make(1);
  expect((await studio.judge(1, { kind: 'lie', reason: 'another picture' })).status).toBe(200);
  expect(await problemOf(await other.ask('POST', lend.leave))).toEqual([403, 'sent_away']);
  const state = await studio.state();
  expect(state.helpers.find(({ name }) => name === 'Other')).toMatchObject({ isHere: false, segmentsDone: 0 });
  expect(state.jobs[1]).toMatchObject({ segment: 1, state: 'waiting' });
  expect((await origin.get(studio.broadcast.piece(1, 0, 100))).status).toBe(503);
});

test('LEND7 what the creator makes after all is taken back; a helper can be sent away, and may leave by itself', async () => {
  await using origin = await TestOrigin.start();
  const { studio, helper } = await scene(origin);
  const { id } = studio.broadcast;
  await studio.offer(0);
  const [lease] = (await helper.work()).lent;
  expect((await studio.ask('DELETE', help.job(id, 0))).status).toBe(204);
  expect((await helper.work({ held: [{ lease: lease?.lease ?? 0, progress: 0.5 }] })).ended).toEqual([lease?.lease]);
  await studio.offer(1);
  await helper.work();
  expect((await helper.ask('POST', lend.leave)).status).toBe(204);
  expect((await studio.state()).jobs).toMatchObject([{ segment: 1, state: 'waiting', failures: 0 }]);
  expect((await studio.ask('DELETE', help.helper(id, helper.joined.helperId))).status).toBe(204);
  expect(await problemOf(await helper.ask('POST', lend.work, {}))).toEqual([403, 'sent_away']);
  expect(await problemOf(await studio.offer(3))).toEqual([404, 'unknown_name']);
});

test('LEND6 an origin that was restarted goes on with its helpers, leases, sources and results', async () => {
  const first = await TestOrigin.start({ store: undefined as never });
  const { studio, helper } = await scene(first);
  await studio.offer(0);
  await studio.offer(1);
  await helper.work();
  await helper.make(0);
  const [held] = (await helper.work({ serviceMs: 1000 })).lent;
  await first.origin.close();
  await using second = await TestOrigin.start({
    dataDir: first.dataDir,
    clock: first.clock,
    store: undefined as never,
  });
  const there = new Studio(second, studio.broadcast.at(second));
  const back = helper.at(second);
  expect((await there.state()).jobs.map(({ state }) => state)).toEqual(['returned', 'working']);
  expect((await back.work({ held: [{ lease: held?.lease ?? 0, progress: 0.5 }] })).ended).toEqual([]);
  expect((await there.judge(0, { kind: 'good' })).status).toBe(200);
  expect(await back.make(1)).toEqual({ verdict: 'first' });
  await there.judge(1, { kind: 'good' });
  await there.broadcast.sendTicks(200, 250);
  await there.broadcast.sendTicks(0, 200, ['a128']);
  expect(await there.broadcast.state()).toBe('sealed');
  expect((await back.work()).state).toBe('over');
  await second.origin.housekeep();
  expect(await problemOf(await back.ask('POST', lend.leave))).toEqual([401, 'wrong_token']);
});
