import { expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { startOrigin } from '../helpers/origin.ts';
import { publish } from '../helpers/publisher.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying, videoOf, videoState } from '../helpers/watch.ts';

/** Seconds of media that lie ready after the playhead. */
const aheadS = (page: Page): Promise<number> =>
  videoOf(page).evaluate((video: HTMLVideoElement) => {
    for (let i = 0; i < video.buffered.length; i++)
      if (video.buffered.start(i) <= video.currentTime && video.currentTime < video.buffered.end(i))
        return video.buffered.end(i) - video.currentTime;
    return 0;
  });

/** Watches from a moment, and pauses. Counts what the player asks for and gets. */
async function pausedAt(page: Page, url: string): Promise<{ asked: () => number; answered: () => number }> {
  let asked = 0;
  let answered = 0;
  const isMedia = (address: string): boolean => /\/live\/.*\.m4s/.test(address);
  page.on('request', (request) => {
    if (isMedia(request.url())) asked += 1;
  });
  // What the page itself holds is read through `blob:`.
  page.on('requestfinished', (request) => {
    if (request.url().startsWith('http')) answered += 1;
  });
  await page.goto(url);
  await untilPlaying(page, 0.5);
  await page.locator('video').click();
  await expect.poll(async () => (await videoState(page)).isPaused).toBe(true);
  return { asked: () => asked, answered: () => answered };
}

test('paused, the next ten seconds go on coming, then nothing is asked for; they play with the server gone', async ({
  browser,
}) => {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'anyone' } });
  const going = await publish({ origin: origin.url, title: 'Going on', pastSeconds: 60, heights: [360] });
  const over = await publish({ origin: origin.url, pastSeconds: 60, seconds: 60, heights: [360] });
  await Promise.all([going.reached(60), over.finished]);
  await over.end();
  await expect.poll(async () => (await broadcastDetail(origin.url, over.id)).state).toMatch(/ended|sealed/);

  const context = await browser.newContext();
  const inLive = await context.newPage();
  const live = await pausedAt(inLive, `${origin.url}${pages.watch(going.id)}?t=20`);
  const inRecording = await context.newPage();
  const recorded = await pausedAt(inRecording, `${origin.url}${pages.watch(over.id)}?t=10`);
  for (const page of [inLive, inRecording]) {
    await expect.poll(() => aheadS(page)).toBeGreaterThan(18);
    await expect(page.locator('player-controls')).toContainText(/Next (1[89]|2\d) s ready/);
  }

  // A question about the state of the live, ten seconds apart, is the only one there is.
  const askedFor = { live: live.asked(), recorded: recorded.asked() };
  await inLive.waitForResponse(`**/api/broadcasts/${going.id}`);
  expect({ live: live.asked(), recorded: recorded.asked() }).toEqual(askedFor);
  expect(await aheadS(inLive)).toBeLessThan(25);

  await going.abandon();
  await origin.kill();
  for (const [page, { answered }] of [
    [inLive, live],
    [inRecording, recorded],
  ] as const) {
    const { positionS } = await videoState(page);
    const answeredBefore = answered();
    await page.bringToFront();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(async () => (await videoState(page)).positionS).toBeGreaterThan(positionS + 9);
    expect(answered()).toBe(answeredBefore);
  }
  await context.close();
  await origin.stop();
});
