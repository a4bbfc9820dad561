import { expect, test } from '@playwright/test';
import type { BroadcastDetail, StartRequest } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { partBytes, partOf } from './origin-test-media.ts';
import { problemOf, type TestBroadcast, TestOrigin } from './origin-test-server.ts';

const PARTS = 250;
const DURATION_MS = 25_000;

const request = (origin: TestOrigin, broadcast: TestBroadcast, change: Partial<StartRequest> = {}): StartRequest => ({
  availabilityStartMs: origin.clock.nowMs(),
  grid: DEFAULT_GRID,
  tracks: broadcast.tracks,
  upload: { durationMs: DURATION_MS, endParts: { v360: PARTS, a128: PARTS } },
  ...change,
});

async function upload(origin: TestOrigin): Promise<TestBroadcast> {
  const broadcast = await origin.reserve();
  await broadcast.putInits();
  const started = await broadcast.postJson(ingest.start(broadcast.id), request(origin, broadcast));
  if (started.status !== 200) throw new Error(await started.text());
  return broadcast;
}

const detailOf = async (origin: TestOrigin, broadcast: TestBroadcast): Promise<BroadcastDetail> =>
  (await (await origin.get(`/api/broadcasts/${broadcast.id}`)).json()) as BroadcastDetail;

test('UPLOAD1: an upload is a recording from its first moment, with its whole length, and never live', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await upload(origin);
  expect(await detailOf(origin, broadcast)).toMatchObject({
    state: 'ended',
    durationMs: DURATION_MS,
    upload: { madeMs: 0, isFinished: false },
  });
  const manifest = await (await origin.get(broadcast.url('manifest.mpd'))).text();
  expect(manifest).toContain('type="static"');
  expect(manifest).toContain('mediaPresentationDuration="PT25S"');
  const again = await broadcast.postJson(ingest.start(broadcast.id), request(origin, broadcast));
  expect(await again.json()).toEqual({ state: 'ended' });
  const shorter = { durationMs: 24_900, endParts: { v360: 249, a128: 249 } };
  const other = await broadcast.postJson(ingest.start(broadcast.id), request(origin, broadcast, { upload: shorter }));
  expect(await problemOf(other)).toEqual([409, 'started_otherwise']);
});

test('UPLOAD1: an end that is not where the recording ends, or of other tracks, is refused', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve();
  await broadcast.putInits();
  for (const endParts of [
    { v360: PARTS },
    { v360: PARTS, a128: 100 },
    { v360: PARTS, v720: PARTS },
    { v360: 252, a128: 250 },
  ]) {
    const wrong = request(origin, broadcast, { upload: { durationMs: DURATION_MS, endParts: endParts as never } });
    expect(await problemOf(await broadcast.postJson(ingest.start(broadcast.id), wrong))).toEqual([422, 'bad_request']);
  }
});

test('UPLOAD2: parts come in any order and as far ahead of the clock as they like; beyond the end they are refused', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await upload(origin);
  const answer = await broadcast.send(
    partOf('v360', 249, DEFAULT_GRID),
    partOf('v360', 0, DEFAULT_GRID),
    partOf('v360', 250, DEFAULT_GRID),
  );
  expect(answer.parts.map((part) => part.status)).toEqual([201, 201, 422]);
  const cut = { fromPart: 10, toPart: 100, tracks: ['v360', 'a128'] };
  expect(await problemOf(await broadcast.postJson(ingest.cuts(broadcast.id), cut))).toEqual([422, 'bad_request']);
});

test('UPLOAD3 UPLOAD4: what is made can be watched at once, what is not is 503, and with the last part it is whole', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await upload(origin);
  await broadcast.sendTicks(200, 250);
  await broadcast.sendTicks(0, 100);
  expect((await detailOf(origin, broadcast)).upload).toEqual({ madeMs: 10_000, isFinished: false });
  expect((await origin.get(broadcast.url('v360/0.m4s'))).status).toBe(200);
  expect((await origin.get(broadcast.url('v360/2.m4s'))).status).toBe(200);
  expect(await origin.getBytes(broadcast.piece(2, 0, 100))).toEqual(partBytes('v360', 200, DEFAULT_GRID));
  await broadcast.sendTicks(100, 150);
  for (const file of ['v360/1.m4s', 'v360/1.m4s?from=50', 'v360/1-60of100.m4s', 'v360/1-4of5.m4s']) {
    const answer = await origin.get(broadcast.url(file));
    expect([file, answer.status, answer.headers.get('retry-after')]).toEqual([file, 503, '2']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
  await broadcast.sendTicks(150, 200, ['v360']);
  expect((await detailOf(origin, broadcast)).upload).toEqual({ madeMs: 15_000, isFinished: false });
  await broadcast.sendTicks(150, 200, ['a128']);
  expect(await detailOf(origin, broadcast)).toMatchObject({
    state: 'sealed',
    upload: { madeMs: 25_000, isFinished: true },
  });
  expect((await origin.get(broadcast.url('v360/1.m4s'))).status).toBe(200);
});

test('UPLOAD5: an origin that was restarted goes on with the upload where it was', async () => {
  const first = await TestOrigin.start({ store: undefined as never });
  const broadcast = await upload(first);
  await broadcast.sendTicks(0, 100);
  await first.origin.close();
  await using second = await TestOrigin.start({
    dataDir: first.dataDir,
    clock: first.clock,
    store: undefined as never,
  });
  const here = broadcast.at(second);
  expect(await detailOf(second, here)).toMatchObject({ state: 'ended', upload: { madeMs: 10_000, isFinished: false } });
  await here.sendTicks(100, 250);
  expect(await detailOf(second, here)).toMatchObject({ state: 'sealed', durationMs: DURATION_MS });
});
