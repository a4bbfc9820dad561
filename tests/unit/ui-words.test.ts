import { expect, test } from '@playwright/test';
import { StageError } from '../../src/protocol/errors.ts';
import type { RenditionStats, UploadStats } from '../../src/protocol/stats.ts';
import { parseBroadcastList, shelvesOf } from '../../src/ui/broadcast-list.ts';
import { answerTo } from '../../src/ui/form-note.ts';
import {
  helpedHealth,
  helpedText,
  renditionHealth,
  repeatNote,
  restSentence,
  roomNote,
  stopNote,
  uplinkHealth,
} from '../../src/ui/health-words.ts';
import { hearingOf, meterShare } from '../../src/ui/level-words.ts';
import { heightText, rateText } from '../../src/ui/rate-words.ts';
import { routeOf } from '../../src/ui/route.ts';
import { isOnTheWay, studioStatus } from '../../src/ui/studio-status.ts';
import { clockText, spokenLength, whenInSentence, whenText } from '../../src/ui/time-words.ts';

test('a path leads to one page, and a watch link that cannot be one leads to none', () => {
  expect(routeOf('/')).toEqual({ kind: 'home' });
  expect(routeOf('/studio')).toEqual({ kind: 'studio' });
  expect(routeOf('/capabilities')).toEqual({ kind: 'capabilities' });
  expect(routeOf('/lend')).toEqual({ kind: 'lend' });
  expect(routeOf('/watch/abcdefgh12345678')).toEqual({ kind: 'watch', broadcastId: 'abcdefgh12345678' });
  for (const path of ['/watch', '/watch/', '/watch/ABCDEFGH12345678', '/watch/abcdefgh12345678/x', '//', '/studio/'])
    expect(routeOf(path), path).toEqual({ kind: 'unknown' });
});

test('a clock counts hours only when there are some, and never below zero', () => {
  expect([0, 999, 7_000, 754_000, 3_599_999, 3_600_000, 3_723_000, -5].map(clockText)).toEqual([
    '0:00',
    '0:00',
    '0:07',
    '12:34',
    '59:59',
    '1:00:00',
    '1:02:03',
    '0:00',
  ]);
});

test('a length is spoken in words', () => {
  expect([0, 1_000, 40_000, 60_000, 7_500_000, 7_200_000].map(spokenLength)).toEqual([
    '0 seconds',
    '1 second',
    '40 seconds',
    '1 minute',
    '2 hours 5 minutes',
    '2 hours',
  ]);
});

test('a moment is told by its distance: minutes, today, yesterday, a date', () => {
  const nowMs = new Date(2026, 10, 22, 15, 0).getTime();
  const told = (at: Date) => whenText(at.getTime(), nowMs, 'en-GB');
  expect(told(new Date(nowMs - 59_000))).toBe('Just now');
  expect(told(new Date(nowMs - 60_000))).toBe('1 minute ago');
  expect(told(new Date(2026, 10, 22, 0, 30))).toBe('Today, 0:30');
  expect(told(new Date(2026, 10, 21, 23, 59))).toBe('Yesterday, 23:59');
  expect(told(new Date(2026, 1, 3, 12, 5))).toBe('3 Feb 2026, 12:05');
  expect(whenInSentence(nowMs, nowMs)).toBe('just now');
  expect(whenInSentence(new Date(2026, 1, 3, 12, 5).getTime(), nowMs, 'en-US')).toMatch(/^Feb 3, 2026/);
});

test('rates and heights read as in a shop', () => {
  expect([0, 850_400, 999_499, 1_000_000, 4_500_000, 61_300_000].map(rateText)).toEqual([
    '0 kb/s',
    '850 kb/s',
    '999 kb/s',
    '1 Mb/s',
    '4.5 Mb/s',
    '61 Mb/s',
  ]);
  expect([2160, 720, 480].map(heightText)).toEqual(['2160p 4K', '720p HD', '480p']);
});

test('the meter follows the ear: 0 at -60 dB, half at -30 dB, full at 0 dB', () => {
  expect([0, 0.001, 10 ** -1.5, 1, 2].map((level) => Math.round(meterShare(level) * 100))).toEqual([
    0, 0, 50, 100, 100,
  ]);
});

test('what we hear comes from the loudest of the last seconds; muted is said before anything else', () => {
  expect(hearingOf(0, false)).toBe('nothing');
  expect(hearingOf(0.02, false)).toBe('quiet');
  expect(hearingOf(0.3, false)).toBe('good');
  expect(hearingOf(1, false)).toBe('too-loud');
  expect(hearingOf(1, true)).toBe('muted');
});

const stats: RenditionStats = {
  track: 'v720',
  framesEncoded: 1000,
  framesRepeated: 0,
  encoderStops: 0,
  encoderStopMs: 0,
  keyFramesMissed: 0,
  lateShare: 0,
  leftOutShare: 0,
  actualBps: 2_000_000,
  targetBps: 2_500_000,
  encodeDelayMsP50: 20,
  encodeDelayMsP95: 60,
  isResting: false,
};

test('a quality is slow when pictures are left out, late or broken, not when a still picture needs few bits', () => {
  expect(renditionHealth(stats).word).toBe('Good');
  expect(renditionHealth({ ...stats, framesEncoded: 0 }).word).toBe('Good');
  expect(renditionHealth({ ...stats, actualBps: 40_000, framesRepeated: 900 }).word).toBe('Good');
  expect(renditionHealth({ ...stats, lateShare: 0.01 }).word).toBe('Good');
  expect(renditionHealth({ ...stats, lateShare: 0.02 })).toMatchObject({
    word: 'Slow',
    sentence: expect.stringContaining('in time'),
  });
  expect(renditionHealth({ ...stats, lateShare: 0.9, leftOutShare: 0.466 }).sentence).toBe(
    'This machine is too slow for every picture of 720p: 47 % are left out. Close other programs and tabs.',
  );
  expect(renditionHealth({ ...stats, encodeDelayMsP95: 501 }).word).toBe('Slow');
  expect(renditionHealth({ ...stats, keyFramesMissed: 1 }).sentence).toContain('break');
});

test('repeated pictures are explained by the camera, once there are many', () => {
  expect(repeatNote([{ ...stats, framesRepeated: 100 }])).toBe('');
  expect(repeatNote([{ ...stats, framesRepeated: 101 }])).toContain('camera');
});

test('an encoder that failed is told with its quality, how often, and for how long the picture stood', () => {
  expect(stopNote([stats])).toBe('');
  expect(
    stopNote([
      { ...stats, encoderStops: 1, encoderStopMs: 1_240 },
      { ...stats, track: 'v360', encoderStops: 3 },
    ]),
  ).toBe(
    'The encoder of 720p failed once and was replaced. Its picture stood for 1.2 s in all. ' +
      'The encoder of 360p failed 3 times and was replaced. Its picture stood for 0.0 s in all.',
  );
});

test('a line that is down says how much is safe in the tab', () => {
  const upload = { secondsNotUploaded: 12.4, uplink: 'reconnecting' } as UploadStats;
  expect(uplinkHealth(upload)).toMatchObject({
    word: 'Reconnecting',
    sentence: expect.stringContaining('12 s are safe'),
  });
  expect(uplinkHealth({ ...upload, uplink: 'server-full' })).toMatchObject({
    word: 'Server full',
    sentence: expect.stringContaining('no room for new video. 12 s are safe'),
  });
  expect(uplinkHealth({ ...upload, uplink: 'good' }).sentence).toBe('');
});

test('a tab that runs out of room says how long it can go on, then what is left out and what is lost', () => {
  const facts = { uplink: 'reconnecting', roomMs: 250_000, lostMs: {} } as const;
  expect(roomNote(facts)).toContain('room for about 4 minutes more');
  expect(roomNote({ ...facts, roomMs: 30_000 })).toContain('less than a minute');
  expect(roomNote({ ...facts, roomMs: 3_600_000 })).toBe('');
  expect(roomNote({ ...facts, uplink: 'good' })).toBe('');
  const high = { ...facts, uplink: 'good', lostMs: { v720: 20_000, v1080: 40_000 } } as const;
  expect(roomNote(high)).toBe(
    'This tab ran out of room. Left out: 1080p (40 s), 720p (20 s). Those seconds stay in the lower qualities.',
  );
  const all = { ...facts, lostMs: { v720: 30_000, v360: 10_000, a128: 10_000 } };
  expect(roomNote(all)).toContain('Left out: 720p (30 s).');
  expect(roomNote(all)).toContain('10 s are lost in every quality.');
});

test('what rests is said with its reason', () => {
  expect(restSentence({ resting: [], reason: undefined, broken: [] })).toBe('');
  expect(restSentence({ resting: ['v720'], reason: 'encoder', broken: [] })).toContain('720p rests: this machine');
  expect(restSentence({ resting: ['v720', 'v480'], reason: 'line', broken: [] })).toContain(
    '720p and 480p rest: your line',
  );
  const broken = restSentence({ resting: ['v360'], reason: 'line', broken: ['v720'] });
  expect(broken).toContain('720p has stopped: its encoder failed');
  expect(broken).toContain('360p rests');
  expect(renditionHealth({ ...stats, isResting: true }).word).toBe('Resting');
});

test('a quality that helpers make says by whom and how far behind; a second is late, and nobody is said', () => {
  const helpers = [
    { id: 'one', name: 'Anna', framesPerSecond: 30, segmentsDone: 2, isHere: true, sentAway: null },
  ] as const;
  const made = { track: 'v240', madeBy: 'one', behindMs: 400 };
  expect(helpedText(made, { helpers })).toBe('Made by Anna, 0.4 s behind');
  expect(helpedText({ ...made, behindMs: 0 }, { helpers })).toBe('Made by Anna, up to date');
  expect(helpedText({ ...made, madeBy: 'other' }, { helpers })).toBe('Made by a helper, 0.4 s behind');
  expect(helpedText({ ...made, madeBy: null }, { helpers })).toBe('Nobody makes it at this moment');
  expect(helpedHealth(made).word).toBe('Good');
  expect(helpedHealth({ ...made, behindMs: 1000 })).toMatchObject({
    word: 'Slow',
    sentence: expect.stringMatching(/^240p comes late/),
  });
  expect(helpedHealth({ ...made, madeBy: null })).toMatchObject({
    word: 'Waiting',
    sentence: expect.stringContaining('nobody makes'),
  });
});

test('the dot is red only when the origin has served the first part back', () => {
  const live = (isConfirmed: boolean) => ({ kind: 'live', startedAtMs: 0, isConfirmed }) as const;
  expect(studioStatus(live(false), undefined)).toEqual({ text: 'You are live', tone: 'waiting' });
  expect(studioStatus(live(true), 'good')).toEqual({ text: 'You are live', tone: 'on-air' });
  expect(studioStatus(live(true), 'slow').tone).toBe('on-air');
  expect(studioStatus(live(true), 'reconnecting').tone).toBe('trouble');
  expect(studioStatus({ kind: 'starting', step: 'frames' }, undefined).tone).toBe('waiting');
});

test('leaving costs viewers something from the press of Go live until everything is sent', () => {
  expect(isOnTheWay({ kind: 'ready' })).toBe(false);
  expect(isOnTheWay({ kind: 'starting', step: 'camera' })).toBe(true);
  expect(isOnTheWay({ kind: 'ending' })).toBe(true);
  expect(isOnTheWay({ kind: 'ended', durationMs: 0 })).toBe(false);
});

const summary = { id: 'abcdefgh12345678', title: '', state: 'live', startedAt: null, durationMs: 0, posterUrl: null };

test('API1: a list of another shape is refused whole', () => {
  expect(parseBroadcastList([summary])).toHaveLength(1);
  for (const wrong of [
    {},
    [{ ...summary, id: '../../etc' }],
    [{ ...summary, state: 'paused' }],
    [{ ...summary, posterUrl: 'https://elsewhere.example/a.jpg' }],
    [{ ...summary, durationMs: '0' }],
  ])
    expect(() => parseBroadcastList(wrong)).toThrow();
});

test('live and interrupted are on air, reserved is nowhere, the rest are recordings', () => {
  const list = parseBroadcastList(
    ['live', 'interrupted', 'reserved', 'processing', 'ended', 'sealed'].map((state) => ({ ...summary, state })),
  );
  const states = (shelf: readonly { readonly state: string }[]) => shelf.map(({ state }) => state);
  expect(states(shelvesOf(list).onAir)).toEqual(['live', 'interrupted']);
  expect(states(shelvesOf(list).recordings)).toEqual(['processing', 'ended', 'sealed']);
});

test('a press of a button is answered with what is done, with nothing where that can be seen, or with why it was not', async () => {
  expect(await answerTo(async () => 'It is deleted.')).toEqual({ kind: 'done', sentence: 'It is deleted.' });
  expect(await answerTo(async () => undefined)).toEqual({ kind: 'none' });
  const refusal = new StageError('origin', 'wrong_password', 'This is not your password.');
  expect(await answerTo(() => Promise.reject(refusal))).toEqual({
    kind: 'refused',
    sentence: 'This is not your password.',
  });
  const sentence = 'That did not work. Reload the page and try once more.';
  expect(await answerTo(() => Promise.reject(new TypeError('x is not a function')))).toEqual({
    kind: 'refused',
    sentence,
  });
});
