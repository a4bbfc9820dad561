import { expect, test } from '@playwright/test';
import type { EncoderName } from '../../src/encode/encoder-choice.ts';
import type { StageError } from '../../src/protocol/errors.ts';
import { EncoderLane } from '../../workers/encoder-lane.ts';
import type { EncoderSource, EncodeTask, PictureEncoderEvents } from '../../workers/picture-encoder.ts';
import { until } from '../helpers/until.ts';

const TASK: EncodeTask = {
  width: 1280,
  height: 720,
  bitrateBps: 2_500_000,
  frameRate: 30,
  latencyMode: 'realtime',
  keyEverySlots: 60,
};
/** Nothing here looks at it. */
const PICTURE = {} as VideoFrame;

interface Made {
  readonly name: EncoderName;
  readonly events: PictureEncoderEvents;
  readonly taken: string[];
  isClosed: boolean;
}

/** A lane on encoders that do nothing by themselves; `works` says which can be opened, `made` which were started. */
async function open(works: Partial<Record<EncoderName, number>> = { webcodecs: 0, wasm: 0 }) {
  const log: string[] = [];
  const made: Made[] = [];
  const gone: StageError[] = [];
  const source = (name: EncoderName): EncoderSource => ({
    name,
    heldFrames: works[name] ?? 0,
    setContentHint: () => undefined,
    create: async (events) => {
      const encoder: Made = { name, events, taken: [], isClosed: false };
      made.push(encoder);
      return {
        encode: (_picture, slot, isKey) => encoder.taken.push(`${slot}${isKey ? ' key' : ''}`),
        setContentHint: () => undefined,
        flush: async () => undefined,
        close: () => {
          encoder.isClosed = true;
        },
      };
    },
  });
  const lane = await EncoderLane.open({
    task: TASK,
    encoders: ['webcodecs', 'wasm'],
    openFirst: async (names, _task, cause) => {
      const name = names.find((one) => works[one] !== undefined);
      if (name === undefined) throw cause ?? new Error('none');
      return source(name);
    },
    warm: (name) => log.push(`warm ${name}`),
    onFrame: ({ slot }) => log.push(`frame ${slot}`),
    onConfig: () => log.push('config'),
    onLost: (slots) => log.push(`lost ${slots.join()}`),
    onStopped: () => log.push('stopped'),
    onGone: (error) => gone.push(error),
    onChange: () => undefined,
  });
  const newest = (): Made => {
    const last = made.at(-1);
    if (last === undefined) throw new Error('none was made');
    return last;
  };
  /** Fails the encoder in use and waits until there is another, or none. */
  const fail = async (): Promise<void> => {
    newest().events.onFailure(new Error('it broke'));
    await until(() => lane.isChanging).toBe(false);
  };
  return { lane, log, made, gone, newest, fail, works };
}

test('an encoder that fails gives back what was inside, and another of its kind goes on with a key frame', async () => {
  const { lane, log, made, newest, fail } = await open();
  for (const slot of [0, 1, 2]) lane.encode(PICTURE, slot, slot === 0);
  newest().events.onFrame(0, true, new Uint8Array());
  await fail();
  expect(log).toEqual(['frame 0', 'stopped', 'lost 1,2', 'warm wasm', 'lost ']);
  expect(made.map(({ name, isClosed }) => `${name} ${isClosed}`)).toEqual(['webcodecs true', 'webcodecs false']);
  lane.encode(PICTURE, 1, false);
  lane.encode(PICTURE, 2, false);
  expect(newest().taken).toEqual(['1 key', '2']);
});

test('what a replaced encoder still says does not count', async () => {
  const { log, made, fail, lane } = await open();
  lane.encode(PICTURE, 0, true);
  await fail();
  const before = log.length;
  made[0]?.events.onFrame(0, true, new Uint8Array());
  made[0]?.events.onConfig(new Uint8Array(), undefined);
  made[0]?.events.onFailure(new Error('again'));
  expect(log).toHaveLength(before);
  expect(lane.isChanging).toBe(false);
});

test('who fails too often is followed by the next kind, and after the last one the rendition is given up', async () => {
  const { lane, gone, newest, fail } = await open();
  const kinds: EncoderName[] = [];
  while (gone.length === 0) {
    kinds.push(newest().name);
    await fail();
  }
  expect(kinds[0]).toBe('webcodecs');
  expect(kinds.indexOf('wasm')).toBe(kinds.lastIndexOf('webcodecs') + 1);
  expect(lane.isGone).toBe(true);
  expect(lane.backlog).toBe(Number.POSITIVE_INFINITY);
  expect(gone[0]).toMatchObject({ code: 'encoder_failed' });
  expect(gone[0]?.message).toMatch(/fallback encoder .* at 720p/);
});

test('a kind that keeps more pictures inside takes over from none: viewers were told when parts come', async () => {
  const { gone, fail, newest } = await open({ webcodecs: 0, wasm: 2 });
  while (gone.length === 0) await fail();
  expect(newest().name).toBe('webcodecs');
});

test('one that was given up begins anew with the best that works then, unless it would be late', async () => {
  const { lane, gone, fail, newest, works } = await open({ webcodecs: 0 });
  while (gone.length === 0) await fail();
  works.webcodecs = 1;
  await expect(lane.revive(0)).rejects.toThrow(/too late/);
  expect(lane.isGone).toBe(true);
  works.webcodecs = 0;
  await lane.revive(0);
  expect(lane.isGone).toBe(false);
  lane.encode(PICTURE, 300, true);
  expect(newest().taken).toEqual(['300 key']);
  await fail();
  expect(lane.isGone, 'its earlier failures are forgotten').toBe(false);
});

test('how far it is behind leaves out what its encoder always keeps', async () => {
  const { lane, newest } = await open({ webcodecs: 2 });
  for (const slot of [0, 1, 2]) lane.encode(PICTURE, slot, slot === 0);
  expect([lane.inFlight, lane.backlog]).toEqual([3, 1]);
  newest().events.onFrame(0, true, new Uint8Array());
  expect([lane.inFlight, lane.backlog]).toEqual([2, 0]);
});

test('a closed lane takes nothing, and starts nothing again', async () => {
  const { lane, newest, made } = await open();
  lane.close();
  lane.encode(PICTURE, 0, true);
  newest().events.onFailure(new Error('closed'));
  expect(newest().taken).toEqual([]);
  expect(made).toHaveLength(1);
  expect(newest().isClosed).toBe(true);
});

test('an encoder that gives nothing for three seconds is replaced; what slept with the machine for as long has not hung', async () => {
  const { lane, log, made, newest } = await open();
  lane.rescueIfHung(0);
  lane.encode(PICTURE, 0, true);
  for (const nowMs of [20, 29_000, 29_020, 58_000]) lane.rescueIfHung(nowMs);
  expect(log).toEqual([]);
  newest().events.onFrame(0, true, new Uint8Array());
  lane.encode(PICTURE, 1, false);
  for (let nowMs = 58_020; !log.includes('lost 1'); nowMs += 20) {
    expect(nowMs).toBeLessThan(61_040);
    lane.rescueIfHung(nowMs);
  }
  await until(() => lane.isChanging).toBe(false);
  expect(log).toEqual(['frame 0', 'stopped', 'lost 1', 'warm wasm', 'lost ']);
  expect(made.map(({ name, isClosed }) => [name, isClosed])).toEqual([
    ['webcodecs', true],
    ['webcodecs', false],
  ]);
});
