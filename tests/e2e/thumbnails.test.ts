import { expect, type Locator } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

test('THUMB1 THUMB3: the tab makes small pictures while it encodes; pointer and keyboard show them, live and recorded', async ({
  context,
  page,
  origin,
}) => {
  const { id } = await goLive(page, origin.url);
  const viewer = await context.newPage();
  const sizes: number[] = [];
  viewer.on('response', async (response) => {
    if (response.url().includes('/thumbnails/')) sizes.push((await response.body()).length);
  });
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer);
  const bar = viewer.getByRole('slider', { name: 'Seek' });
  await bar.hover();
  await expect(viewer.locator('player-seek-bar .tip')).toBeVisible();
  await expect(viewer.locator('seek-picture canvas')).toHaveCount(0);

  await expect.poll(async () => (await broadcastDetail(origin.url, id)).strips[0]?.to).toBeGreaterThan(0);
  const picture = viewer.locator('seek-picture canvas');
  await expect(async () => {
    await bar.hover({ position: { x: 40, y: 10 } });
    await expect(picture).toHaveAttribute('data-segment', '0', { timeout: 500 });
  }).toPass();
  expect(await isDrawn(picture)).toBe(true);

  await viewer.mouse.move(0, 0);
  await expect(picture).toHaveCount(0);
  await bar.focus();
  await viewer.keyboard.press('Home');
  await expect(picture).toHaveAttribute('data-segment', '0');

  const { tracks } = await broadcastDetail(origin.url, id);
  const ladderBytes = (tracks.reduce((sum, { bitrateBps }) => sum + bitrateBps, 0) * 10) / 8;
  expect(sizes[0]).toBeLessThanOrEqual(ladderBytes / 100);

  await endStream(page);
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer);
  await bar.hover({ position: { x: 200, y: 10 } });
  await expect(picture).toBeVisible();
  // The last strip left before the end, unfinished as it was.
  const { strips, durationMs } = await broadcastDetail(origin.url, id);
  expect(strips).toEqual([{ from: 0, to: Math.ceil((durationMs - 400) / 10_000) }]);
});

/** More than one colour: the fake camera's picture, not an empty canvas. */
const isDrawn = (picture: Locator): Promise<boolean> =>
  picture.evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return new Set(data).size > 16;
  });
