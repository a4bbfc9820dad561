import { expect, test } from '@playwright/test';
import { mendAvcC } from '../../src/encode/avcc.ts';
import { judgeTrial } from '../../src/encode/encoder-trial.ts';
import { type EncoderWhy, encoderNotes } from '../../src/ui/encoder-words.ts';
import { sourceNotes } from '../../src/ui/source-words.ts';

const WELL = { camera: 'ok', screen: 'off', microphone: 'ok', needsVisiblePage: false } as const;
const inOrder = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const texts = (change: object, kind: 'welcome' | 'ready' | 'live' = 'live'): string[] =>
  sourceNotes({ inputs: { ...WELL, ...change }, phase: { kind } }).map(({ text }) => text);
const encoderTexts = (encoderWhy: EncoderWhy, encoderHoldsMs = 0): string[] =>
  encoderNotes({ encoderWhy, encoderHoldsMs, phase: { kind: 'live' } }).map(
    ({ text, link }) => `${text} ${link?.href ?? ''}`,
  );

test('an encoder that answers within eight pictures is prompt, one that holds more says how many', () => {
  expect(judgeTrial(1, inOrder(8))).toEqual({ kind: 'usable', heldFrames: 0 });
  expect(judgeTrial(8, inOrder(8))).toEqual({ kind: 'usable', heldFrames: 0 });
  expect(judgeTrial(41, inOrder(41))).toEqual({ kind: 'usable', heldFrames: 41 });
});

test('an encoder that reorders pictures, loses one or gives none is not used', () => {
  expect(judgeTrial(41, [0, 4, 2, 1, 3])).toEqual({ kind: 'unusable' });
  expect(judgeTrial(1, [0, 1, 3])).toEqual({ kind: 'unusable' });
  expect(judgeTrial(undefined, [])).toEqual({ kind: 'unusable' });
});

test('nothing is said while all is well, nor before anything is in use', () => {
  expect(texts({})).toEqual([]);
  expect(texts({ camera: 'lost' }, 'welcome')).toEqual([]);
});

test('what is wrong with a device is a sentence each; what viewers see meanwhile only while there are viewers', () => {
  for (const camera of ['lost', 'muted', 'hidden']) {
    expect(texts({ camera })).toHaveLength(1);
    expect(texts({ camera })[0]).toContain('the stream goes on');
    expect(texts({ camera }, 'ready')[0]).not.toContain('Viewers');
  }
  expect(texts({ screen: 'lost' })[0]).toContain('Sharing was stopped. Viewers see a still picture');
  for (const microphone of ['lost', 'muted', 'stopped']) expect(texts({ microphone })[0]).toContain('hear nothing');
});

test('a browser that needs the tab in sight says so until it is out of sight', () => {
  expect(texts({ needsVisiblePage: true })[0]).toContain('Keep this tab visible');
  expect(texts({ needsVisiblePage: true, camera: 'hidden' }).join(' ')).not.toContain('Keep this tab visible');
});

test('an encoder that holds pictures is told with its time', () => {
  expect(encoderTexts('own', 1_367)).toHaveLength(1);
  expect(encoderTexts('own', 1_367)[0]).toContain('1.4 s');
  expect(encoderTexts('only', 3_000)[1]).toContain('Cross-Origin-Embedder-Policy');
});

test('the fallback encoder is told with its reason and where its licence is', () => {
  expect(encoderTexts('own')).toEqual([]);
  expect(encoderTexts('only')[0]).toContain('This browser has no H.264 encoder');
  expect(encoderTexts('asked')[0]).toContain('address asks for it');
  expect(encoderTexts('took-over')[0]).toContain('the stream goes on');
  for (const why of ['only', 'asked', 'took-over'] as const)
    expect(encoderTexts(why)[0]).toContain('/ffmpeg/NOTICE.txt');
  expect(encoderNotes({ encoderWhy: 'only', encoderHoldsMs: 0, phase: { kind: 'welcome' } })).toEqual([]);
});

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

test('the decoder configuration that Firefox writes is put right, one that is right stays as it is', () => {
  const sps = '6742c015d901b1fa10000003001001e84800f162e480';
  const firefox = bytes(`0142c01503010017${`67${sps}`}01000568${'68cb8cb2'}`);
  const right = bytes(`0142c015ffe10016${sps}010004${'68cb8cb2'}`);
  expect(mendAvcC(firefox)).toEqual(right);
  expect(mendAvcC(right)).toEqual(right);
  const high = bytes('01640028ffe100046764002801000268cefdf8f800');
  expect(mendAvcC(high)).toEqual(high);
});

test('what is cut off or no decoder configuration at all comes back as it came', () => {
  for (const hex of ['', '01', '0142c01503010017676742', '0242c015ffe1000467420015', '0142c015ffe1'])
    expect(mendAvcC(bytes(hex))).toEqual(bytes(hex));
});
