import { expect, test } from '@playwright/test';
import type { StudioActions } from '../../src/ui/studio-state.ts';
import { fulfil, type StudioWish } from '../../src/ui/studio-wishes.ts';

/** A controller that notes what it is asked, as `name(arguments)`. */
function noting(): { readonly actions: StudioActions; readonly asked: string[] } {
  const asked: string[] = [];
  const actions = new Proxy({} as StudioActions, {
    get:
      (_target, name) =>
      (...args: readonly unknown[]) => {
        asked.push(`${String(name)}(${args.map((one) => JSON.stringify(one)).join(', ')})`);
        return Promise.resolve();
      },
  });
  return { actions, asked };
}

const WISHES: readonly (readonly [StudioWish, string])[] = [
  [{ kind: 'title', title: 'Harbour' }, 'setTitle("Harbour")'],
  [{ kind: 'scene', scene: 'screen', isAnother: true }, 'chooseScene("screen", true)'],
  [{ kind: 'camera', id: 'front' }, 'chooseCamera("front")'],
  [{ kind: 'turn-camera' }, 'turnCamera()'],
  [{ kind: 'microphone', id: 'desk' }, 'chooseMicrophone("desk")'],
  [{ kind: 'playout', wish: { kind: 'loop', isOn: true } }, 'controlFile({"kind":"loop","isOn":true})'],
  [{ kind: 'mute', isMuted: true }, 'setMuted(true)'],
  [{ kind: 'camera-off', isOff: true }, 'setCameraOff(true)'],
  [{ kind: 'go-live' }, 'goLive()'],
  [{ kind: 'end-stream' }, 'endStream()'],
  [{ kind: 'devices', scene: 'corner' }, 'askForDevices("corner")'],
  [{ kind: 'measure' }, 'measure()'],
  [{ kind: 'retry' }, 'retry()'],
  [{ kind: 'test', wish: 'closeTest' }, 'closeTest()'],
  [{ kind: 'preset', preset: 'light' }, 'choosePreset("light")'],
  [{ kind: 'helped', isHelped: true }, 'setHelped(true)'],
  [{ kind: 'left', wish: 'startAnew' }, 'startAnew()'],
];

test('each wish of the page asks the controller for that and nothing else', async () => {
  for (const [wish, call] of WISHES) {
    const { actions, asked } = noting();
    await fulfil(actions, wish);
    expect(asked, wish.kind).toEqual([call]);
  }
});

test('a volume is told with the input that it is of', async () => {
  const { actions, asked } = noting();
  await fulfil(actions, { kind: 'volume', input: 'screen', gain: 0.5 });
  expect(asked[0]).toMatch(/^setVolume\("screen", .*"gain":0\.5/);
});

test('what a controller refuses, at once or later, is the answer to the wish', async () => {
  const busy = new Error('The camera is in use.');
  const later = { ...noting().actions, chooseCamera: () => Promise.reject(busy) };
  await expect(fulfil(later, { kind: 'camera', id: 'front' })).rejects.toBe(busy);
  const atOnce = {
    ...noting().actions,
    setMuted: () => {
      throw busy;
    },
  };
  await expect(fulfil(atOnce, { kind: 'mute', isMuted: true })).rejects.toBe(busy);
});

test('a screen is asked for while the browser still knows of the click', () => {
  const { actions, asked } = noting();
  void fulfil(actions, { kind: 'devices', scene: 'screen' });
  expect(asked).toEqual(['askForDevices("screen")']);
});
