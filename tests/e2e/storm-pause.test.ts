import { expect } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { test } from '../helpers/fixtures.ts';
import { publish } from '../helpers/publisher.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

/** More than three minutes of live in the long round. */
const PAUSE_S = process.env['TABCAST_CHAOS'] === 'long' ? 190 : 12;

test(`paused for ${PAUSE_S} s of a live: it goes on exactly where it was, and Go to live is one press`, async ({
  page,
  origin,
}) => {
  test.setTimeout(PAUSE_S * 1000 + 240_000);
  const publisher = await publish({ origin: origin.url, pastSeconds: 30, heights: [360] });
  await publisher.reached(30);
  await page.goto(origin.url + pages.watch(publisher.id));
  await untilPlaying(page, 1);
  await page.locator('video').click();
  await expect.poll(async () => (await videoState(page)).isPaused).toBe(true);
  const { positionS } = await videoState(page);
  await publisher.reached(positionS + PAUSE_S);
  expect(await videoState(page)).toMatchObject({ positionS, isPaused: true });

  const earliestS = page.locator('video').evaluate(
    (video: HTMLVideoElement) =>
      new Promise<number>((resolve) => {
        video.requestVideoFrameCallback((_now, { mediaTime }) => resolve(mediaTime));
      }),
  );
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  // The first new picture is the one after the one that stood.
  expect(Math.abs((await earliestS) - positionS)).toBeLessThan(0.5);
  await untilPlaying(page, 3);
  expect((await videoState(page)).positionS).toBeLessThan(positionS + 15);
  await page.getByRole('button', { name: 'Go to live' }).click();
  await expect.poll(async () => (await videoState(page)).positionS).toBeGreaterThan(positionS + PAUSE_S - 3);
  await publisher.end();
});
