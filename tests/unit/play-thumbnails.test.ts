import { expect, test } from '@playwright/test';
import { nearestThumbnail } from '../../src/play/nearest-strip.ts';

test('a moment shows its own small picture where there is one', () => {
  expect(nearestThumbnail(25_000, [{ from: 0, to: 4 }])).toEqual({ segment: 2, index: 2 });
  expect(nearestThumbnail(0, [{ from: 0, to: 1 }])).toEqual({ segment: 0, index: 0 });
});

test('where one is missing, the picture on the near side of the nearest segment that has one', () => {
  const strips = [
    { from: 0, to: 2 },
    { from: 8, to: 9 },
  ];
  expect(nearestThumbnail(34_000, strips)).toEqual({ segment: 1, index: 4 });
  expect(nearestThumbnail(64_000, strips)).toEqual({ segment: 8, index: 0 });
  expect(nearestThumbnail(9_000_000, strips)).toEqual({ segment: 8, index: 4 });
});

test('without any, nothing is shown', () => {
  expect(nearestThumbnail(34_000, [])).toBeUndefined();
});
