import { expect, test } from '@playwright/test';
import { jpegSize } from '../../src/origin/jpeg.ts';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import { MAX_STRIP_BYTES } from '../../src/protocol/thumbnails.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { problemOf, type TestBroadcast, TestOrigin } from './origin-test-server.ts';
import { testStrip } from './origin-test-strip.ts';

type Bytes = Buffer<ArrayBuffer>;

const put = (origin: TestOrigin, broadcast: TestBroadcast, segment: number, body: Bytes, type = 'image/jpeg') =>
  origin.get(ingest.strip(broadcast.id, segment), {
    method: 'PUT',
    body,
    headers: { ...broadcast.headers, 'content-type': type },
  });

test('THUMB1 THUMB2: the strip of a segment is stored once, told, and served for ever', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  expect((await put(origin, broadcast, 0, testStrip())).status).toBe(201);
  expect((await put(origin, broadcast, 0, testStrip(400, 45))).status).toBe(200);
  const answer = await origin.get(live.strip(broadcast.id, 0));
  expect(answer.headers.get('content-type')).toBe('image/jpeg');
  expect(answer.headers.get('cache-control')).toContain('immutable');
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(testStrip());
  expect(await problemOf(await origin.get(live.strip(broadcast.id, 7)))).toEqual([404, 'no_strip']);
  const detail = (await (await origin.get(`/api/broadcasts/${broadcast.id}`)).json()) as BroadcastDetail;
  expect(detail.strips).toEqual([{ from: 0, to: 1 }]);
});

test('THUMB1: what is no strip of JPEG pictures is refused, and so is a segment of the future', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const refusal = async (segment: number, body: Bytes, type?: string) =>
    problemOf(await put(origin, broadcast, segment, body, type));
  expect(await refusal(0, Buffer.from('<svg/>'))).toEqual([422, 'bad_strip']);
  expect(await refusal(0, testStrip(810, 90))).toEqual([422, 'bad_strip']);
  expect(await refusal(0, testStrip(801, 90))).toEqual([422, 'bad_strip']);
  expect(await refusal(0, testStrip(800, 161))).toEqual([422, 'bad_strip']);
  expect(await refusal(0, testStrip(0, 90))).toEqual([422, 'bad_strip']);
  expect(await refusal(0, testStrip().subarray(0, 20))).toEqual([422, 'bad_strip']);
  expect(await refusal(0, Buffer.alloc(MAX_STRIP_BYTES + 1, 0xff))).toEqual([413, 'too_large']);
  expect(await refusal(0, testStrip(), 'image/png')).toEqual([415, 'wrong_type']);
  expect(await refusal(500, testStrip())).toEqual([422, 'bad_strip']);
  for (const name of ['..%2f0', '-1', '00', '0.jpg.jpg', '12345678']) {
    const answer = await origin.get(`/ingest/${broadcast.id}/thumbnails/${name}.jpg`, {
      method: 'PUT',
      body: testStrip(),
      headers: { ...broadcast.headers, 'content-type': 'image/jpeg' },
    });
    expect(answer.status, name).toBe(404);
  }
});

test('THUMB1 FENCE2: only the newest tab of a broadcast that goes on sends strips', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const headers = { 'content-type': 'image/jpeg' };
  const url = ingest.strip(broadcast.id, 0);
  expect(await problemOf(await origin.get(url, { method: 'PUT', body: testStrip(), headers }))).toEqual([
    401,
    'no_token',
  ]);
  await origin.get(ingest.claim(broadcast.id), { method: 'POST', headers: broadcast.headers });
  expect(await problemOf(await put(origin, broadcast, 0, testStrip()))).toEqual([409, 'newer_tab']);
});

test('a JPEG is read as far as its size, however it was cut or forged', () => {
  expect(jpegSize(testStrip(800, 90))).toEqual({ width: 800, height: 90 });
  const whole = testStrip();
  for (let length = 0; length < whole.length; length++) expect(jpegSize(whole.subarray(0, length))).toBeUndefined();
  const endless = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xd9]);
  expect(jpegSize(endless)).toBeUndefined();
  const overlong = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0xff, 0xd9]);
  expect(jpegSize(overlong)).toBeUndefined();
});
