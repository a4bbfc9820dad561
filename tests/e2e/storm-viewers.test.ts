import { type Browser, expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { startOrigin } from '../helpers/origin.ts';
import { secondsOf } from '../helpers/random.ts';
import { startShaper } from '../helpers/shaper.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoOf, videoState } from '../helpers/watch.ts';
import { expectAccessibleInBoth } from './pages-axe.ts';
import { proveWhole, reservedBy } from './spool-proof.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

const CUT_S = secondsOf(20, 60);
const BETWEEN_S = 8;

/** A page that would be found out if it were loaded a second time. */
async function openViewer(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await page.evaluate(() => {
    document.documentElement.dataset['loaded'] = 'once';
  });
  await untilPlaying(page, 2);
  return page;
}

const positionS = async (page: Page) => (await videoState(page)).positionS;

/** The jumps of a playhead and the new starts of its source, by whoever makes them. */
async function countJumps(page: Page): Promise<() => Promise<readonly string[]>> {
  await videoOf(page).evaluate((video: HTMLVideoElement) => {
    const jumps: string[] = [];
    let lastS = video.currentTime;
    Object.assign(video, { jumps });
    video.addEventListener('timeupdate', () => {
      if (!video.seeking) lastS = video.currentTime;
    });
    video.addEventListener('seeking', () => jumps.push(`${lastS} to ${video.currentTime}`));
    video.addEventListener('emptied', () => jumps.push(`the source was opened anew at ${lastS}`));
  });
  return () => videoOf(page).evaluate((video) => (video as HTMLVideoElement & { jumps: string[] }).jumps);
}

/** Notes when the picture moves on from where it stood, on the clock of this machine. */
const watchReturn = (page: Page, stoodAtS: number): Promise<void> =>
  videoOf(page).evaluate((video: HTMLVideoElement, fromS) => {
    const look = (): void => {
      if (video.currentTime > fromS + 3) Object.assign(window, { movedAtMs: Date.now() });
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }, stoodAtS);

/** When the origin first tells of media beyond a place, on the clock of this machine. */
async function firstPartAtMs(originUrl: string, id: string, beyondS: number): Promise<number> {
  const isThere = async () => (await broadcastDetail(originUrl, id)).durationMs > beyondS * 1000;
  await expect.poll(isThere, { timeout: 90_000, intervals: [20] }).toBe(true);
  return Date.now();
}

test(`P4 the creator's line is cut for ${CUT_S} s: who is live goes on at the new edge and is offered what was missed, who is behind waits for it, and nothing is lost`, async ({
  page,
  browser,
}) => {
  test.setTimeout((240 + CUT_S * 3) * 1000);
  const origin = await startOrigin();
  const line = await startShaper(origin.url, { roundTripMs: 30 });
  const reserved = reservedBy(page);
  // One quality: on a busy machine another would rest, and its new period is a seek of the player.
  const { id } = await goLive(page, line.url, '?ladder=240');
  await expect
    .poll(async () => (await broadcastDetail(origin.url, id)).durationMs)
    .toBeGreaterThan((BETWEEN_S + 4) * 1000);
  const atEdge = await openViewer(browser, `${origin.url}${pages.watch(id)}`);
  const between = await openViewer(browser, `${origin.url}${pages.watch(id)}?t=2`);
  await expect.poll(() => positionS(atEdge)).toBeGreaterThan(BETWEEN_S + 4);
  const jumps = await countJumps(between);
  const edgeJumps = await countJumps(atEdge);

  await line.stop();
  await expect(page.locator('status-pill')).toContainText(/Reconnecting: \d+ s safe in this tab/);
  await expect(atEdge.locator('player-notice')).toContainText('The creator is reconnecting');
  await expect(between.locator('player-notice')).not.toContainText('The creator');
  const stoodAtS = await positionS(atEdge);
  await test.step('axe while it reconnects', () => expectAccessibleInBoth(atEdge));
  const orMore = Array.from({ length: 300 }, (_, i) => CUT_S + i).join('|');
  await expect(page.locator('status-pill')).toContainText(new RegExp(`Reconnecting: (${orMore}) s safe`), {
    timeout: (CUT_S + 60) * 1000,
  });
  await expect(between.locator('player-notice')).toContainText('The creator is reconnecting');

  await watchReturn(atEdge, stoodAtS);
  const again = await startShaper(origin.url, { roundTripMs: 30, upBps: 2_500_000 }, line.port);
  // The first part that reaches viewers again is the one that a plain GET of the newest sees first.
  const backAtMs = await firstPartAtMs(origin.url, id, stoodAtS + CUT_S / 2);
  const offer = atEdge.locator('missed-note');
  await expect.poll(() => positionS(atEdge)).toBeGreaterThan(stoodAtS + CUT_S - 2);
  const whenMoved = () => atEdge.evaluate(() => (window as unknown as { movedAtMs?: number }).movedAtMs ?? 0);
  await expect.poll(whenMoved).toBeGreaterThan(0);
  const movedAtMs = await whenMoved();
  const description = `${Math.round(movedAtMs - backAtMs)} ms from the first new part to moving pictures`;
  test.info().annotations.push({ type: `back after ${CUT_S} s`, description });
  await expect(offer.getByRole('button', { name: /Watch the \d+ s you missed/ })).toBeVisible();
  const words = await offer.getByRole('button', { name: /Watch the/ }).textContent();
  const seconds = Number(/Watch the (\d+) s/.exec(words ?? '')?.[1]);
  expect(seconds).toBeGreaterThan(CUT_S - 5);
  await test.step('axe on what was missed', () => expectAccessibleInBoth(atEdge));
  expect(seconds).toBeLessThanOrEqual((await positionS(atEdge)) - stoodAtS + 1);
  await expect(page.locator('status-pill')).not.toContainText('still to be sent', { timeout: 90_000 });
  await expect.poll(() => positionS(between), { timeout: 90_000 }).toBeGreaterThan(stoodAtS + 5);

  await offer.getByRole('button', { name: /Watch the/ }).click();
  await expect.poll(() => positionS(atEdge)).toBeLessThan(stoodAtS + CUT_S / 2);
  const backAtS = await positionS(atEdge);
  await expect.poll(() => positionS(atEdge)).toBeGreaterThan(backAtS + 3);
  await expect(offer.getByRole('button')).toHaveCount(0);

  for (const viewer of [atEdge, between])
    expect(await viewer.evaluate(() => document.documentElement.dataset['loaded'])).toBe('once');
  expect((await edgeJumps()).join(), 'who is live keeps its source').not.toContain('anew');
  expect(await jumps(), `who was behind saw every second; the line was cut at about ${stoodAtS} s`).toEqual([]);

  await endStream(page);
  expect(await proveWhole(origin.url, await reserved)).toBeGreaterThan((CUT_S + BETWEEN_S) * 10);
  await again.stop();
  await origin.stop();
});
