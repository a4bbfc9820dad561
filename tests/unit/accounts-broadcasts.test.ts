import { expect, test } from '@playwright/test';
import type { BroadcastDetail, BroadcastSummary } from '../../src/protocol/broadcast.ts';
import { api, auth, live } from '../../src/protocol/urls.ts';
import { firstAdmin, PASSWORD, Person, positionOf, signedUp } from './accounts-test-person.ts';
import { problemOf, TestBroadcast, TestOrigin } from './origin-test-server.ts';

/** A live broadcast with some media, made by somebody who is logged in. */
async function liveOf(origin: TestOrigin, person: Person): Promise<TestBroadcast> {
  const broadcast = new TestBroadcast(origin, await person.reserve());
  await broadcast.putInits();
  await broadcast.start();
  await broadcast.sendTicks(0, 20);
  origin.clock.advance(2000);
  return broadcast;
}

const ids = async (person: Person) =>
  (await person.want<BroadcastSummary[]>('GET', api.broadcasts)).map(({ id }) => id);

test('BROADCAST2: what an account makes is its own, to rename, to hide, to delete', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const { id } = await liveOf(origin, ada);
  const eve = await signedUp(origin, 'Eve');
  expect((await ada.want<BroadcastDetail>('GET', api.broadcast(id))).isOwn).toBe(true);
  expect((await eve.want<BroadcastDetail>('GET', api.broadcast(id))).isOwn).toBe(false);
  const renamed = await ada.want<BroadcastDetail>('PATCH', api.broadcast(id), {
    title: 'Mine',
    visibility: 'unlisted',
  });
  expect(renamed).toMatchObject({ title: 'Mine', visibility: 'unlisted' });
  expect(await problemOf(await eve.ask('PATCH', api.broadcast(id), { title: 'Hers' }))).toEqual([403, 'not_yours']);
  expect(await problemOf(await eve.ask('DELETE', api.broadcast(id)))).toEqual([403, 'not_yours']);
  expect(await problemOf(await new Person(origin).ask('DELETE', api.broadcast(id)))).toEqual([401, 'no_token']);
  expect(await problemOf(await ada.ask('PATCH', api.broadcast(id), {}))).toEqual([422, 'bad_request']);
  expect(await problemOf(await ada.ask('PATCH', api.broadcast(id), { visibility: 'secret' }))).toEqual([
    422,
    'bad_request',
  ]);
  expect(await ids(eve)).toEqual([]);
  expect(await ids(ada)).toEqual([id]);
  expect((await eve.want<BroadcastDetail>('GET', api.broadcast(id))).title).toBe('Mine');
});

test('BROADCAST3: a private broadcast is for its owner: media, manifests, picture and facts; for anybody else it is not there', async () => {
  await using origin = await TestOrigin.start();
  const root = await firstAdmin(origin);
  const ada = await signedUp(origin, 'Ada');
  const broadcast = await liveOf(origin, ada);
  const { id } = broadcast;
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
  await origin.get(`/ingest/${id}/poster.jpg`, {
    method: 'PUT',
    headers: { ...broadcast.headers, 'content-type': 'image/jpeg' },
    body: jpeg,
  });
  const urls = [
    api.broadcast(id),
    live.manifest(id, 200),
    live.chunkedManifest(id),
    live.poster(id),
    live.init(id, 'v360'),
    live.feed(id, 'v360', 0, 0),
    broadcast.piece(0, 0, 100),
  ];
  await ada.want('PATCH', api.broadcast(id), { visibility: 'private' });
  for (const other of [new Person(origin), await signedUp(origin, 'Eve'), root])
    for (const url of urls) expect(await problemOf(await other.ask('GET', url))).toEqual([404, 'unknown_broadcast']);
  for (const url of urls.filter((one) => !one.includes('?from='))) {
    const answer = await ada.ask('GET', url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toMatch(/no-store/);
    await answer.arrayBuffer();
  }
  expect(await ids(root)).toEqual([]);
  expect(await ids(ada)).toEqual([id]);
  // The tab goes on sending, whoever may watch.
  await broadcast.sendTicks(20, 30);
  await ada.want('PATCH', api.broadcast(id), { visibility: 'public' });
  const open = await new Person(origin).ask('GET', broadcast.piece(0, 0, 100));
  expect(open.headers.get('cache-control')).toContain('immutable');
});

test('BROADCAST3: a private segment of a recording is kept by no cache', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const broadcast = await liveOf(origin, ada);
  await broadcast.sendTicks(20, 100);
  await ada.want('PATCH', api.broadcast(broadcast.id), { visibility: 'private' });
  const answer = await ada.ask('GET', live.segment(broadcast.id, 'v360', 0));
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
  expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

test('BROADCAST2: an administrator may rename, hide and delete, but not show what its owner hides', async () => {
  await using origin = await TestOrigin.start();
  const root = await firstAdmin(origin);
  const ada = await signedUp(origin, 'Ada');
  const { id } = await liveOf(origin, ada);
  const change = (visibility: string) => root.ask('PATCH', api.broadcast(id), { visibility });
  expect((await change('unlisted')).status).toBe(200);
  expect(await problemOf(await change('public'))).toEqual([403, 'not_yours']);
  expect((await root.ask('DELETE', api.broadcast(id))).status).toBe(204);
  expect((await ada.ask('GET', api.broadcast(id))).status).toBe(404);
});

test('BROADCAST4: deleting takes the media, the uploads and everybody’s positions, live too', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const eve = await signedUp(origin, 'Eve');
  const broadcast = await liveOf(origin, ada);
  const { id } = broadcast;
  await eve.want('PUT', api.position(id), positionOf(origin, id));
  const waiting = origin.get(broadcast.piece(0, 25, 100));
  expect((await ada.ask('DELETE', api.broadcast(id))).status).toBe(204);
  // Whoever waits for media is let go, and finds nothing when it asks again.
  expect((await waiting).status).toBe(503);
  for (const url of [api.broadcast(id), live.manifest(id, 200), broadcast.piece(0, 0, 100)])
    expect((await ada.ask('GET', url)).status).toBe(404);
  expect((await broadcast.post(Buffer.from('x'))).status).toBe(404);
  expect(await problemOf(await ada.ask('DELETE', api.broadcast(id)))).toEqual([404, 'unknown_broadcast']);
  const { positions } = await eve.want<{ positions: unknown[] }>('GET', api.positions);
  expect(positions).toEqual([]);
});

test('ACCOUNT8: with an account go its broadcasts and positions, and nobody else’s', async () => {
  await using origin = await TestOrigin.start();
  const ada = await signedUp(origin, 'Ada');
  const eve = await signedUp(origin, 'Eve');
  const adas = await liveOf(origin, ada);
  const eves = await liveOf(origin, eve);
  await ada.want('PUT', api.position(eves.id), positionOf(origin, eves.id));
  await eve.want('PUT', api.position(eves.id), positionOf(origin, eves.id));
  await ada.want('POST', auth.deleteAccount, { currentPassword: PASSWORD });
  expect((await eve.ask('GET', api.broadcast(adas.id))).status).toBe(404);
  expect(await ids(eve)).toEqual([eves.id]);
  expect((await eve.want<{ positions: unknown[] }>('GET', api.positions)).positions).toHaveLength(1);
});

test('BROADCAST2: the token of the tab manages too; only a broadcast of an account can be private', async () => {
  await using origin = await TestOrigin.start();
  const nobodys = await origin.reserve();
  const change = (body: unknown) =>
    origin.get(api.broadcast(nobodys.id), {
      method: 'PATCH',
      headers: { ...nobodys.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await change({ visibility: 'unlisted' })).status).toBe(200);
  expect(await problemOf(await change({ visibility: 'private' }))).toEqual([422, 'needs_owner']);
  const removed = await origin.get(api.broadcast(nobodys.id), { method: 'DELETE', headers: nobodys.headers });
  expect(removed.status).toBe(204);
});

test('BROADCAST5: viewers are pages that say so, and other players by address and program, of the last 30 s', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 20);
  const { id } = broadcast;
  const anybody = new Person(origin);
  const viewers = async () => {
    origin.clock.advance(1001);
    return (await anybody.want<BroadcastDetail>('GET', api.broadcast(id))).viewers;
  };
  const read = (agent: string) => origin.get(broadcast.piece(0, 0, 100), { headers: { 'user-agent': agent } });
  const page = (viewer: string, agent = 'browser') =>
    anybody.ask('POST', api.watching(id), { viewer }, { 'user-agent': agent });
  expect(await viewers()).toBe(0);
  await read('browser');
  await read('browser');
  await read('VLC');
  expect(await viewers()).toBe(2);
  for (const letter of 'abc') expect((await page(letter.repeat(16))).status).toBe(204);
  await page('a'.repeat(16));
  expect(await viewers()).toBe(4);
  expect(await problemOf(await page('<b>'))).toEqual([422, 'bad_request']);
  for (let i = 0; i < 100; i++) await page(String(i).padStart(16, '0'), 'army');
  expect(await viewers()).toBe(4 + 64);
  origin.clock.advance(30_000);
  await page('a'.repeat(16));
  expect(await viewers()).toBe(1);
});

test('owner and visibility survive a restart', async () => {
  await using first = await TestOrigin.start();
  const ada = await signedUp(first, 'Ada');
  const { id } = await ada.reserve();
  await ada.want('PATCH', api.broadcast(id), { visibility: 'private' });
  await first.origin.close();
  await using second = await TestOrigin.start({ dataDir: first.dataDir, clock: first.clock });
  const again = new Person(second);
  for (const [name, value] of ada.cookies) again.cookies.set(name, value);
  expect(await again.want<BroadcastDetail>('GET', api.broadcast(id))).toMatchObject({
    isOwn: true,
    visibility: 'private',
  });
  expect((await new Person(second).ask('GET', api.broadcast(id))).status).toBe(404);
});
