import { expect, test } from '@playwright/test';
import { CATCH_UP_SPEED, type Commanded, obey } from '../../src/ui/player-commands.ts';

type Command = Parameters<typeof obey>[1];

/** What a player is asked for each command, as `name(argument)`. */
function asked(command: Command, state?: Parameters<typeof obey>[2]): readonly string[] {
  const calls: string[] = [];
  const player = new Proxy({} as Commanded, {
    get: (_target, name) => (argument?: unknown) => {
      calls.push(`${String(name)}(${argument === undefined ? '' : JSON.stringify(argument)})`);
    },
  });
  obey(player, command, state);
  return calls;
}

test('each command asks the player for that and nothing else', () => {
  expect(asked({ kind: 'toggle-play' })).toEqual(['togglePlay()']);
  expect(asked({ kind: 'go-live' })).toEqual(['goLive()']);
  expect(asked({ kind: 'volume', volume: 0 })).toEqual(['setVolume(0)']);
  expect(asked({ kind: 'seek-by', ms: -10_000 })).toEqual(['seekBy(-10000)']);
  expect(asked({ kind: 'quality', track: 'v720' })).toEqual(['setQuality("v720")']);
  expect(asked({ kind: 'quality', track: undefined })).toEqual(['setQuality()']);
  expect(asked({ kind: 'mode', mode: 'stable' })).toEqual(['setMode("stable")']);
  expect(asked({ kind: 'speed', speed: 1.5 })).toEqual(['setSpeed(1.5)']);
});

test('catching up plays, also what was paused; ending it leaves play and pause as they are', () => {
  expect(asked({ kind: 'catch-up', isOn: true })).toEqual([`setSpeed(${CATCH_UP_SPEED})`, 'play()']);
  expect(asked({ kind: 'catch-up', isOn: false })).toEqual(['setSpeed(1)']);
});

test('the sound goes from where it is: a volume of 0 is one, and before anything is known it is full and on', () => {
  const silent = { isMuted: true, volume: 0 };
  expect(asked({ kind: 'toggle-mute' }, silent)).toEqual(['setMuted(false)']);
  expect(asked({ kind: 'toggle-mute' })).toEqual(['setMuted(true)']);
  expect(asked({ kind: 'volume-by', step: 0.05 }, silent)).toEqual(['setVolume(0.05)']);
  expect(asked({ kind: 'volume-by', step: -0.25 })).toEqual(['setVolume(0.75)']);
});
