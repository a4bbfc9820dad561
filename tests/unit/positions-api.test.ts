import path from 'node:path';
import { expect, test } from '@playwright/test';
import Sqlite from 'better-sqlite3';
import type { Position, PositionAnswer, PositionList, PositionsAnswer } from '../../src/protocol/positions.ts';
import { api } from '../../src/protocol/urls.ts';
import { until } from '../helpers/until.ts';
import { Person, positionOf, signedUp } from './accounts-test-person.ts';
import { problemOf, type TestBroadcast, TestOrigin } from './origin-test-server.ts';

const HOUR_MS = 3600_000;
const hlcAt = (ms: number): Position['hlc'] => (ms * 1024) as Position['hlc'];

/** A recording of 10 s that is over. */
async function recording(origin: TestOrigin): Promise<TestBroadcast> {
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 100);
  origin.clock.advance(10_000);
  await broadcast.end(100);
  origin.clock.advance(10_000);
  await until(() => broadcast.state()).toBe('sealed');
  return broadcast;
}

test('POSITION1 POSITION2: a position is written and read back by its account alone', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const eve = await signedUp(origin, 'Eve');
  const sent = positionOf(origin, id, { mediaMs: 4321 });
  const answer = await ada.want<PositionAnswer>('PUT', api.position(id), sent);
  expect(answer).toMatchObject({
    outcome: 'stored',
    position: { mediaMs: 4321, durationMs: 10_000 },
    serverTimeMs: origin.clock.nowMs(),
  });
  expect(answer.position?.wallMs).toBe((answer.position?.mediaMs ?? 0) + (await startedAt(origin, id)));
  const list = await ada.want<PositionList>('GET', api.positions);
  expect(list.positions).toEqual([answer.position]);
  expect(list.broadcasts.map((broadcast) => broadcast.id)).toEqual([id]);
  expect((await eve.want<PositionList>('GET', api.positions)).positions).toEqual([]);
  expect(await problemOf(await new Person(origin).ask('GET', api.positions))).toEqual([401, 'log_in']);
  expect(await problemOf(await new Person(origin).ask('PUT', api.position(id), sent))).toEqual([401, 'log_in']);
});

const startedAt = async (origin: TestOrigin, id: string): Promise<number> =>
  ((await (await origin.get(api.broadcast(id))).json()) as { startedAt: number }).startedAt;

test('POSITION4: the newest stamp wins, not the largest time; an older one is told what is held; twice is once', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const nowMs = origin.clock.nowMs();
  const put = (mediaMs: number, hlcMs: number) =>
    ada.want<PositionAnswer>('PUT', api.position(id), positionOf(origin, id, { mediaMs, hlc: hlcAt(hlcMs) }));
  expect((await put(9000, nowMs)).outcome).toBe('stored');
  expect((await put(100, nowMs + 10)).outcome).toBe('stored');
  expect(await put(9500, nowMs - 10)).toMatchObject({ outcome: 'older', position: { mediaMs: 100 } });
  expect((await put(100, nowMs + 10)).outcome).toBe('stored');
});

test('POSITION4: many writers of one broadcast in one batch end at the newest', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const nowMs = origin.clock.nowMs();
  const order = [3, 1, 4, 0, 2];
  const answers = await Promise.all(
    order.map((i) =>
      ada.want<PositionAnswer>(
        'PUT',
        api.position(id),
        positionOf(origin, id, { mediaMs: i * 1000, hlc: hlcAt(nowMs + i) }),
      ),
    ),
  );
  for (const answer of answers) expect(answer.position?.mediaMs).toBe(4000);
  expect(answers.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
});

test('POSITION5: a clock two hours ahead is held to 30 s, one two hours behind loses nothing of others', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const nowMs = origin.clock.nowMs();
  const fast = await ada.want<PositionAnswer>(
    'PUT',
    api.position(id),
    positionOf(origin, id, { hlc: hlcAt(nowMs + 2 * HOUR_MS) }),
  );
  expect(fast.position?.hlc).toBe(hlcAt(nowMs + 30_000));
  const slow = await ada.want<PositionAnswer>(
    'PUT',
    api.position(id),
    positionOf(origin, id, { mediaMs: 9, hlc: hlcAt(nowMs - 2 * HOUR_MS) }),
  );
  expect(slow).toMatchObject({ outcome: 'older', position: { mediaMs: 1000 }, serverTimeMs: nowMs });
  origin.clock.advance(31_000);
  const right = positionOf(origin, id, { mediaMs: 77 });
  expect((await ada.want<PositionAnswer>('PUT', api.position(id), right)).outcome).toBe('stored');
});

test('POSITION3: beyond the end, negative, of an unknown broadcast: refused with its own answer, and nothing is touched', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  await ada.want('PUT', api.position(id), positionOf(origin, id));
  const put = async (broadcastId: string, over: Record<string, unknown>, url = api.position(broadcastId)) =>
    problemOf(await ada.ask('PUT', url, { ...positionOf(origin, broadcastId), ...over }));
  expect(await put(id, { mediaMs: 12_001 })).toEqual([422, 'beyond_end']);
  expect(await put(id, { mediaMs: -1 })).toEqual([422, 'bad_position']);
  expect(await put('z'.repeat(16), {})).toEqual([404, 'unknown_broadcast']);
  expect(await put('..', {}, '/api/positions/..%2f..')).toEqual([422, 'bad_position']);
  expect(await put(id, {}, api.position('z'.repeat(16)))).toEqual([422, 'bad_position']);
  for (const wrong of [
    { mediaMs: 1.5 },
    { mediaMs: '7' },
    { mediaMs: Number.MAX_SAFE_INTEGER },
    { hlc: -1 },
    { hlc: 2 ** 60 },
    { state: 'watched' },
    { device: { id: 'x', name: 'Phone', tab: 't'.repeat(16) } },
    { device: { id: 'd'.repeat(16), name: 'x'.repeat(41), tab: 't'.repeat(16) } },
    { device: { id: 'd'.repeat(16), name: 'a\u0000b', tab: 't'.repeat(16) } },
  ])
    expect(await put(id, wrong)).toEqual([422, 'bad_position']);
  const reserved = await origin.reserve();
  expect(await put(reserved.id, {})).toEqual([422, 'beyond_end']);
  const { positions } = await ada.want<PositionList>('GET', api.positions);
  expect(positions.map(({ mediaMs }) => mediaMs)).toEqual([1000]);
});

test('POSITION6: many in one request, and one bad does not hurt the others; 10 000 at once are refused whole', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const other = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const answer = await ada.want<PositionsAnswer>('PUT', api.positions, {
    positions: [
      positionOf(origin, id),
      { ...positionOf(origin, id), mediaMs: -1 },
      'nonsense',
      positionOf(origin, 'z'.repeat(16)),
      positionOf(origin, other.id),
    ],
  });
  expect(answer.results.map((result) => ('code' in result ? result.code : result.outcome))).toEqual([
    'stored',
    'bad_position',
    'bad_position',
    'unknown_broadcast',
    'stored',
  ]);
  const many = (count: number) => ({ positions: Array.from({ length: count }, () => positionOf(origin, id)) });
  expect((await problemOf(await ada.ask('PUT', api.positions, many(10_000))))[0]).toBe(413);
  expect(
    await problemOf(await ada.ask('PUT', api.positions, { positions: Array.from({ length: 151 }, () => 0) })),
  ).toEqual([413, 'too_many']);
  expect((await ada.ask('PUT', api.positions, many(150))).status).toBe(200);
  expect((await ada.want<PositionList>('GET', api.positions)).positions).toHaveLength(2);
});

test('POSITION7: cleared is a tombstone that reaches what was still on the way, and watching again is a new start', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const before = positionOf(origin, id);
  await ada.want('PUT', api.position(id), before);
  origin.clock.advance(1000);
  await ada.want('DELETE', api.position(id));
  const list = await ada.want<PositionList>('GET', api.positions);
  expect(list.positions).toMatchObject([{ state: 'cleared', mediaMs: 0 }]);
  const late = { ...before, hlc: (before.hlc + 5) as Position['hlc'] };
  expect((await ada.want<PositionAnswer>('PUT', api.position(id), late)).outcome).toBe('older');
  origin.clock.advance(1000);
  expect((await ada.want<PositionAnswer>('PUT', api.position(id), positionOf(origin, id))).outcome).toBe('stored');
});

test('POSITION8: clearing everything counts for what other devices have not sent yet', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const other = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const offline = positionOf(origin, other.id);
  await ada.want('PUT', api.position(id), positionOf(origin, id));
  origin.clock.advance(1000);
  const { hlc } = await ada.want<{ hlc: number }>('DELETE', api.positions);
  expect(await ada.want<PositionList>('GET', api.positions)).toMatchObject({
    positions: [],
    clearedHlc: hlc,
    broadcasts: [],
  });
  expect(await ada.want<PositionAnswer>('PUT', api.position(other.id), offline)).toMatchObject({
    outcome: 'older',
    position: null,
  });
  expect((await ada.want<PositionList>('GET', api.positions)).positions).toEqual([]);
  origin.clock.advance(1000);
  await ada.want('PUT', api.position(id), positionOf(origin, id));
  // Cleared offline before that: what was watched since stays.
  await ada.want('DELETE', `${api.positions}?hlc=${hlc + 1}`);
  expect((await ada.want<PositionList>('GET', api.positions)).positions).toHaveLength(1);
  for (const hlcText of ['-1', 'x', '1e3', '99999999999999999'])
    expect((await ada.ask('DELETE', `${api.positions}?hlc=${hlcText}`)).status).toBe(422);
});

test('POSITION9: while history is paused nothing is written; the export is a file of everything else', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const phone = new Person(origin);
  await phone.logIn('Ada');
  await phone.want('PUT', api.position(id), positionOf(origin, id));
  await ada.want('PATCH', api.positions, { isPaused: true });
  origin.clock.advance(1000);
  const paused = await phone.want<PositionAnswer>('PUT', api.position(id), positionOf(origin, id, { mediaMs: 5 }));
  expect(paused).toMatchObject({ outcome: 'paused', position: { mediaMs: 1000 } });
  expect((await ada.want<PositionList>('GET', api.positions)).isPaused).toBe(true);
  const exported = await ada.ask('GET', api.positionsExport);
  expect(exported.headers.get('content-disposition')).toBe('attachment; filename="tabcast-history.json"');
  expect(await exported.json()).toMatchObject({
    isHistoryPaused: true,
    positions: [{ broadcastId: id, positionSeconds: 1, device: 'Phone', title: 'A test' }],
  });
  await ada.want('PATCH', api.positions, { isPaused: false });
  expect(
    (await phone.want<PositionAnswer>('PUT', api.position(id), positionOf(origin, id, { mediaMs: 5 }))).outcome,
  ).toBe('stored');
});

test('POSITION2: a live position keeps its meaning in the recording, and survives a restart', async () => {
  await using first = await TestOrigin.start();
  const broadcast = await first.live();
  await broadcast.sendTicks(0, 50);
  first.clock.advance(5000);
  const ada = await signedUp(first, 'Ada');
  const atEdge = positionOf(first, broadcast.id, {
    mediaMs: 4900,
    isAtEdge: true,
    durationMs: 7,
    state: 'finished',
    finishedMs: 1,
  });
  const stored = (await ada.want<PositionAnswer>('PUT', api.position(broadcast.id), atEdge)).position;
  expect(stored).toMatchObject({
    state: 'watching',
    durationMs: null,
    finishedMs: null,
    isAtEdge: true,
    mediaMs: 4900,
  });
  await first.origin.close();
  await using second = await TestOrigin.start({ dataDir: first.dataDir, clock: first.clock });
  const again = new Person(second);
  for (const [name, value] of ada.cookies) again.cookies.set(name, value);
  expect((await again.want<PositionList>('GET', api.positions)).positions).toEqual([stored]);
});

test('POSITION2: positions that come too fast are told to wait', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const statuses = await Promise.all(
    Array.from({ length: 125 }, async () => (await ada.ask('PUT', api.position(id), positionOf(origin, id))).status),
  );
  expect(statuses.filter((status) => status === 429)).toHaveLength(5);
});

test('POSITION2: an account that is deleted while its positions are on the way takes nobody else’s with it', async () => {
  await using origin = await TestOrigin.start();
  const { id } = await recording(origin);
  const ada = await signedUp(origin, 'Ada');
  const eve = await signedUp(origin, 'Eve');
  const accountId = (await ada.account())?.id ?? '';
  const sqlite = new Sqlite(path.join(origin.dataDir, 'tabcast.db'));
  const [adas, eves] = await Promise.all([
    ada.ask('PUT', api.position(id), positionOf(origin, id)),
    eve.ask('PUT', api.position(id), positionOf(origin, id)),
    // As another origin on the same database would, in the middle of the batch.
    Promise.resolve().then(() => sqlite.prepare('delete from account where id = ?').run(accountId)),
  ]);
  sqlite.close();
  expect(await problemOf(adas)).toEqual([401, 'log_in']);
  expect(eves.status).toBe(200);
});
