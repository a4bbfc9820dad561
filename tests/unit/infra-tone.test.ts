import { expect, test } from '@playwright/test';
import { AAC_FRAME_SAMPLES, AUDIO_TIMESCALE } from '../../src/protocol/grid.ts';
import { followTone, WINDOW_S } from '../helpers/tone.ts';

const HZ = 440;
const SECOND = AUDIO_TIMESCALE;

/** Three seconds of a tone, from sample `first` of it on. */
const tone = (samples = 3 * SECOND, first = 0): Int16Array =>
  Int16Array.from({ length: samples }, (_, i) => 4000 * Math.sin((2 * Math.PI * HZ * (first + i)) / AUDIO_TIMESCALE));

const joined = (...pieces: readonly Int16Array[]): Int16Array => {
  const all = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};

const breaksAtS = (samples: Int16Array): number[] => followTone(samples, HZ).breaks.map((window) => window * WINDOW_S);

test('an unbroken tone has no break, also while its pace is corrected a little', () => {
  expect(followTone(tone(), HZ)).toEqual({ windows: 150, silent: [], breaks: [] });
  const slewed = Int16Array.from({ length: 3 * SECOND }, (_, i) =>
    Math.round(4000 * Math.sin((2 * Math.PI * HZ * i * 1.002) / AUDIO_TIMESCALE)),
  );
  expect(breaksAtS(slewed)).toEqual([]);
});

for (const [what, lost] of [
  ['a frame of AAC', AAC_FRAME_SAMPLES],
  ['10 ms of a device', 480],
  ['a quantum of the audio graph', 128],
] as const) {
  test(`one break is found where ${what} is lost, and where it is doubled`, () => {
    const without = joined(tone(SECOND), tone(SECOND, SECOND + lost));
    const twice = joined(tone(SECOND), tone(SECOND, SECOND - lost));
    for (const samples of [without, twice]) {
      expect(breaksAtS(samples)).toHaveLength(1);
      expect(Math.abs((breaksAtS(samples)[0] ?? 0) - 1)).toBeLessThanOrEqual(2 * WINDOW_S);
    }
  });
}

test('a silence is told, and what begins after it may begin anywhere', () => {
  const heard = followTone(joined(tone(SECOND), new Int16Array(SECOND), tone(SECOND, 7)), HZ);
  expect(heard.silent).toEqual(Array.from({ length: 50 }, (_, i) => 50 + i));
  expect(heard.breaks).toEqual([]);
});
