import { expect, test } from '@playwright/test';
import { RateLimiter } from '../../src/lib/rate-limit.ts';
import { type Edge, patience } from '../../src/origin/availability.ts';
import {
  type Life,
  type LifeEvent,
  next as nextLife,
  PROCESSING_MS,
  SILENCE_RULES,
} from '../../src/origin/lifecycle.ts';
import { readCli } from '../../src/origin/options.ts';
import { readChangeRequest, readCreateRequest, readStartRequest } from '../../src/origin/requests.ts';
import { crossGap, type GapFacts } from '../../src/origin/serve-feed.ts';
import { parseRange } from '../../src/origin/serve-segment.ts';
import { baseUrl, type Reachability, watchLink } from '../../src/origin/watch-url.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { audioTrack, videoTrack } from './origin-test-media.ts';

const edgeAt = (nowMs: number, over: Partial<Edge> = {}): Edge => ({
  nowMs,
  availabilityStartMs: 0,
  partsPerSegment: 100,
  endPart: undefined,
  isEndFinal: true,
  holdUntilMs: undefined,
  ...over,
});

test('MEDIA5: a part is waited for until 1 s after its end, then no more', () => {
  expect(patience(10, 11, edgeAt(1000))).toEqual({ kind: 'wait', untilMs: 2100 });
  expect(patience(10, 11, edgeAt(2099))).toEqual({ kind: 'wait', untilMs: 2100 });
  expect(patience(10, 11, edgeAt(2100)).kind).toBe('give-up');
});

test('MEDIA5: more than one segment ahead of the clock is not waited for', () => {
  expect(patience(110, 111, edgeAt(1000)).kind).toBe('wait');
  expect(patience(111, 112, edgeAt(1000)).kind).toBe('give-up');
});

test('requests past the end are held while live players are let out, and not after', () => {
  const over = { endPart: 50, holdUntilMs: 13_000 };
  expect(patience(50, 51, edgeAt(5000, over))).toEqual({ kind: 'wait', untilMs: 13_000 });
  expect(patience(50, 51, edgeAt(13_000, over)).kind).toBe('give-up');
  expect(patience(50, 51, edgeAt(5000, { endPart: 50 })).kind).toBe('give-up');
});

const gap = (facts: Partial<GapFacts>, edge: Edge) =>
  crossGap({ part: 10, segmentEnd: 100, later: undefined, hasSent: true, lastWriteMs: 1000, ...facts }, edge);

test('MEDIA6: a missing part is skipped only when later ones are there and 1 s after its time', () => {
  expect(gap({ later: 12 }, edgeAt(1500))).toEqual({ kind: 'wait', forPart: 10, untilMs: 2100 });
  expect(gap({ later: 12 }, edgeAt(2100))).toEqual({ kind: 'skip', to: 12 });
  expect(gap({}, edgeAt(2100))).toEqual({ kind: 'wait', forPart: 'any', untilMs: 12_100 });
  expect(gap({}, edgeAt(12_100))).toEqual({ kind: 'break-off' });
});

test('MEDIA5: a segment of which nothing came is waited for until 1 s after its end', () => {
  expect(gap({ hasSent: false }, edgeAt(2100))).toEqual({ kind: 'wait', forPart: 'any', untilMs: 11_000 });
  expect(gap({ hasSent: false }, edgeAt(11_000))).toEqual({ kind: 'finish' });
});

test('after the end a feed skips what is missing at once and finishes at the end', () => {
  expect(gap({ later: 12 }, edgeAt(1500, { endPart: 50 }))).toEqual({ kind: 'skip', to: 12 });
  expect(gap({}, edgeAt(1500, { endPart: 50 }))).toEqual({ kind: 'finish' });
});

test('silence interrupts after 90 s and ends after 30 minutes; a part brings it back', () => {
  const live: Life = { state: 'live', heardMs: 0 };
  const timer = { kind: 'timer', isComplete: false } as const;
  expect(next(live, timer, SILENCE_RULES.interruptedAfterMs - 1)).toBe(live);
  const interrupted = next(live, timer, SILENCE_RULES.interruptedAfterMs);
  expect(interrupted).toEqual({ state: 'interrupted', heardMs: 0 });
  expect(next(interrupted, { kind: 'heard', isComplete: false }, 100_000)).toEqual({ state: 'live', heardMs: 100_000 });
  expect(next(interrupted, timer, SILENCE_RULES.endedAfterMs)).toEqual({
    state: 'processing',
    endedMs: SILENCE_RULES.endedAfterMs,
  });
});

const next = (life: Life, event: LifeEvent, nowMs: number): Life => nextLife(life, event, nowMs, SILENCE_RULES);
const ended = (isComplete: boolean): LifeEvent => ({ kind: 'ended', isComplete });

test('an end is held, then sealed when everything is in, else ended until it is', () => {
  const processing = next({ state: 'live', heardMs: 0 }, ended(false), 1000);
  expect(processing).toEqual({ state: 'processing', endedMs: 1000 });
  const at = 1000 + PROCESSING_MS;
  expect(next(processing, { kind: 'timer', isComplete: true }, at)).toEqual({ state: 'sealed' });
  const open = next(processing, { kind: 'timer', isComplete: false }, at);
  expect(open).toEqual({ state: 'ended' });
  expect(next(open, { kind: 'heard', isComplete: false }, at)).toBe(open);
  expect(next(open, { kind: 'heard', isComplete: true }, at)).toEqual({ state: 'sealed' });
  expect(next(open, { kind: 'expired' }, at)).toEqual({ state: 'sealed' });
});

test('nothing reopens what is over, and nothing ends what never started', () => {
  for (const life of [{ state: 'sealed' }, { state: 'ended' }] as const) {
    expect(next(life, { kind: 'started', isUpload: false }, 0)).toBe(life);
    expect(next(life, ended(false), 0)).toBe(life);
  }
  const reserved = { state: 'reserved' } as const;
  expect(next(reserved, ended(true), 0)).toBe(reserved);
  expect(next(reserved, { kind: 'expired' }, 0)).toBe(reserved);
  expect(next(reserved, { kind: 'heard', isComplete: true }, 0)).toBe(reserved);
});

const reach = (over: Partial<Reachability>): Reachability => ({
  publicUrl: undefined,
  scheme: 'http',
  requestHost: 'localhost:8080',
  boundHost: '0.0.0.0',
  boundPort: 8080,
  interfaces: {},
  ...over,
});
const lan = {
  eth0: [{ address: '192.168.1.7', family: 'IPv4', internal: false, netmask: '', mac: '', cidr: null }],
} as const satisfies Reachability['interfaces'];

test('the watch link is public, then the host that was asked, then the LAN address, then this machine', () => {
  const link = (over: Partial<Reachability>) => Object.values(watchLink('abcd', reach(over)));
  expect(link({ publicUrl: 'https://live.example' })).toEqual(['https://live.example/watch/abcd', 'public']);
  expect(link({ requestHost: '192.168.1.7:8080' })).toEqual(['http://192.168.1.7:8080/watch/abcd', 'lan']);
  expect(link({ requestHost: 'tab.example.org' })).toEqual(['http://tab.example.org/watch/abcd', 'public']);
  expect(link({ interfaces: lan })).toEqual(['http://192.168.1.7:8080/watch/abcd', 'lan']);
  expect(link({ interfaces: lan, boundHost: '127.0.0.1' })).toEqual([
    'http://localhost:8080/watch/abcd',
    'this-machine',
  ]);
  expect(link({})).toEqual(['http://localhost:8080/watch/abcd', 'this-machine']);
});

test('a host that is no host is never written into a URL', () => {
  for (const requestHost of ['a"b', 'a b', 'x<y>', '', 'a/b', 'a@b', undefined])
    expect(baseUrl(reach({ requestHost }))).toBe('http://localhost:8080');
  expect(baseUrl(reach({ requestHost: '[::1]:8080' }))).toBe('http://[::1]:8080');
});

test('a rate limit lets a burst through, says when to come back, and then lets through again', () => {
  const limiter = new RateLimiter({ burst: 2, perMinute: 6 });
  expect([limiter.admit('a', 0).kind, limiter.admit('a', 0).kind]).toEqual(['go', 'go']);
  expect(limiter.admit('a', 0)).toEqual({ kind: 'later', retryAfterSeconds: 10 });
  expect(limiter.admit('b', 0).kind).toBe('go');
  expect(limiter.admit('a', 9_000).kind).toBe('later');
  expect(limiter.admit('a', 10_000).kind).toBe('go');
});

test('a title is 1 to 120 characters of text on one line', () => {
  expect(readChangeRequest({ title: ' <b>"Ünï" 🎬 ' }).title).toBe('<b>"Ünï" 🎬');
  expect(readChangeRequest({ title: '🎬'.repeat(120) }).title?.length).toBe(240);
  for (const title of ['', '   ', 'x'.repeat(121), 'a\nb', 'a\u0000b', '\ud800', 7, null, undefined])
    expect(() => readChangeRequest({ title })).toThrow();
  expect(readCreateRequest({}).title).toBe('Untitled broadcast');
});

test('a start names every track once, on its own grid, with frames in every part', () => {
  const good = { availabilityStartMs: 0, grid: DEFAULT_GRID, tracks: [videoTrack(360), audioTrack] };
  expect(readStartRequest(good)).toEqual(good);
  expect(() => readStartRequest({ ...good, tracks: [] })).toThrow();
  expect(() => readStartRequest({ ...good, tracks: [audioTrack, audioTrack] })).toThrow(/same id/);
  expect(() => readStartRequest({ ...good, tracks: [videoTrack(360, 60)] })).toThrow(/frame rate/);
  const slow = { ...good, grid: { partsPerSegment: 300, gopSeconds: 2, frameRate: 25 }, tracks: [audioTrack] };
  expect(() => readStartRequest(slow)).toThrow(/do not fill/);
  const injected = { ...audioTrack, language: 'en"/><x' };
  expect(() => readStartRequest({ ...good, tracks: [injected] })).toThrow(/BCP 47/);
  expect(() => readStartRequest({ ...good, tracks: [{ ...audioTrack, codecs: 'mp4a"' }] })).toThrow(/6381/);
});

test('a range is one range of bytes, or the whole, or nothing that is there', () => {
  expect(parseRange(undefined, 100)).toEqual({ kind: 'all' });
  expect(parseRange('bytes=0-0', 100)).toEqual({ kind: 'part', from: 0, to: 1 });
  expect(parseRange('bytes=90-', 100)).toEqual({ kind: 'part', from: 90, to: 100 });
  expect(parseRange('bytes=-10', 100)).toEqual({ kind: 'part', from: 90, to: 100 });
  expect(parseRange('bytes=-1000', 100)).toEqual({ kind: 'part', from: 0, to: 100 });
  expect(parseRange('bytes=0-999', 100)).toEqual({ kind: 'part', from: 0, to: 100 });
  for (const header of ['bytes=100-', 'bytes=5-4', 'bytes=-0'])
    expect(parseRange(header, 100).kind).toBe('unsatisfiable');
  for (const header of ['bytes=-', 'items=0-1', 'bytes=0-1,3-4', 'bytes=a-b'])
    expect(parseRange(header, 100).kind).toBe('all');
});

test('options come from the environment, and a flag counts more', () => {
  const run = readCli(['--port=81', '--data-dir', 'd'], { PORT: '80', HOST: '::1', PUBLIC_URL: 'https://A.example/' });
  expect(run).toMatchObject({
    kind: 'run',
    options: { host: '::1', port: 81, dataDir: 'd', publicUrl: 'https://a.example', tlsFiles: undefined },
  });
  expect(readCli(['--help'], {}).kind).toBe('help');
  for (const args of [
    ['--port', 'x'],
    ['--port'],
    ['--colour', 'red'],
    ['x'],
    ['--cert', 'a'],
    ['--public-url', 'a b'],
  ])
    expect(readCli(args, {}).kind).toBe('wrong');
});
