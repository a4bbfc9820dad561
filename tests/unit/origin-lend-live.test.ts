import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { HelpState } from '../../src/protocol/lend.ts';
import type { Part } from '../../src/protocol/part.ts';
import { help, ingest, lend, live } from '../../src/protocol/urls.ts';
import { goOn, Helper, helpedLive, made, manifestOf, periodsWith } from './origin-test-live-helper.ts';
import { partOf } from './origin-test-media.ts';
import { problemOf, type TestBroadcast, TestOrigin } from './origin-test-server.ts';

async function helpOf(origin: TestOrigin, { id, headers }: TestBroadcast): Promise<HelpState> {
  return (await (await origin.get(help.state(id), { headers })).json()) as HelpState;
}

test('LEND8 what is left to helpers is in no manifest until somebody helps, and its holes are not told as missing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  await goOn(origin, broadcast, 0, 20);
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual([]);
  const detail = (await (await origin.get(`/api/broadcasts/${broadcast.id}`)).json()) as { missing: unknown };
  expect(detail.missing).toEqual([]);
  const { helped } = await helpOf(origin, broadcast);
  expect(helped).toEqual([{ track: 'v240', madeBy: null, behindMs: 0 }]);
  const helper = await Helper.join(origin, broadcast, 'Friend');
  expect(helper.joined).toMatchObject({ tracks: [{ id: 'v240' }], live: { source: { id: 'v360' } } });
  await goOn(origin, broadcast, 20, 30);
  const manifest = await manifestOf(origin, broadcast);
  expect(periodsWith(manifest, 'v240')).toEqual(['p1']);
  helper.vanish();
  await expect
    .poll(async () => {
      origin.clock.advance(50);
      return periodsWith(await manifestOf(origin, broadcast), 'v240');
    })
    .toEqual([]);
});

test('LEND9 LEND10 a segment passes to another helper at the first missing part, which must begin with a key picture', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const first = await Helper.join(origin, broadcast, 'First');
  const second = await Helper.join(origin, broadcast, 'Second');
  await goOn(origin, broadcast, 0, 100);
  await expect.poll(() => first.orders).toEqual(['make 1 100']);
  await broadcast.sendTicks(100, 103);
  origin.clock.advance(100);
  expect(await (await first.send(1, made(100, true))).json()).toEqual({ isYours: true });
  expect(await (await second.send(1, made(101, true))).json()).toEqual({ isYours: false });
  expect(second.words).toContainEqual(expect.objectContaining({ kind: 'stand-by', segment: 1 }));
  const madeBy = async () => (await helpOf(origin, broadcast)).helped;
  expect(await madeBy()).toEqual([{ track: 'v240', madeBy: first.joined.helperId, behindMs: 200 }]);
  for (let i = 0; i < 8; i++) origin.clock.advance(50);
  await expect.poll(() => first.orders).toEqual(['make 1 100', 'stop 1 100']);
  await expect.poll(() => second.orders).toEqual(['make 1 101']);
  expect(await madeBy()).toMatchObject([{ madeBy: second.joined.helperId }]);
  // What comes late from the first counts no more, and nothing of it is visible.
  expect(await (await first.send(1, made(101, false))).json()).toEqual({ isYours: false });
  expect(await problemOf(await second.send(1, made(101, false)))).toEqual([422, 'bad_part']);
  await broadcast.sendTicks(103, 104);
  origin.clock.advance(50);
  await expect.poll(() => first.orders.length).toBe(3);
  expect(first.orders[2]).toBe('make 1 101');
  expect(await (await first.send(1, made(101, true), made(102, false))).json()).toEqual({ isYours: true });
  const stored = await origin.getBytes(live.piece(broadcast.id, 'v240', 1, 1, 100));
  expect(stored.equals(Buffer.from(made(101, true).bytes))).toBe(true);
});

test('LEND9 who fell silent gets nothing more until it asks for a source, or brings something', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const first = await Helper.join(origin, broadcast, 'First');
  const second = await Helper.join(origin, broadcast, 'Second');
  const waitSilence = (): void => {
    for (let i = 0; i < 8; i++) origin.clock.advance(50);
  };
  const maker = async () => (await helpOf(origin, broadcast)).helped[0]?.madeBy;
  await goOn(origin, broadcast, 0, 100);
  await broadcast.sendTicks(100, 110);
  expect((await first.send(1, made(100, true))).status).toBe(200);
  waitSilence();
  expect(await maker()).toBe(second.joined.helperId);
  expect((await second.send(1, made(101, true))).status).toBe(200);
  waitSilence();
  expect(await maker()).toBe(second.joined.helperId);
  await (await origin.get(lend.liveSource(1, 0), { headers: first.headers })).body?.cancel();
  waitSilence();
  expect(await maker()).toBe(first.joined.helperId);
  expect((await first.send(1, made(102, true))).status).toBe(200);
  waitSilence();
  expect(await maker()).toBe(first.joined.helperId);
  expect(await (await second.send(1, made(102, false))).json()).toEqual({ isYours: false });
  waitSilence();
  expect(await maker()).toBe(second.joined.helperId);
});

test('LEND10 a part with too few pictures, of another rendition, twice in a tick, far too large, or long before it is due refuses the helper for a while', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const bad: readonly Part[][] = [
    [made(100, true, { sampleCount: 2 })],
    [made(100, true, { lasting: [1, 2] })],
    [partOf('v360', 100, DEFAULT_GRID)],
    [made(131, true)],
    [made(100, true, { tfdt: 1 })],
    [made(100, true), made(100, true)],
    [made(100, true, { sampleBytes: 400_000 })],
  ];
  const helpers = [];
  for (let i = 0; i < bad.length; i++) helpers.push(await Helper.join(origin, broadcast, `Number ${i}`));
  await goOn(origin, broadcast, 0, 101);
  for (const [i, parts] of bad.entries()) {
    const helper = helpers[i] as Helper;
    // Who is idle may have segment 0 to make again.
    await expect.poll(() => helper.orders.filter((order) => order !== 'make 0 0')).toEqual(['make 1 100']);
    expect(await problemOf(await helper.send(1, ...parts))).toEqual([422, 'bad_part']);
    origin.clock.advance(50);
  }
  const { helpers: known, helped: states } = await helpOf(origin, broadcast);
  expect(known.map(({ segmentsDone }) => segmentsDone)).toEqual(bad.map(() => 0));
  expect(states).toEqual([{ track: 'v240', madeBy: null, behindMs: 0 }]);
});

test('LEND10 a tick that overtakes another on the line waits for it', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const helper = await Helper.join(origin, broadcast, 'Friend');
  await goOn(origin, broadcast, 0, 104);
  await expect.poll(() => helper.orders).toContain('make 1 100');
  const piece = (part: number) => origin.get(live.piece(broadcast.id, 'v240', 1, part, 100));
  expect(await (await helper.send(1, made(101, false), made(102, false))).json()).toEqual({ isYours: true });
  expect(await (await helper.send(1, made(100, true))).json()).toEqual({ isYours: true });
  const stored = await Promise.all([0, 1, 2].map(async (part) => Buffer.from(await (await piece(part)).arrayBuffer())));
  expect(stored).toEqual([made(100, true), made(101, false), made(102, false)].map(({ bytes }) => Buffer.from(bytes)));
});

test('LEND12 what is being made at the end may still come, and the helper is told that it is over', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const helper = await Helper.join(origin, broadcast, 'Friend');
  await goOn(origin, broadcast, 0, 120);
  const parts = (from: number, to: number): Part[] =>
    Array.from({ length: to - from }, (_, i) => made(from + i, (from + i) % 20 === 0));
  expect((await helper.send(1, ...parts(100, 115))).status).toBe(200);
  await broadcast.postJson(ingest.end(broadcast.id), { endParts: { v360: 120, a128: 120 } });
  origin.clock.advance(50);
  expect(await (await helper.send(1, ...parts(115, 120))).json()).toEqual({ isYours: false });
  origin.clock.advance(200);
  // It could make segment 0 again, and does not.
  await expect.poll(() => helper.orders.at(-1)).toBe('make 0 0');
  origin.clock.advance(29_000);
  expect(await broadcast.state()).toBe('ended');
  origin.clock.advance(1000);
  await expect.poll(() => helper.words.at(-1)).toEqual({ kind: 'over' });
  await expect.poll(() => broadcast.state()).toBe('sealed');
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual(['p1']);
});

test('LEND12 a recording shows helped renditions in their whole segments only, and is sealed without the others', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const helper = await Helper.join(origin, broadcast, 'Friend');
  await goOn(origin, broadcast, 0, 100);
  for (let part = 100; part < 200; part += 10) {
    await goOn(origin, broadcast, part, part + 10);
    const parts = Array.from({ length: 10 }, (_, i) => made(part + i, (part + i) % 20 === 0));
    expect((await helper.send(1, ...parts)).status).toBe(200);
  }
  await goOn(origin, broadcast, 200, 210);
  helper.vanish();
  await expect
    .poll(async () => {
      origin.clock.advance(50);
      return periodsWith(await manifestOf(origin, broadcast), 'v240');
    })
    .toEqual(['p1']);
  await broadcast.postJson(ingest.end(broadcast.id), { endParts: { v360: 210, a128: 210 } });
  origin.clock.advance(9000);
  await expect.poll(() => broadcast.state()).toBe('sealed');
  const manifest = await manifestOf(origin, broadcast);
  expect(manifest).toContain('type="static"');
  expect(periodsWith(manifest, 'v240')).toEqual(['p1']);
  expect(periodsWith(manifest, 'v360')).toEqual(['p0', 'p1', 'p2']);
});
