import { expect, test } from '@playwright/test';
import { NO_PICTURES, picturesDue } from '../../src/encode/picture-times.ts';
import { stripBudgetBytes } from '../../src/encode/strip-budget.ts';
import { MAX_STRIP_BYTES, thumbnailAt, thumbnailSize } from '../../src/protocol/thumbnails.ts';
import { StripQueue } from '../../src/upload/strip-queue.ts';

test('THUMB1: a small picture stands for 2 s, five of them for a segment', () => {
  expect(thumbnailAt(0)).toEqual({ segment: 0, index: 0 });
  expect(thumbnailAt(1999)).toEqual({ segment: 0, index: 0 });
  expect(thumbnailAt(9999)).toEqual({ segment: 0, index: 4 });
  expect(thumbnailAt(3_600_000)).toEqual({ segment: 360, index: 0 });
});

test('THUMB1: upright and wide sources both stay within 160 pixels a side', () => {
  expect(thumbnailSize(1920, 1080)).toEqual({ width: 160, height: 90 });
  expect(thumbnailSize(1080, 1920)).toEqual({ width: 90, height: 160 });
  expect(thumbnailSize(4000, 3)).toEqual({ width: 160, height: 1 });
});

test('THUMB3: strips are at most 1 % of the bits of the ladder', () => {
  expect(stripBudgetBytes(828_000)).toBe(10_350);
  expect(stripBudgetBytes(9_000_000)).toBe(MAX_STRIP_BYTES);
});

test('every small picture is taken once, between two key frames, and a poster every ten seconds', () => {
  let taken = NO_PICTURES;
  const thumbnails: string[] = [];
  const posters: number[] = [];
  for (let mediaMs = 0; mediaMs < 24_000; mediaMs += 20) {
    const due = picturesDue(mediaMs, taken);
    taken = due.taken;
    if (due.thumbnail !== undefined) thumbnails.push(`${due.thumbnail.segment}-${due.thumbnail.index}@${mediaMs}`);
    if (due.isPosterDue) posters.push(mediaMs);
  }
  expect(thumbnails.slice(0, 6)).toEqual(['0-0@400', '0-1@2400', '0-2@4400', '0-3@6400', '0-4@8400', '1-0@10400']);
  expect(thumbnails).toHaveLength(12);
  expect(posters).toEqual([1500, 11_500, 21_500]);
});

test('a tab that was asleep takes the picture of now, not those it missed', () => {
  const { taken } = picturesDue(400, NO_PICTURES);
  expect(picturesDue(37_900, taken).thumbnail).toEqual({ segment: 3, index: 3 });
});

const strip = (segment: number) => ({ segment, jpeg: new ArrayBuffer(segment) });

test('THUMB3: strips go one at a time, in order, and not beside media that are late', () => {
  const queue = new StripQueue();
  queue.add(strip(1));
  queue.add(strip(2));
  expect(queue.take(1500)).toBeUndefined();
  expect(queue.take(200)?.segment).toBe(1);
  expect(queue.take(200)).toBeUndefined();
  queue.settle('later');
  expect(queue.take(200)?.segment).toBe(1);
  queue.settle('done');
  expect(queue.take(200)?.segment).toBe(2);
  queue.settle('done');
  expect(queue.take(200)).toBeUndefined();
});

test('THUMB3: after an hour without an origin the oldest strips give way', () => {
  const queue = new StripQueue();
  for (let segment = 0; segment < 400; segment++) queue.add(strip(segment));
  expect(queue.take(0)?.segment).toBe(40);
});
