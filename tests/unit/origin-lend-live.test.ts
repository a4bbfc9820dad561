import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type {
  HelpState,
  LendJoined,
  LiveLook,
  LiveWord,
  LooksAnswer,
  LookVerdict,
  NewLendInvitation,
} from '../../src/protocol/lend.ts';
import type { Part } from '../../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE } from '../../src/protocol/tick.ts';
import { help, ingest, lend, live } from '../../src/protocol/urls.ts';
import { audioTrack, initOf, type PartTweak, partOf, sha256, videoTrack } from './origin-test-media.ts';
import { problemOf, type TestBroadcast, TestOrigin } from './origin-test-server.ts';

const AVCC = Buffer.from([1, 0x42, 0xc0, 0x1f, 0xff, 0xe0, 0]).toString('base64');
const json = { 'content-type': 'application/json' };
const HELPED = { ...videoTrack(240), bitrateBps: 200_000, madeBy: 'helpers' } as const;
const TRACKS = [videoTrack(360), HELPED, audioTrack];

async function helpedLive(origin: TestOrigin): Promise<TestBroadcast> {
  const broadcast = await origin.reserve();
  for (const track of TRACKS) await broadcast.putInit(track.id, initOf(track));
  const availabilityStartMs = origin.clock.nowMs();
  const request = { availabilityStartMs, grid: DEFAULT_GRID, tracks: TRACKS };
  const started = await broadcast.postJson(ingest.start(broadcast.id), request);
  if (started.status !== 200) throw new Error(await started.text());
  return broadcast;
}

/** A part of the helped rendition as an encoder makes it: its first picture says what it is. */
function made(part: number, isKey: boolean, tweak: PartTweak = {}): Part {
  const { bytes } = partOf('v240', part, DEFAULT_GRID, tweak);
  const sampleBytes = 40;
  const pictures = tweak.sampleCount ?? 3;
  const view = Buffer.from(bytes);
  for (let i = 0; i < pictures; i++) {
    const at = view.length - (pictures - i) * sampleBytes;
    view.writeUInt32BE(sampleBytes - 4, at);
    view[at + 4] = i === 0 && isKey ? 0x65 : 0x41;
  }
  return { track: 'v240', part, bytes: view, digest: sha256(view) };
}

class Helper {
  readonly joined: LendJoined;
  readonly #origin: TestOrigin;
  readonly words: LiveWord[] = [];
  #ending = new AbortController();

  constructor(origin: TestOrigin, joined: LendJoined) {
    this.#origin = origin;
    this.joined = joined;
  }

  static async join(origin: TestOrigin, broadcast: TestBroadcast, name: string): Promise<Helper> {
    const invited = await broadcast.postJson(help.invitations(broadcast.id), { forMs: 3600_000 });
    const { url } = (await invited.json()) as NewLendInvitation;
    const body = JSON.stringify({ invitation: url.split('#')[1], name, configs: { v240: AVCC } });
    const answer = await origin.get(lend.join, { method: 'POST', headers: json, body });
    if (answer.status !== 201) throw new Error(await answer.text());
    const helper = new Helper(origin, (await answer.json()) as LendJoined);
    await helper.listen();
    return helper;
  }

  get headers() {
    return { authorization: `Bearer ${this.joined.token}` };
  }

  async listen(): Promise<void> {
    this.#ending = new AbortController();
    const answer = await this.#origin.get(lend.live, { headers: this.headers, signal: this.#ending.signal });
    const read = async (): Promise<void> => {
      let text = '';
      for await (const chunk of answer.body ?? []) {
        const lines = (text + Buffer.from(chunk).toString()).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) this.words.push(JSON.parse(line) as LiveWord);
      }
    };
    read().catch(() => undefined);
    await expect.poll(() => this.words.length).toBeGreaterThan(0);
  }

  get orders(): readonly string[] {
    return this.words.flatMap((word) =>
      word.kind === 'make' || word.kind === 'stop' ? [`${word.kind} ${word.segment} ${word.fromPart}`] : [],
    );
  }

  get looks(): readonly LiveLook[] {
    return this.words.flatMap((word) => (word.kind === 'look' ? [word.look] : []));
  }

  made(look: LiveLook, track: string): Promise<Response> {
    const url = lend.liveMade(track, `${look.fromPart}-${look.toPart}`);
    return this.#origin.get(url, { headers: this.headers });
  }

  say(look: LiveLook, verdict: LookVerdict): Promise<Response> {
    const headers = { ...this.headers, ...json };
    return this.#origin.get(lend.liveLook(look.look), { method: 'POST', headers, body: JSON.stringify(verdict) });
  }

  vanish(): void {
    this.#ending.abort();
  }

  send(segment: number, ...parts: Part[]): Promise<Response> {
    const headers = { ...this.headers, 'content-type': TICK_CONTENT_TYPE };
    return this.#origin.get(lend.liveParts(segment), { method: 'POST', headers, body: Buffer.from(encodeTick(parts)) });
  }
}

/** A second of the creator's own parts at a time, and the origin's clock with them. */
async function goOn(origin: TestOrigin, broadcast: TestBroadcast, from: number, to: number): Promise<void> {
  for (let part = from; part < to; part += 10) {
    await broadcast.sendTicks(part, Math.min(to, part + 10));
    for (let at = 0; at < Math.min(10, to - part); at++) origin.clock.advance(100);
  }
}

const manifestOf = async (origin: TestOrigin, { id }: TestBroadcast): Promise<string> =>
  (await origin.get(live.manifest(id, 100))).text();

const periodsWith = (manifest: string, track: string): readonly string[] =>
  manifest
    .split('<Period ')
    .slice(1)
    .filter((period) => period.includes(`id="${track}"`))
    .map((period) => /id="(p\d+)"/.exec(period)?.[1] ?? '');

test('LEND8 what is left to helpers is in no manifest until somebody helps, and its holes are not told as missing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  await goOn(origin, broadcast, 0, 20);
  expect(periodsWith(await manifestOf(origin, broadcast), 'v240')).toEqual([]);
  const detail = (await (await origin.get(`/api/broadcasts/${broadcast.id}`)).json()) as { missing: unknown };
  expect(detail.missing).toEqual([]);
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
  for (let i = 0; i < 8; i++) origin.clock.advance(50);
  await expect.poll(() => first.orders).toEqual(['make 1 100', 'stop 1 100']);
  await expect.poll(() => second.orders).toEqual(['make 1 101']);
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

test('LEND10 a part with too few pictures, of another rendition, or ahead of its turn refuses the helper for a while', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await helpedLive(origin);
  const bad: readonly Part[][] = [
    [made(100, true, { sampleCount: 2 })],
    [partOf('v360', 100, DEFAULT_GRID)],
    [made(101, true)],
    [made(100, true, { tfdt: 1 })],
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
  const state = await origin.get(help.state(broadcast.id), { headers: broadcast.headers });
  expect(((await state.json()) as HelpState).helpers.map(({ segmentsDone }) => segmentsDone)).toEqual([0, 0, 0, 0]);
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

/** A whole segment of the source, and of what one helper makes of it. */
async function makeSegment(origin: TestOrigin, broadcast: TestBroadcast, helper: Helper, segment: number) {
  // So often that nobody takes it for silent.
  for (let part = segment * 100; part < (segment + 1) * 100; part += 2) {
    await goOn(origin, broadcast, part, part + 2);
    const answer = await helper.send(segment, made(part, part % 20 === 0), made(part + 1, false));
    if (answer.status !== 200) throw new Error(await answer.text());
  }
}

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
  expect(await (await other.send(0, ...parts.slice(0, 60))).json()).toEqual({ isYours: true });
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
