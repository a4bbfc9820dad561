import { expect, test } from '@playwright/test';
import type { JobView } from '../../src/mapreduce/job.ts';
import type { HelperView } from '../../src/protocol/lend.ts';
import {
  cellWords,
  countSegments,
  doneBy,
  leftText,
  madeByWords,
  pieceAfterKey,
  titleOfFile,
} from '../../src/ui/upload-state.ts';
import { stateWords } from '../../src/ui/watch-state.ts';
import { type RecordingFacts, recordingState } from '../../workers/recording-views.ts';

const cell = (change: Partial<JobView>): JobView => ({
  segment: 6,
  state: 'waiting',
  holders: [],
  progress: 0,
  failures: 0,
  reason: undefined,
  ...change,
});

test('a cell of the map says where it lies, what becomes of it and by whom', () => {
  expect(cellWords(cell({}))).toBe('1:00 to 1:10: waiting');
  expect(cellWords(cell({ state: 'working', holders: ['Worker 1', 'Worker 2'], progress: 0.426 }))).toBe(
    '1:00 to 1:10: 43 % by Worker 1 and Worker 2',
  );
  expect(cellWords(cell({ state: 'done', holders: ['Worker 1'], progress: 1, failures: 1 }))).toBe(
    '1:00 to 1:10: done by Worker 1, tried 2 times',
  );
  expect(cellWords(cell({ state: 'set-aside', failures: 3, reason: 'It is damaged.' }))).toContain('It is damaged.');
});

test('the map is one stop for the keyboard: arrows, Home and End go from piece to piece and never out of it', () => {
  const map = { total: 8640, columns: 40 };
  const walk = (...keys: string[]) => keys.reduce((at, key) => pieceAfterKey(key, at, map) ?? at, -1);
  expect(walk('ArrowRight')).toBe(0);
  expect(walk('ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft')).toBe(0);
  expect(walk('ArrowRight', 'ArrowDown')).toBe(40);
  expect(walk('ArrowLeft')).toBe(0);
  expect(walk('End', 'ArrowDown')).toBe(8639);
  expect(walk('End', 'Home')).toBe(0);
  expect(pieceAfterKey('Tab', 3, map)).toBeUndefined();
});

test('progress counts what is half done, and nothing divides by nothing', () => {
  const cells = [cell({ state: 'done', progress: 1 }), cell({ state: 'working', progress: 0.5 }), cell({}), cell({})];
  expect(countSegments(cells)).toEqual({ done: 1, working: 1, setAside: 0, total: 4, share: 0.375 });
  expect(countSegments([]).share).toBe(0);
});

test('who made what is counted by name, and helpers who are here count to the speed', () => {
  const by = (...holders: string[]) => cell({ state: 'done', holders });
  expect(doneBy([by('Worker 1'), by('Anna'), by('Anna'), cell({ holders: ['Anna'] })])).toEqual([
    '2 done by Anna',
    '1 done by Worker 1',
  ]);
  const helper = { id: 'h', name: 'Anna', framesPerSecond: 20, segmentsDone: 1, isHere: true, sentAway: null };
  const state = { framesPerSecond: 30.4, workers: 1, help: { helpers: [helper], isPossible: true } };
  expect(madeByWords(state)).toBe('50 pictures a second by 1 worker of this tab and 1 helper');
  const gone = { ...state, workers: 2, help: { helpers: [{ ...helper, isHere: false }], isPossible: true } };
  expect(madeByWords(gone)).toBe('30 pictures a second by 2 workers of this tab');
});

test('the time that is left is rough, and says so while it is not known', () => {
  expect(leftText(undefined)).toBe('Working out how long it takes…');
  expect(leftText(0)).toBe('Nearly done');
  expect(leftText(31_000)).toBe('About 45 seconds left');
  expect(leftText(61 * 60_000 + 1)).toBe('About 1 hour 2 minutes left');
});

test('a file’s name becomes the title without its type', () => {
  expect(titleOfFile('The old pear.final.mp4')).toBe('The old pear.final');
  expect(titleOfFile('no type')).toBe('no type');
  expect(titleOfFile('x'.repeat(300)).length).toBe(120);
});

test('UPLOAD3 the watch page says that a recording is still being made, and how far', () => {
  const phase = { kind: 'ended' } as const;
  expect(stateWords({ phase, upload: { madeMs: 70_000, isFinished: false } }).text).toBe(
    'Recording, still being made: 1:10 can be watched',
  );
  expect(stateWords({ phase, upload: { madeMs: 70_000, isFinished: true } }).text).toBe('Recording');
  expect(stateWords({ phase, upload: null }).text).toBe('Ended: this is the recording');
});

const uploading = (
  usualMs: number | null,
  views: readonly JobView[],
  helpers: readonly HelperView[] = [],
): RecordingFacts => ({
  phase: { kind: 'making' },
  broadcast: { id: 'abcdefgh12345678', token: 't', title: 'Harbour', watchUrl: '', reach: 'lan' },
  framesPerSecond: 30,
  fileName: 'harbour.mp4',
  work: {
    recording: {
      width: 1280,
      height: 720,
      plan: { zeroSeconds: 0, frameRate: 30, slots: 900 },
      sound: undefined,
      packets: undefined,
    },
    recipe: { renditions: [{ track: 'v720', width: 1280, height: 720, bitrateBps: 2_500_000 }] },
    board: { views: () => views, usualMs },
    help: { namesOf: (segment) => [`Ada at ${segment}`], helpers },
    makers: 2,
    soundShare: 0.5,
    isConnected: false,
  },
});
const helper = (isHere: boolean): HelperView => ({
  id: 'h',
  name: 'Ada',
  framesPerSecond: 30,
  segmentsDone: 0,
  isHere,
  sentAway: null,
});

test('the time that is left is that of the segments that are not made, shared by all who are here', () => {
  const views = [cell({ state: 'done' }), cell({ state: 'working' }), cell({ state: 'waiting' })];
  expect(recordingState(uploading(null, views)).leftMs, 'before the first is done').toBeUndefined();
  expect(recordingState(uploading(6_000, views)).leftMs).toBe(6_000);
  expect(recordingState(uploading(6_000, views, [helper(true), helper(true), helper(false)])).leftMs).toBe(3_000);
  expect(recordingState(uploading(0, views)).leftMs, '0 is a time').toBe(0);
});

test('what helpers hold is shown under their names, beside the makers of this tab', () => {
  const views = [cell({ state: 'working', holders: ['Worker 1', 'help-1'] }), cell({ holders: ['Worker 2'] })];
  const { segments, isConnected, help } = recordingState(uploading(null, views));
  expect(segments[0]).toMatchObject({ holders: ['Worker 1', 'Ada at 6'], isHelped: true });
  expect(segments[1]).toMatchObject({ holders: ['Worker 2'], isHelped: false });
  expect(isConnected).toBe(false);
  expect(help.isPossible, 'uncompressed pictures go to nobody').toBe(false);
});

test('an upload whose file is being opened has nothing to show, and nothing to complain of', () => {
  const state = recordingState({ ...uploading(null, []), work: undefined });
  expect(state).toMatchObject({ segments: [], workers: 0, isConnected: true, source: undefined, leftMs: undefined });
});
