import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { type BroadcastExtent, checkPosition } from '../../src/positions/check.ts';
import { continueWatching, exportHistory } from '../../src/positions/history.ts';
import { clampHlc, hlcMs, hlcOf, NO_HLC, nextHlc } from '../../src/positions/hlc.ts';
import { afterAnswer, mergeGuest, type StampedPosition, toSend, writeDown } from '../../src/positions/local.ts';
import { chooseResume, type ResumeFacts } from '../../src/positions/resume.ts';
import {
  finishedFromMs,
  ignoredStartMs,
  isWorthResuming,
  resumeAtMs,
  stateAt,
} from '../../src/positions/thresholds.ts';
import type { BroadcastSummary } from '../../src/protocol/broadcast.ts';
import type { Hlc, Position } from '../../src/protocol/positions.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PHONE = { id: 'p'.repeat(16), name: 'Phone', tab: 't'.repeat(16) };
const LAPTOP = { id: 'l'.repeat(16), name: 'Laptop', tab: 't'.repeat(16) };

const position = (over: Partial<Position> = {}): Position => ({
  broadcastId: 'a'.repeat(16),
  state: 'watching',
  mediaMs: 10 * MINUTE_MS,
  durationMs: HOUR_MS,
  wallMs: null,
  isAtEdge: false,
  finishedMs: null,
  hlc: hlcOf(NOW_MS),
  device: LAPTOP,
  ...over,
});

test('a stamp is later than what was seen, and a clock that is ahead wins for 30 s at most', () => {
  expect(hlcMs(hlcOf(NOW_MS))).toBe(NOW_MS);
  expect(nextHlc(NOW_MS, NO_HLC)).toBe(hlcOf(NOW_MS));
  expect(nextHlc(NOW_MS, hlcOf(NOW_MS + 500))).toBe(hlcOf(NOW_MS + 500) + 1);
  expect(clampHlc(hlcOf(NOW_MS + 2 * HOUR_MS), NOW_MS)).toBe(hlcOf(NOW_MS + 30_000));
  expect(clampHlc(hlcOf(NOW_MS), NOW_MS)).toBe(hlcOf(NOW_MS));
  expect(Number.isSafeInteger(hlcOf(Date.UTC(2200, 0, 1)))).toBe(true);
});

test('short recordings, first glances and the credits are not gone on with', () => {
  expect(ignoredStartMs(10 * MINUTE_MS)).toBe(15_000);
  expect(ignoredStartMs(40 * MINUTE_MS)).toBe(48_000);
  expect(ignoredStartMs(5 * HOUR_MS)).toBe(60_000);
  expect(finishedFromMs(10 * MINUTE_MS)).toBe(9 * MINUTE_MS);
  expect(finishedFromMs(2 * HOUR_MS)).toBe(0.95 * 2 * HOUR_MS);
  expect(isWorthResuming(position({ mediaMs: 299_000 }), 299_999)).toBe(false);
  expect(isWorthResuming(position({ mediaMs: 15_000 }), 300_000)).toBe(true);
  expect(isWorthResuming(position({ mediaMs: 14_999 }), 300_000)).toBe(false);
  expect(isWorthResuming(position({ mediaMs: 59 * MINUTE_MS }), HOUR_MS)).toBe(false);
  expect(isWorthResuming(position({ state: 'finished' }), HOUR_MS)).toBe(false);
});

test('nobody has finished what is not over, however long they watched', () => {
  expect(stateAt(10 * HOUR_MS, null)).toBe('watching');
  expect(stateAt(HOUR_MS, HOUR_MS)).toBe('finished');
  expect(isWorthResuming(position({ mediaMs: 10 * HOUR_MS }), null)).toBe(true);
});

test('resuming starts on a key frame 0 to 3 s before the moment', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 * HOUR_MS }), fc.constantFrom(1000, 2000), (mediaMs, gopMs) => {
      const atMs = resumeAtMs(mediaMs, gopMs);
      expect(atMs % gopMs).toBe(0);
      expect(mediaMs - atMs).toBeLessThanOrEqual(3000);
      expect(atMs).toBeLessThanOrEqual(mediaMs);
    }),
  );
});

const facts = (over: Partial<ResumeFacts>): ResumeFacts => ({
  own: undefined,
  account: undefined,
  deviceId: LAPTOP.id,
  clearedHlc: NO_HLC,
  gopMs: 2000,
  broadcast: { kind: 'recording', durationMs: HOUR_MS },
  ...over,
});
const later = (mediaMs: number, over: Partial<Position> = {}): Position =>
  position({ mediaMs, hlc: hlcOf(NOW_MS + MINUTE_MS), device: PHONE, ...over });

test('a recording goes on where this person was; it asks only when this device was somewhere else itself', () => {
  expect(chooseResume(facts({}))).toEqual({ kind: 'start' });
  expect(chooseResume(facts({ own: position() }))).toEqual({ kind: 'go', atMs: 598_000 });
  expect(chooseResume(facts({ account: later(20 * MINUTE_MS) }))).toEqual({ kind: 'go', atMs: 1_198_000 });
  expect(chooseResume(facts({ own: position(), account: later(20 * MINUTE_MS) }))).toMatchObject({
    kind: 'ask',
    ownAtMs: 598_000,
    otherAtMs: 1_198_000,
    other: { device: { name: 'Phone' } },
  });
  const near = later(10 * MINUTE_MS + 29_000);
  expect(chooseResume(facts({ own: position(), account: near }))).toEqual({ kind: 'go', atMs: 626_000 });
  const older = later(20 * MINUTE_MS, { hlc: hlcOf(NOW_MS - 1) });
  expect(chooseResume(facts({ own: position(), account: older }))).toEqual({ kind: 'go', atMs: 598_000 });
});

test('what was finished or cleared on another device starts at the beginning', () => {
  const own = position();
  expect(chooseResume(facts({ own, account: later(0, { state: 'cleared' }) }))).toEqual({ kind: 'start' });
  expect(chooseResume(facts({ own, account: later(HOUR_MS, { state: 'finished' }) }))).toEqual({ kind: 'start' });
  expect(chooseResume(facts({ own, clearedHlc: own.hlc }))).toEqual({ kind: 'start' });
  const before = later(0, { state: 'cleared', hlc: hlcOf(NOW_MS - 1) });
  expect(chooseResume(facts({ own, account: before }))).toEqual({ kind: 'go', atMs: 598_000 });
});

test('a live goes on at its edge, or offers the place that was left behind', () => {
  const broadcast = { kind: 'live', earliestMs: 0, edgeMs: HOUR_MS } as const;
  expect(chooseResume(facts({ broadcast }))).toEqual({ kind: 'edge' });
  expect(chooseResume(facts({ broadcast, own: position({ isAtEdge: true }) }))).toEqual({ kind: 'edge' });
  expect(chooseResume(facts({ broadcast, own: position({ mediaMs: HOUR_MS - 29_000 }) }))).toEqual({ kind: 'edge' });
  expect(chooseResume(facts({ broadcast, own: position() }))).toEqual({
    kind: 'offer',
    atMs: 598_000,
    behindMs: HOUR_MS - 598_000,
    isTooOld: false,
  });
  const window = { ...broadcast, earliestMs: 30 * MINUTE_MS };
  expect(chooseResume(facts({ broadcast: window, own: position() }))).toEqual({
    kind: 'offer',
    atMs: 30 * MINUTE_MS,
    behindMs: 30 * MINUTE_MS,
    isTooOld: true,
  });
});

test('a live that ended meanwhile is a recording at the same moment, also for who was at its edge', () => {
  const own = position({ isAtEdge: true, durationMs: null });
  expect(chooseResume(facts({ own }))).toEqual({ kind: 'go', atMs: 598_000 });
});

const extent = (over: Partial<BroadcastExtent> = {}): BroadcastExtent => ({
  isOver: true,
  durationMs: HOUR_MS,
  availabilityStartMs: NOW_MS - 2 * HOUR_MS,
  ...over,
});

test('POSITION3: beyond the end is refused, a few frames beyond are the end, and times are the origin’s own', () => {
  expect(checkPosition(position({ mediaMs: HOUR_MS + 2001 }), extent(), NOW_MS).kind).toBe('beyond');
  const end = checkPosition(position({ mediaMs: HOUR_MS + 40, durationMs: 7, wallMs: 7 }), extent(), NOW_MS);
  expect(end).toMatchObject({ position: { mediaMs: HOUR_MS, durationMs: HOUR_MS, wallMs: NOW_MS - HOUR_MS } });
  expect(checkPosition(position(), extent({ availabilityStartMs: null }), NOW_MS).kind).toBe('beyond');
  const live = extent({ isOver: false, availabilityStartMs: NOW_MS - HOUR_MS, durationMs: HOUR_MS - 9000 });
  expect(checkPosition(position({ mediaMs: HOUR_MS }), live, NOW_MS).kind).toBe('ok');
  expect(checkPosition(position({ mediaMs: HOUR_MS + 5001 }), live, NOW_MS).kind).toBe('beyond');
  expect(checkPosition(position({ state: 'finished', finishedMs: NOW_MS }), live, NOW_MS)).toMatchObject({
    position: { state: 'watching', durationMs: null, finishedMs: null },
  });
});

test('what was watched while a request was under way stays unsent', () => {
  const sent = position();
  const newer: StampedPosition = { position: position({ hlc: (sent.hlc + 1) as Hlc }), sync: 'unsent' };
  const stored = { outcome: 'stored', position: sent } as const;
  expect(afterAnswer(newer, sent, stored)).toEqual(newer);
  expect(afterAnswer({ position: sent, sync: 'unsent' }, sent, stored)).toEqual({ position: sent, sync: 'synced' });
  expect(afterAnswer(undefined, sent, stored)).toBeUndefined();
  const refused = { outcome: 'refused', status: 404, code: 'unknown_broadcast', message: '' } as const;
  expect(afterAnswer({ position: sent, sync: 'unsent' }, sent, refused)).toBeUndefined();
  const clearedMeanwhile = { outcome: 'older', position: null } as const;
  expect(afterAnswer({ position: sent, sync: 'unsent' }, sent, clearedMeanwhile)).toBeUndefined();
});

test('finished stays when it is watched again, and is gone when it was cleared', () => {
  const clock = { kind: 'known', offsetMs: 0 } as const;
  const writing = { device: LAPTOP, deviceNowMs: NOW_MS, clock, lastHlc: NO_HLC };
  const watched = {
    broadcastId: 'a'.repeat(16),
    mediaMs: 1000,
    durationMs: HOUR_MS,
    availabilityStartMs: 0,
    isAtEdge: false,
  };
  const finished: StampedPosition = { position: position({ state: 'finished', finishedMs: 77 }), sync: 'synced' };
  expect(writeDown(watched, finished, writing).position).toMatchObject({ state: 'watching', finishedMs: 77 });
  const cleared: StampedPosition = { position: position({ state: 'cleared', finishedMs: 77 }), sync: 'synced' };
  expect(writeDown(watched, cleared, writing).position.finishedMs).toBeNull();
});

test('at log-in the newer of the guest’s and the account’s place stays, and only the guest’s is sent', () => {
  const b = 'b'.repeat(16);
  const guest: StampedPosition[] = [
    { position: position({ mediaMs: 1 }), sync: 'unsent' },
    { position: position({ broadcastId: b, mediaMs: 2 }), sync: 'unsent' },
  ];
  const merged = mergeGuest(guest, [later(20 * MINUTE_MS)]);
  expect(merged.get('a'.repeat(16))).toMatchObject({ sync: 'synced', position: { mediaMs: 20 * MINUTE_MS } });
  expect(merged.get(b)).toMatchObject({ sync: 'unsent', position: { mediaMs: 2 } });
  expect(toSend(merged.values()).flat()).toHaveLength(1);
});

test('hundreds of positions go out in requests of a size that is taken, oldest first', () => {
  const many = Array.from(
    { length: 320 },
    (_, i): StampedPosition => ({ position: position({ hlc: (320 - i) as Hlc }), sync: 'unsent' }),
  );
  const requests = toSend(many);
  expect(requests.map((request) => request.length)).toEqual([150, 150, 20]);
  expect(requests.flat().map(({ hlc }) => hlc)).toEqual(Array.from({ length: 320 }, (_, i) => i + 1));
});

const summary = (over: Partial<BroadcastSummary> = {}): BroadcastSummary => ({
  id: 'a'.repeat(16),
  title: 'A',
  state: 'sealed',
  startedAt: NOW_MS,
  durationMs: HOUR_MS,
  posterUrl: null,
  visibility: 'public',
  isOwn: false,
  viewers: 0,
  upload: null,
  ...over,
});

test('continue watching lists what can be gone on with, with progress and what is left', () => {
  const b = 'b'.repeat(16);
  const list = continueWatching(
    [position({ mediaMs: 15 * MINUTE_MS }), later(20 * MINUTE_MS, { broadcastId: b })],
    [summary(), summary({ id: b, state: 'live' })],
    NO_HLC,
  );
  expect(list.map(({ broadcast, progress, leftMs }) => [broadcast.id, progress, leftMs])).toEqual([
    [b, null, null],
    ['a'.repeat(16), 0.25, 45 * MINUTE_MS],
  ]);
  expect(continueWatching([position({ state: 'finished' })], [summary()], NO_HLC)).toEqual([]);
  expect(continueWatching([position({ isAtEdge: true })], [summary({ state: 'live' })], NO_HLC)).toEqual([]);
  expect(continueWatching([position()], [summary()], position().hlc)).toEqual([]);
});

test('the export says in words and seconds what is kept, and nothing of what was cleared', () => {
  const rows = exportHistory(
    [position(), later(0, { broadcastId: 'b'.repeat(16), state: 'cleared' })],
    NO_HLC,
    () => 'Title',
  );
  expect(rows).toEqual([
    {
      broadcastId: 'a'.repeat(16),
      title: 'Title',
      state: 'watching',
      positionSeconds: 600,
      durationSeconds: 3600,
      watchedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: null,
      device: 'Laptop',
    },
  ]);
});
