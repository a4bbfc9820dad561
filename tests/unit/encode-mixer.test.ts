import { expect, test } from '@playwright/test';
import { AudioMixer } from '../../src/encode/audio-mixer.ts';
import { type Micros, micros } from '../../src/protocol/time.ts';

const FRAME = 1024;
const at = (sample: number): Micros => micros((sample * 1_000_000) / 48_000);
const block = (value: number, length = FRAME): Float32Array[] => [new Float32Array(length).fill(value)];
/** The last sample of each mixed frame: gains have arrived there. */
const ends = (frames: readonly Float32Array[][]): number[] =>
  frames.map(([channel]) => Math.round((channel?.at(-1) ?? Number.NaN) * 1000) / 1000);

test('two inputs are added up once both have a frame, in order', () => {
  const mixer = new AudioMixer(1);
  expect(ends(mixer.push('a', block(0.25), at(0)))).toEqual([0.25]);
  expect(mixer.push('b', block(0.5, 512), at(FRAME))).toEqual([]);
  expect(mixer.push('a', block(0.25, 2 * FRAME), at(FRAME))).toEqual([]);
  expect(ends(mixer.push('b', block(0.5, 1536), at(FRAME + 512)))).toEqual([0.75, 0.75]);
});

test('an input that joins late meets the others on the clock: silence before it, and nothing is moved', () => {
  const mixer = new AudioMixer(1);
  mixer.push('a', block(0.25), at(0));
  expect(mixer.push('b', block(0.5, FRAME), at(2 * FRAME))).toEqual([]);
  expect(ends(mixer.push('a', block(0.25, 2 * FRAME), at(FRAME)))).toEqual([0.25, 0.75]);
});

test('who gives nothing is filled with silence and holds nobody up; who is closed is not waited for', () => {
  const mixer = new AudioMixer(1);
  mixer.push('a', block(0.25), at(0));
  mixer.push('b', block(0.5), at(FRAME));
  expect(ends(mixer.push('a', block(0.25, 2 * FRAME), at(FRAME)))).toEqual([0.75]);
  expect(ends(mixer.fill('b', at(3 * FRAME)))).toEqual([0.25]);
  expect(mixer.push('a', block(0.25), at(3 * FRAME))).toEqual([]);
  expect(ends(mixer.close('b'))).toEqual([0.25]);
  expect(mixer.inputs).toEqual(['a']);
});

test('without any input there is silence, frame by frame, and it ends where one joins', () => {
  const mixer = new AudioMixer(2, 10);
  expect(ends(mixer.silence(at(12.5 * FRAME)))).toEqual([0, 0]);
  expect(
    ends(mixer.push('a', [new Float32Array(FRAME).fill(0.5), new Float32Array(FRAME).fill(0.5)], at(12 * FRAME))),
  ).toEqual([0.5]);
  expect(mixer.silence(at(20 * FRAME))).toEqual([]);
});

test('a volume takes one frame to get there, mute as well, and each input has its own', () => {
  const mixer = new AudioMixer(1);
  mixer.push('a', block(0.5), at(0));
  mixer.setGain('a', 0);
  const [[ramp] = []] = mixer.push('a', block(0.5), at(FRAME));
  expect(ramp?.[511]).toBeCloseTo(0.25, 3);
  expect(ramp?.at(-1)).toBe(0);
  mixer.setGain('b', 2);
  mixer.push('b', block(0.25), at(2 * FRAME));
  expect(ends(mixer.push('a', block(0.5), at(2 * FRAME)))).toEqual([0.5]);
});

test('two loud inputs stay within what an encoder takes', () => {
  const mixer = new AudioMixer(1);
  mixer.push('a', block(0.9), at(0));
  mixer.push('b', block(0.9), at(FRAME));
  expect(ends(mixer.push('a', block(0.9), at(FRAME)))).toEqual([1]);
});
