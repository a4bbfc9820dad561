import { expect, test } from '@playwright/test';
import { AudioAligner } from '../../src/encode/audio-aligner.ts';
import { planPriming, primingOf } from '../../src/encode/priming.ts';
import { micros } from '../../src/protocol/time.ts';

const BLOCK = 256;
const time = (sample: number) => micros((sample * 1_000_000) / 48_000);
const block = (value: number, length = BLOCK) => [new Float32Array(length).fill(value)];
const flat = (frames: readonly (readonly Float32Array[])[]) => frames.flatMap((frame) => [...(frame[0] ?? [])]);

test('GRID5: frames of 1024 samples start at media zero; what was before is left out', () => {
  const aligner = new AudioAligner(1);
  const frames = [-200, 56, 312, 568, 824].flatMap((start, i) => aligner.push(block(i + 1), time(start)));
  expect(frames).toHaveLength(1);
  expect(flat(frames).slice(0, 57)).toEqual([...Array<number>(56).fill(1), 2]);
  expect(aligner.produced).toBe(1080);
});

test('a hole in the sound becomes silence of its length', () => {
  const aligner = new AudioAligner(1);
  const frames = [...aligner.push(block(1, 1024), time(0)), ...aligner.push(block(1, 1024), time(1024 * 12))];
  expect(frames).toHaveLength(13);
  expect(flat(frames).filter((sample) => sample === 1)).toHaveLength(2048);
  expect(frames[12]?.[0]?.[0]).toBe(1);
});

test('a device with one channel is heard on both sides', () => {
  const [frame] = new AudioAligner(2).push(block(0.5, 1024), time(0));
  expect([frame?.[0]?.[7], frame?.[1]?.[7]]).toEqual([0.5, 0.5]);
});

for (const ppm of [-400, -80, 80, 400]) {
  test(`a sound card that is ${ppm} ppm off stays within 10 ms of the clock for an hour`, () => {
    const aligner = new AudioAligner(1);
    let worst = 0;
    const silence = block(0, 1024);
    for (let i = 0; i < 168_750; i++) {
      const captured = micros(((i * 1024) / 48_000) * 1_000_000 * (1 + ppm / 1_000_000));
      worst = Math.max(worst, Math.abs(captured / 1_000_000 - aligner.produced / 48_000));
      aligner.push(silence, captured);
    }
    expect(worst).toBeLessThan(0.0105);
  });
}

test('stretching changes one sample in 1024 and keeps a wave a wave', () => {
  const aligner = new AudioAligner(1);
  const out: number[] = [];
  let phase = 0;
  for (let i = 0; i < 200; i++) {
    const data = Float32Array.from({ length: 1024 }, () => Math.sin((phase++ * 2 * Math.PI * 440) / 48_000));
    // From the hundredth block on the clock says that 15 ms are missing.
    out.push(...flat(aligner.push([data], time(i * 1024 + (i < 100 ? 0 : 720)))));
  }
  expect(aligner.produced).toBe(200 * 1024 + 100);
  const steepest = out.reduce((most, sample, i) => Math.max(most, Math.abs(sample - (out[i - 1] ?? sample))), 0);
  expect(steepest).toBeLessThan(0.1);
});

test('silence is made when a device gives nothing, and only once', () => {
  const aligner = new AudioAligner(2);
  expect(aligner.fill(time(4096))).toHaveLength(4);
  expect(aligner.fill(time(2048))).toHaveLength(0);
  expect(aligner.produced).toBe(4096);
});

test('priming becomes whole frames that can be dropped', () => {
  expect(planPriming(1024)).toEqual({ leadInSamples: 0, dropPackets: 1 });
  expect(planPriming(2112)).toEqual({ leadInSamples: 960, dropPackets: 3 });
  expect(planPriming(0)).toEqual({ leadInSamples: 0, dropPackets: 0 });
});

test('a click that comes out later says how much an encoder delays; noise or silence says nothing', () => {
  const decoded = new Float32Array(20_000);
  decoded[6_000 + 2_112] = 0.6;
  decoded[6_000 + 2_113] = -0.4;
  expect(primingOf(decoded, 6_000)).toBe(2_112);
  expect(planPriming(2_112)).toEqual({ leadInSamples: 960, dropPackets: 3 });
  expect(primingOf(new Float32Array(20_000), 6_000)).toBeUndefined();
  expect(
    primingOf(
      decoded.map((_, i) => ((i % 7) - 3) / 5),
      6_000,
    ),
  ).toBeUndefined();
});
