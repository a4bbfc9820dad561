import { expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { startOrigin } from '../helpers/origin.ts';
import { publish } from '../helpers/publisher.ts';
import { startShaper } from '../helpers/shaper.ts';
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

test('paused on a line half as fast again as what plays, the next ten seconds come, then nothing is asked for; they play with line and server gone', async ({
  browser,
}) => {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'anyone' } });
  const going = await publish({ origin: origin.url, title: 'Going on', pastSeconds: 60, heights: [360] });
  const over = await publish({ origin: origin.url, pastSeconds: 60, seconds: 60, heights: [360] });
  await Promise.all([going.reached(60), over.finished]);
  await over.end();
  await expect.poll(async () => (await broadcastDetail(origin.url, over.id)).state).toMatch(/ended|sealed/);

  // Half as much again as what plays needs.
  const playsBps = going.tracks.reduce((sum, { bitrateBps }) => sum + bitrateBps, 0);
  const line = await startShaper(origin.url, { roundTripMs: 40, downBps: 1.5 * playsBps });
  const context = await browser.newContext();
  const inLive = await context.newPage();
  const live = await pausedAt(inLive, `${line.url}${pages.watch(going.id)}?t=20`);
  await expect.poll(() => aheadS(inLive)).toBeGreaterThan(19.8);
  await expect(inLive.locator('player-controls')).toContainText(/Next (19|2\d) s ready/);

  // A question about the state of the live, ten seconds apart, is the only one there is.
  const askedFor = live.asked();
  const question = inLive.waitForResponse(`**/api/broadcasts/${going.id}`);
  const inRecording = await context.newPage();
  const recorded = await pausedAt(inRecording, `${line.url}${pages.watch(over.id)}?t=10`);
  await expect.poll(() => aheadS(inRecording)).toBeGreaterThan(10);
  await expect(inRecording.locator('player-controls')).toContainText(/Next [12]\d s ready/);
  await question;
  expect(live.asked()).toBe(askedFor);
  expect(await aheadS(inLive)).toBeLessThan(25);

  await line.stop();
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
