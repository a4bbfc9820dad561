import { expect, test } from '@playwright/test';
import {
  nextRhythm,
  RHYTHM_START,
  type Rhythm,
  type RhythmEvent,
  type RhythmWrite,
} from '../../src/positions/rhythm.ts';

const HOUR_MS = 3_600_000;

/** Plays a script of events; what was written, with the time. */
function written(script: readonly (readonly [number, RhythmEvent])[]): (readonly [number, RhythmWrite])[] {
  let rhythm: Rhythm = RHYTHM_START;
  const writes: (readonly [number, RhythmWrite])[] = [];
  for (const [atMs, event] of script) {
    const step = nextRhythm(rhythm, event, atMs, 0.5);
    rhythm = step.rhythm;
    if (step.write !== 'none') writes.push([atMs, step.write]);
  }
  return writes;
}
const playing = (fromMs: number, toMs: number, isAtEdge = false): (readonly [number, RhythmEvent])[] =>
  Array.from({ length: (toMs - fromMs) / 250 + 1 }, (_, i) => [fromMs + i * 250, { kind: 'tick', isAtEdge }] as const);

test('opening a page writes nothing; five seconds of playback do, then every 5 s here and every 15 s to the origin', () => {
  expect(
    written([
      [0, { kind: 'hidden' }],
      [1000, { kind: 'pause' }],
    ]),
  ).toEqual([]);
  expect(written([...playing(0, 4750), [4800, { kind: 'hidden' }]])).toEqual([]);
  expect(written(playing(0, 21_000))).toEqual([
    [5000, 'send'],
    [10_000, 'save'],
    [15_000, 'save'],
    [20_000, 'send'],
  ]);
});

test('pause, the end and leaving write at once, and leaving while paused writes nothing again', () => {
  const script = [...playing(0, 7000), [7100, { kind: 'pause' }], [60_000, { kind: 'hidden' }]] as const;
  expect(written(script)).toEqual([
    [5000, 'send'],
    [7100, 'send'],
  ]);
  expect(written([...playing(0, 7000), [7100, { kind: 'hidden' }]])).toEqual([
    [5000, 'send'],
    [7100, 'leave'],
  ]);
  expect(written([...playing(0, 7000), [7100, { kind: 'ended' }]]).at(-1)).toEqual([7100, 'send']);
});

test('a seek writes the moment before it, and the moment after it once that was really watched', () => {
  const script = [
    ...playing(0, 7000),
    [7100, { kind: 'seek' }],
    ...playing(8000, 12_750),
    [12_800, { kind: 'seek' }],
  ] as const;
  expect(written(script)).toEqual([
    [5000, 'send'],
    [7100, 'send'],
  ]);
  expect(written([...playing(0, 7000), [7100, { kind: 'seek' }], ...playing(8000, 13_000)]).at(-1)).toEqual([
    13_000,
    'send',
  ]);
});

test('a suspended tab, a stall and a pending resume are not playback', () => {
  expect(
    written([
      [0, { kind: 'tick', isAtEdge: false }],
      [HOUR_MS, { kind: 'tick', isAtEdge: false }],
    ]),
  ).toEqual([]);
  expect(written([...playing(0, 3000), [3001, { kind: 'halt' }], ...playing(60_000, 61_750)])).toEqual([]);
  expect(written([[0, { kind: 'resume-begins' }], ...playing(1, 20_001), [20_100, { kind: 'hidden' }]])).toEqual([]);
});

test('at the live edge the origin hears of it once a minute', () => {
  const sent = written(playing(0, 130_000, true)).filter(([, write]) => write === 'send');
  expect(sent.map(([atMs]) => atMs)).toEqual([5000, 65_000, 125_000]);
});
