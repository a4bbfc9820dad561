import { expect, test } from '@playwright/test';
import { candidateRungs } from '../../src/encode/ladder.ts';
import { ladderOffers, type Measured } from '../../src/encode/ladder-offers.ts';
import { CALM, conditionNotes, type LiveConditions } from '../../src/ui/live-conditions.ts';
import { type PreflightFacts, preflightRows } from '../../src/ui/preflight.ts';
import { costText } from '../../src/ui/preset-words.ts';
import { parseMemory, withTitle } from '../../src/ui/studio-memory.ts';
import type { ProbeState } from '../../src/ui/studio-state.ts';

const candidates = candidateRungs(1920, 1080);
const measured: Measured = {
  candidates,
  speeds: candidates.map(({ height }) => ({ height, fps: 108_000_000 / (height * height) })),
  frameRate: 30,
  uplinkBps: 40_000_000,
  audioBps: 128_000,
};
const offerOf = (preset: string, more: Partial<Measured> = {}) => {
  const offer = ladderOffers({ ...measured, ...more }).find((one) => one.preset === preset);
  if (offer === undefined) throw new Error(`no ${preset}`);
  return offer;
};

test('a preset costs what the measurement says: the light one less than all, of machine and line', () => {
  const [full, light] = [offerOf('full'), offerOf('light')];
  expect(light.rungs.map(({ height }) => height)).toEqual([480, 240]);
  expect(light.machineShare).toBeLessThan(full.machineShare / 2);
  expect(light.sentBps).toBe(1_200_000 + 350_000 + 128_000);
  expect(costText(light)).toBe('480p and 240p · 8 % of this machine · sends 1.7 Mb/s');
});

test('sharp text has more bits for the same size, and no preset goes past the line', () => {
  expect(offerOf('sharp').rungs.map(({ height, bitrateBps }) => [height, bitrateBps])).toEqual([
    [1080, 7_200_000],
    [480, 1_200_000],
  ]);
  for (const { sentBps } of ladderOffers({ ...measured, uplinkBps: 3_000_000 }))
    expect(sentBps).toBeLessThanOrEqual(2_100_000);
});

test('parts of one frame are offered at 30 pictures a second only', () => {
  expect(offerOf('quick').partsPerSegment).toBe(300);
  expect(ladderOffers({ ...measured, frameRate: 25 }).map(({ preset }) => preset)).toEqual(['full', 'light', 'sharp']);
});

test('a camera smaller than every step still has every preset', () => {
  const tiny = { ...measured, candidates: candidateRungs(160, 120) };
  expect(ladderOffers(tiny).map(({ rungs }) => rungs.length)).toEqual([1, 1, 1, 1]);
});

const facts: PreflightFacts = {
  camera: 'ok',
  microphone: 'ok',
  hasHeard: true,
  cameraPermission: 'granted',
  microphonePermission: 'unknown',
  freeBytes: 10_000_000_000,
  hasDisk: true,
  clockOffsetMs: 0,
};
const probe: ProbeState = {
  kind: 'done',
  encoderFps: 60,
  uplinkBps: 9_000_000,
  rungs: candidateRungs(1280, 720),
  machineShare: 0.6,
  leftOut: [],
  offers: [],
};
const wishes: Parameters<typeof preflightRows>[2] = {
  isMuted: false,
  frameRate: 30,
  encoder: 'webcodecs',
  scene: 'camera',
};
const open = (change: Partial<PreflightFacts>, found: ProbeState = probe, wish = wishes) =>
  preflightRows({ ...facts, ...change }, found, wish).filter(({ state }) => state === 'attention');

test('seven checks, all green when there is nothing to do', () => {
  const rows = preflightRows(facts, probe, wishes);
  expect(rows.map(({ name }) => name)).toEqual([
    'Camera',
    'Microphone',
    'Permissions',
    'Encoder',
    'Upload line',
    'Space for outages',
    'Clock',
  ]);
  expect(rows.every(({ state, sentence }) => state === 'good' && sentence === undefined)).toBe(true);
});

test('what cannot be known yet is being checked, not wrong', () => {
  const rows = preflightRows({ ...facts, hasDisk: undefined, clockOffsetMs: undefined }, { kind: 'waiting' }, wishes);
  expect(rows.filter(({ state }) => state === 'checking').map(({ name }) => name)).toEqual([
    'Encoder',
    'Upload line',
    'Space for outages',
    'Clock',
  ]);
});

test('each check that fails says what to do, with a button where there is one', () => {
  const one = (change: Partial<PreflightFacts>, found?: ProbeState, wish = wishes) => {
    const rows = open(change, found, wish);
    expect(rows).toHaveLength(1);
    return rows[0];
  };
  expect(one({ camera: 'missing' })).toMatchObject({ name: 'Camera', fix: 'ask' });
  expect(one({ hasHeard: false })?.sentence).toContain('Say something');
  expect(one({}, probe, { ...wishes, isMuted: true })?.sentence).toContain('You are muted');
  expect(one({ cameraPermission: 'denied', microphonePermission: 'denied' })).toMatchObject({
    sentence: expect.stringContaining('the camera and the microphone from this page'),
    fix: 'ask',
  });
  const [rung] = candidateRungs(640, 360);
  const single = { ...probe, rungs: rung === undefined ? [] : [rung] };
  expect(one({}, { ...single, machineShare: 2.5 })).toMatchObject({
    name: 'Encoder',
    sentence: expect.stringContaining('makes 12 pictures a second'),
    fix: 'measure',
  });
  expect(one({}, { ...single, uplinkBps: 100_000 })).toMatchObject({ name: 'Upload line', fix: 'measure' });
  expect(one({ hasDisk: false })?.sentence).toContain('memory only');
  expect(one({ freeBytes: 10_000_000 })?.sentence).toMatch(/outage of 1\d s only/);
  expect(one({ freeBytes: 0 })?.sentence).toContain('outage of 0 s only');
});

test('a clock that is wrong is told with its direction, and stops nobody', () => {
  expect(open({ clockOffsetMs: 184_000 })[0]?.sentence).toContain('3 min behind');
  expect(open({ clockOffsetMs: -30_000 })[0]?.sentence).toContain('30 s ahead of');
});

test('what is remembered survives nonsense, and holds five titles, the newest first', () => {
  for (const nonsense of [null, '', '{', '7', 'null', '{"preset":"huge","titles":[1,""],"cameraId":{}}'])
    expect(parseMemory(nonsense)).toEqual({ cameraId: undefined, microphoneId: undefined, preset: 'full', titles: [] });
  const memory = { cameraId: 'c', microphoneId: 'm', preset: 'light', titles: ['a'] };
  expect(parseMemory(JSON.stringify(memory))).toEqual(memory);
  expect(withTitle(['a', 'b', 'c', 'd', 'e'], 'c')).toEqual(['c', 'a', 'b', 'd', 'e']);
  expect(withTitle(['a', 'b', 'c', 'd', 'e'], 'f')).toEqual(['f', 'a', 'b', 'c', 'd']);
  expect(withTitle(['a'], '')).toEqual(['a']);
});

const notesOf = (change: Partial<LiveConditions>, isMuted = false) =>
  conditionNotes({ ...CALM, ...change }, 'live', isMuted).map(({ text }) => text);

test('while live each trouble of the machine is told once and goes by itself', () => {
  expect(notesOf({})).toEqual([]);
  expect(notesOf({ silentMs: 9_999 })).toEqual([]);
  expect(notesOf({ silentMs: 10_000 })).toEqual([expect.stringContaining('We hear nothing from your microphone')]);
  expect(notesOf({ silentMs: 10_000 }, true)).toEqual([]);
  expect(notesOf({ battery: { isCharging: false, share: 0.14 } })).toEqual([expect.stringContaining('at 14 %')]);
  expect(notesOf({ battery: { isCharging: false, share: 0.8 } })).toEqual([
    expect.stringContaining('on battery, 80 %'),
  ]);
  expect(notesOf({ battery: { isCharging: true, share: 0.1 } })).toEqual([]);
  expect(notesOf({ wakeLock: 'refused' })).toEqual([expect.stringContaining('does not keep the machine awake')]);
  expect(notesOf({ sleptMs: 480_000 })).toEqual([expect.stringContaining('stood still for 8 minutes')]);
  expect(conditionNotes({ ...CALM, silentMs: 60_000 }, 'ready', false)).toEqual([]);
});

test('the fallback encoder is told as what it is; where nothing encodes the reason is said and not a failed measurement', () => {
  const [row] = open({}, probe, { ...wishes, encoder: 'wasm' });
  expect(row).toMatchObject({ name: 'Encoder', sentence: expect.stringContaining('ffmpeg.wasm') });
  const message = 'This server has no fallback encoder. npm install @ffmpeg/core@0.12';
  const failed = {
    kind: 'failed',
    problem: { stage: 'encode', code: 'no_fallback', message, remedy: 'retry' },
  } as const;
  expect(open({}, failed)[0]).toMatchObject({ name: 'Encoder', sentence: message, fix: 'measure' });
});
