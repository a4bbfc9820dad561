import { expect, test } from '@playwright/test';
import { LineMeter } from '../../src/play/line-meter.ts';
import { openingOf } from '../../src/play/opening.ts';
import type { PlayerSource } from '../../src/play/player-source.ts';
import { Playhead } from '../../src/play/playhead.ts';
import { Standing } from '../../src/play/standing.ts';
import { Steering } from '../../src/play/steering.ts';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';

const LIVE = { state: 'live', grid: DEFAULT_GRID, cuts: [], durationMs: 60_000 } as unknown as BroadcastDetail;

function steering(detail: BroadcastDetail = LIVE, speed = 1) {
  const video = {
    currentTime: 30,
    paused: false,
    seeking: false,
    readyState: 4,
    playbackRate: 1,
    buffered: { length: 0 },
  };
  const nothing = (): void => {};
  const playhead = new Playhead(video as unknown as HTMLVideoElement, {
    onChange: nothing,
    onPause: nothing,
    onStall: nothing,
    onDuration: nothing,
    onLoaded: nothing,
    onAstray: nothing,
  });
  const soughtMs: number[] = [];
  const source = {
    line: new LineMeter(),
    grid: DEFAULT_GRID,
    mediaNowMs: 60_000,
    knownEndMs: 59_900,
    helpedLagMs: 0,
    backfill: { isCreatorAway: false },
    view: { seek: (mediaMs: number) => soughtMs.push(mediaMs), play: nothing },
  } as unknown as PlayerSource;
  const standing = new Standing();
  standing.detail = detail;
  const steered = new Steering({ playhead, standing, mode: 'live', source: () => source });
  if (speed !== 1) steered.setSpeed(speed);
  return { steered, video, soughtMs };
}

test('a seek goes to the key frame before the place and leaves the live edge; one that ends beside the edge joins it', () => {
  const { steered, soughtMs } = steering();
  steered.seek(31_500);
  expect(soughtMs).toEqual([30_010]);
  expect(steered.isFollowing).toBe(false);
  steered.seek(59_000);
  expect(steered.isFollowing).toBe(true);
  expect(soughtMs.at(-1)).toBeGreaterThan(57_000);
});

test('a seek into a hole lands behind it', () => {
  const cuts = [{ fromPart: 200, toPart: 300, tracks: [] }];
  const { steered, soughtMs } = steering({ ...LIVE, cuts } as unknown as BroadcastDetail);
  steered.seek(25_000);
  expect(soughtMs).toEqual([30_010]);
});

test('a speed of a person’s own leaves the live edge, and the jump to live takes it back', () => {
  const { steered, video } = steering(LIVE, 1.5);
  expect(steered.isFollowing).toBe(false);
  expect(video.playbackRate).toBe(1.5);
  steered.goLive();
  expect(steered.speed).toBe(1);
  expect(steered.isFollowing).toBe(true);
});

test('played fast up to the live edge, a viewer is at it', () => {
  const { steered, video } = steering(LIVE, 2);
  steered.follow(1000, 0);
  expect(steered.isFollowing).toBe(false);
  video.currentTime = 59.9;
  steered.follow(2000, 0);
  expect(steered.isFollowing).toBe(true);
});

test('who follows and fell far behind joins anew, where the origin holds what lies ahead', () => {
  const { steered, soughtMs } = steering();
  steered.follow(1000, 0);
  expect(soughtMs.at(-1)).toBeGreaterThan(57_000);
});

test('playback begins at the edge of a live, at the start of a recording, or at the moment that was chosen', () => {
  const none = { chosenMs: undefined, keptFromMs: undefined };
  expect(openingOf({ ...none, state: 'live' })).toEqual({ kind: 'live-edge' });
  expect(openingOf({ ...none, state: 'live', chosenMs: 0 })).toEqual({ kind: 'live-moment', mediaMs: 0 });
  expect(openingOf({ ...none, state: 'sealed' })).toEqual({ kind: 'recording', mediaMs: 0 });
  expect(openingOf({ ...none, state: 'ended', chosenMs: 7 })).toEqual({ kind: 'recording', mediaMs: 7 });
});

test('without the origin playback begins where what this device kept begins, or at the moment that was chosen', () => {
  expect(openingOf({ state: 'live', chosenMs: undefined, keptFromMs: 5000 })).toEqual({
    kind: 'recording',
    mediaMs: 5000,
  });
  expect(openingOf({ state: 'live', chosenMs: 6000, keptFromMs: 5000 })).toEqual({ kind: 'recording', mediaMs: 6000 });
});
