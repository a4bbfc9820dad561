import { expect, type Page, test } from '@playwright/test';
import { launchOptions } from '../helpers/browser.ts';
import { startOrigin } from '../helpers/origin.ts';
import { publish } from '../helpers/publisher.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(['--autoplay-policy=no-user-gesture-required']) });

/** What a page asks for and gives up of the media of a broadcast; the manifest is asked for by the clock. */
function countMedia(page: Page): { asked: number; aborted: number } {
  const counts = { asked: 0, aborted: 0 };
  page.on('request', (request) => {
    if (request.url().includes('.m4s')) counts.asked += 1;
  });
  page.on('requestfailed', (request) => {
    if (request.url().includes('.m4s')) counts.aborted += 1;
  });
  return counts;
}

test('a viewer at the live edge asks for next to nothing after the end, and stands at the end (MEDIA5)', async ({
  page,
}) => {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'anyone' } });
  const publisher = await publish({ origin: origin.url, pastSeconds: 6 });
  await page.goto(`${origin.url}/watch/${publisher.id}`);
  await untilPlaying(page);
  await publisher.reached(13);
  const counts = countMedia(page);
  await publisher.end();
  const state = async () => (await broadcastDetail(origin.url, publisher.id)).state;
  await expect.poll(state).toMatch(/ended|sealed/);
  await expect.poll(async () => (await videoState(page)).isPaused).toBe(true);
  const { durationMs } = await broadcastDetail(origin.url, publisher.id);
  expect(Math.abs((await videoState(page)).positionS * 1000 - durationMs)).toBeLessThan(1500);
  expect(counts.aborted).toBeLessThanOrEqual(5);
  expect(counts.asked).toBeLessThanOrEqual(12);
  await origin.stop();
});
