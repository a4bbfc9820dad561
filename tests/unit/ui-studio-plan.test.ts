import { expect, test } from '@playwright/test';
import { candidateRungs } from '../../src/encode/ladder.ts';
import { ladderOffers } from '../../src/encode/ladder-offers.ts';
import { StageError } from '../../src/protocol/errors.ts';
import { type Devices, openRemembered } from '../../src/ui/open-remembered.ts';
import { livePlan, type PlanOptions, sourceShape } from '../../src/ui/studio-plan.ts';
import { readPresets } from '../../src/ui/studio-presets.ts';
import type { PlayoutState, ProbeState } from '../../src/ui/studio-state.ts';

const noFile: PlayoutState = { kind: 'none' };
const film: PlayoutState = {
  kind: 'loaded',
  name: 'harbour.mp4',
  durationMs: 60_000,
  width: 1440,
  height: 1080,
  sound: 'yes',
  positionMs: 0,
  motion: 'ready',
  isLooped: false,
  isSlow: false,
};

test('a camera is sent as it comes, a screen at 30 whatever it tells while it stands still', () => {
  const settings = { width: 1600, height: 900, frameRate: 25 };
  const screen = { scene: 'screen', settings, playout: noFile } as const;
  expect(sourceShape(screen)).toEqual({ width: 1600, height: 900, frameRate: 30 });
  expect(sourceShape({ ...screen, scene: 'camera' }).frameRate).toBe(25);
  expect(sourceShape({ ...screen, scene: 'camera', settings: undefined })).toEqual({
    width: 1280,
    height: 720,
    frameRate: 30,
  });
});

test('a picture that is drawn here has the size it is drawn in, a film its own, whatever the camera behind it has', () => {
  const settings = { width: 640, height: 360, frameRate: 60 };
  for (const scene of ['corner', 'sound'] as const)
    expect(sourceShape({ scene, settings, playout: film })).toEqual({ width: 1280, height: 720, frameRate: 30 });
  expect(sourceShape({ scene: 'file', settings, playout: film })).toEqual({ width: 1440, height: 1080, frameRate: 30 });
});

const candidates = candidateRungs(1920, 1080);
const offers = ladderOffers({
  candidates,
  speeds: candidates.map(({ height }) => ({ height, fps: 108_000_000 / (height * height) })),
  frameRate: 30,
  uplinkBps: 40_000_000,
  audioBps: 128_000,
});
const probe: ProbeState = {
  kind: 'done',
  encoderFps: 90,
  uplinkBps: 40_000_000,
  rungs: candidates,
  machineShare: 0.5,
  leftOut: [],
  offers,
};
const wish = (address: string, more: Partial<PlanOptions> = {}): PlanOptions => ({
  rungs: candidates,
  isHelped: false,
  state: { preset: 'full', probe },
  presets: readPresets(new URLSearchParams(address)),
  frameRate: 30,
  ...more,
});

test('the address chooses the grid, and parts of one frame that were chosen on the page go before it', () => {
  expect(livePlan(wish('')).grid).toEqual({ partsPerSegment: 100, gopSeconds: 2, frameRate: 30 });
  expect(livePlan(wish('parts=300&gop=1')).grid).toEqual({ partsPerSegment: 300, gopSeconds: 1, frameRate: 30 });
  const partsOf = (state: PlanOptions['state']) => livePlan(wish('parts=100', { state })).grid.partsPerSegment;
  expect(partsOf({ preset: 'quick', probe })).toBe(300);
  expect(partsOf({ preset: 'light', probe })).toBe(100);
  expect(partsOf({ preset: 'quick', probe: { kind: 'waiting' } })).toBe(100);
});

test('helpers are offered every picture below the largest, but those that the address names as it names them', () => {
  const rungs = candidates.slice(0, 1);
  expect(livePlan(wish('', { rungs }))).toMatchObject({ rungs, isHelped: false });
  expect(livePlan(wish('', { rungs, isHelped: true }))).toMatchObject({ rungs: candidates, isHelped: true });
  expect(livePlan(wish('ladder=1080', { rungs, isHelped: true }))).toMatchObject({ rungs, isHelped: true });
});

test('a calm of 0 seconds in the address is 0, not the usual one', () => {
  expect(livePlan(wish('calm=0')).calmMs).toBe(0);
  expect(livePlan(wish('')).calmMs).toBeGreaterThan(0);
});

/** Devices that are there, by name; the browser's own choice is always. */
function devices(...there: string[]): Devices & { readonly opened: (string | undefined)[] } {
  const opened: (string | undefined)[] = [];
  const open = (code: string) => async (id: string | undefined) => {
    if (id !== undefined && !there.includes(id)) throw new StageError('capture', code, 'It is not there.');
    opened.push(id);
  };
  return { opened, showCamera: open('no_camera'), useMicrophone: open('no_microphone') };
}
const remembered = { cameraId: 'front', microphoneId: 'desk' };

test('a device that is gone is replaced by the browser’s own choice, one that is there is not', async () => {
  const all = devices('front', 'desk');
  expect(await openRemembered(all, remembered, 'camera')).toBe('all');
  expect(all.opened).toEqual(['front', 'desk']);
  const none = devices();
  expect(await openRemembered(none, remembered, 'camera')).toBe('all');
  expect(none.opened).toEqual([undefined, undefined]);
});

test('a device that is busy or forbidden is not replaced: the person is told', async () => {
  const busy = new StageError('capture', 'camera_busy', 'Another program has it.');
  const taken: Devices = {
    ...devices(),
    showCamera: (id) => (id === undefined ? Promise.resolve() : Promise.reject(busy)),
  };
  await expect(openRemembered(taken, remembered, 'camera')).rejects.toBe(busy);
});

test('without any microphone a screen can be shown, a camera cannot', async () => {
  const none = new StageError('capture', 'no_microphone', 'There is none.');
  const silent: Devices = { ...devices('front'), useMicrophone: () => Promise.reject(none) };
  expect(await openRemembered(silent, remembered, 'screen')).toBe('no-microphone');
  for (const scene of ['camera', 'sound'] as const)
    await expect(openRemembered(silent, remembered, scene)).rejects.toBe(none);
});
