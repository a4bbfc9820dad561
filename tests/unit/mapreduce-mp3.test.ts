import { expect, test } from '@playwright/test';
import { mp3Channels } from '../../src/mapreduce/mp3-header.ts';

const frame = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

test('MP3 says in each frame how many channels it has', () => {
  expect(mp3Channels(frame(0xff, 0xfb, 0x90, 0xc4))).toBe(1);
  expect(mp3Channels(frame(0xff, 0xfb, 0x90, 0x04))).toBe(2);
  expect(mp3Channels(frame(0xff, 0xfb, 0x90, 0x44))).toBe(2);
  expect(mp3Channels(frame(0xff, 0xfa, 0x90, 0x84))).toBe(2);
});

test('MP3 of 22.05 kHz and 11.025 kHz is of other versions', () => {
  expect(mp3Channels(frame(0xff, 0xf3, 0x90, 0xc4))).toBe(1);
  expect(mp3Channels(frame(0xff, 0xe3, 0x90, 0xc4))).toBe(1);
});

test('MP3 is not what has another layer, ADTS, text, or is cut', () => {
  for (const other of [frame(0xff, 0xfd, 0x90, 0xc4), frame(0xff, 0xf1, 0x50, 0x80), frame(0x49, 0x44, 0x33, 3)])
    expect(mp3Channels(other)).toBeUndefined();
  expect(mp3Channels(frame(0xff, 0xfb, 0x90))).toBeUndefined();
  expect(mp3Channels(frame())).toBeUndefined();
});
