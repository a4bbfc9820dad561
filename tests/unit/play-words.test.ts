import { expect, test } from '@playwright/test';
import { playerKey } from '../../src/ui/player-keys.ts';
import { behind, clockLength, seekValueText, spokenLength } from '../../src/ui/player-words.ts';
import { stateWords } from '../../src/ui/watch-state.ts';

test('lengths read as people write them', () => {
  expect(clockLength(0)).toBe('0:00');
  expect(clockLength(61_999)).toBe('1:01');
  expect(clockLength(3_723_000)).toBe('1:02:03');
});

test('lengths are spoken whole', () => {
  expect(spokenLength(0)).toBe('0 seconds');
  expect(spokenLength(61_000)).toBe('1 minute 1 second');
  expect(spokenLength(3_600_000)).toBe('1 hour');
});

test('the distance behind live is as exact as it matters', () => {
  expect(behind(420)).toBe('0.4 s');
  expect(behind(12_300)).toBe('12 s');
  expect(behind(200_000)).toBe('3:20');
});

test('a slider says place, whole and wall clock', () => {
  expect(seekValueText(5000, 60_000, undefined)).toBe('5 seconds of 1 minute');
  expect(seekValueText(5000, 60_000, 0)).toContain('5 seconds of 1 minute, ');
});

test('the usual keys work wherever nothing else wants them', () => {
  const press = (key: string, focus: 'nothing' | 'button' | 'slider' | 'choice' | 'text' = 'nothing') =>
    playerKey({ key, focus, hasModifier: false })?.kind;
  expect(press(' ')).toBe('toggle-play');
  expect(press('K')).toBe('toggle-play');
  expect(press('j')).toBe('seek-by');
  expect(press('ArrowRight')).toBe('seek-by');
  expect(press('ArrowUp')).toBe('volume-by');
  expect(press('m')).toBe('toggle-mute');
  expect(press('f')).toBe('full-screen');
  expect(press(' ', 'button')).toBeUndefined();
  expect(press('ArrowRight', 'slider')).toBeUndefined();
  expect(press('ArrowUp', 'choice')).toBeUndefined();
  expect(press('k', 'text')).toBeUndefined();
  expect(playerKey({ key: 'f', focus: 'nothing', hasModifier: true })).toBeUndefined();
});

test('every state of a broadcast has its words', () => {
  expect(stateWords({ phase: { kind: 'not-started' } }).text).toBe('Not started yet');
  expect(stateWords({ phase: { kind: 'live' } }).text).toBe('Live');
  expect(stateWords({ phase: { kind: 'interrupted' } }).text).toBe('Interrupted');
  expect(stateWords({ phase: { kind: 'unreachable', nextTryAtMs: 0 } }).text).toBe('Reconnecting');
  expect(stateWords({ phase: { kind: 'ended' } }).text).toBe('Ended: this is the recording');
});
