import { expect, test } from '@playwright/test';
import { missingSegments } from '../../src/mapreduce/missing.ts';
import {
  durationMsOf,
  endPartsOf,
  gridRateOf,
  pictureRateOf,
  planRecording,
  segmentsOf,
  slotsOfSegment,
  soundFramesOf,
} from '../../src/mapreduce/recording-plan.ts';

const times = { videoFrom: 0, videoTo: 25, soundFrom: 0, soundTo: 25.02, pictureRate: 30 };

test('a file keeps its rate, NTSC rates are the whole ones, and odd rates go up so that no picture is lost', () => {
  const rates = [23.976, 24, 25, 29.97, 30, 50, 59.94, 60, 12, 15, 27, 48, 90, 240];
  expect(rates.map(gridRateOf)).toEqual([24, 24, 25, 30, 30, 50, 60, 60, 24, 24, 30, 50, 60, 60]);
});

test('the rate of an uneven rhythm is its fast one, with times in milliseconds too', () => {
  const ms = (rate: number) => Array.from({ length: 200 }, (_, i) => Math.round((i * 1000) / rate) / 1000);
  for (const rate of [24, 25, 30, 50, 60]) expect(gridRateOf(pictureRateOf(ms(rate)) ?? 0)).toBe(rate);
  const uneven = ms(30).filter((_, i) => i % 10 < 4 || i % 10 > 6);
  expect(gridRateOf(pictureRateOf(uneven.toReversed()) ?? 0)).toBe(30);
  expect(pictureRateOf([1])).toBeUndefined();
});

test('media zero is the first sample of either; what the file itself cut away before its zero stays away', () => {
  expect(planRecording(times)).toEqual({ zeroSeconds: 0, frameRate: 30, slots: 750 });
  expect(planRecording({ ...times, videoFrom: 100.2, videoTo: 110.2, soundFrom: 100, soundTo: 110 })).toEqual({
    zeroSeconds: expect.closeTo(100, 9),
    frameRate: 30,
    slots: 306,
  });
  const cut = planRecording({ ...times, videoFrom: -0.04, soundFrom: -0.02 }).zeroSeconds;
  expect(cut).toBeGreaterThanOrEqual(0);
  expect(cut).toBeLessThan(1 / 30);
});

test('sound that begins between two pictures does not move the pictures off the grid', () => {
  expect(planRecording({ ...times, videoFrom: 0.023, pictureRate: 25 }).zeroSeconds).toBe(0.023);
  expect(planRecording({ ...times, videoFrom: 0.223, pictureRate: 25 }).zeroSeconds).toBeCloseTo(0.023, 9);
});

test('sound that goes on behind the last picture belongs to the recording, its padding does not', () => {
  expect(planRecording({ ...times, soundTo: 25.4 }).slots).toBe(750);
  expect(planRecording({ ...times, soundTo: 60 }).slots).toBe(1800);
});

test('GRID1 segments hold ten seconds of slots and the last one what is left', () => {
  const plan = planRecording(times);
  expect(segmentsOf(plan)).toBe(3);
  expect([0, 1, 2].map((segment) => slotsOfSegment(segment, plan))).toEqual([
    { fromSlot: 0, toSlot: 300 },
    { fromSlot: 300, toSlot: 600 },
    { fromSlot: 600, toSlot: 750 },
  ]);
});

test('UPLOAD1 the end lies behind the part of the last picture and of the last frame of sound', () => {
  for (const [rate, slots] of [
    [30, 750],
    [24, 241],
    [60, 601],
    [25, 1],
  ] as const) {
    const plan = { zeroSeconds: 0, frameRate: rate, slots };
    const { video, sound } = endPartsOf(plan, 100);
    const last = Math.ceil(durationMsOf(plan) / 100);
    expect(video).toBe(last);
    expect([last - 1, last]).toContain(sound);
    expect((soundFramesOf(plan) - 1) * 1024).toBeLessThan((slots * 48_000) / rate);
  }
});

test('UPLOAD5 a segment is missing when any track lacks a part of it', () => {
  const ends = { v720: 250, v480: 250 };
  expect(missingSegments({}, ends, 100)).toEqual([0, 1, 2]);
  const stored = {
    v720: [{ from: 0, to: 250 }],
    v480: [
      { from: 0, to: 100 },
      { from: 101, to: 200 },
      { from: 200, to: 250 },
    ],
  };
  expect(missingSegments(stored, ends, 100)).toEqual([1]);
});
