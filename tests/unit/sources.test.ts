import { expect, test } from '@playwright/test';
import { mendAvcC } from '../../src/encode/avcc.ts';
import { judgeTrial } from '../../src/encode/encoder-trial.ts';
import { sourceNotes } from '../../src/ui/source-words.ts';

const WELL = { camera: 'ok', microphone: 'ok', needsVisiblePage: false } as const;
const inOrder = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const texts = (change: object, kind: 'welcome' | 'ready' | 'live' = 'live', encoderHoldsMs = 0): string[] =>
  sourceNotes({ inputs: { ...WELL, ...change }, phase: { kind }, encoderHoldsMs }).map(({ text }) => text);

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
  for (const microphone of ['lost', 'muted', 'stopped']) expect(texts({ microphone })[0]).toContain('hear nothing');
});

test('a browser that needs the tab in sight says so until it is out of sight', () => {
  expect(texts({ needsVisiblePage: true })[0]).toContain('Keep this tab visible');
  expect(texts({ needsVisiblePage: true, camera: 'hidden' }).join(' ')).not.toContain('Keep this tab visible');
});

test('an encoder that holds pictures is told with its time', () => {
  expect(texts({}, 'ready', 1_367)[0]).toContain('1.4 s');
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
