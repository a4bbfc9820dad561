import { expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { fillRates } from '../helpers/full-rates.ts';
import { startOrigin } from '../helpers/origin.ts';
import { isLong, secondsOf } from '../helpers/random.ts';
import { startShaper } from '../helpers/shaper.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';
import { expectComplete } from './timeline-proof.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

const WIDE_BPS = 50_000_000;
const HEIGHTS = [360, 240];
/** So that they need 4.5 Mb/s, as a ladder up to 720p would, on a machine that has other work. */
const FILL_SHARE = 4.2;
const NARROW_BPS = 3_000_000;
const SLOW_S = secondsOf(0, 300);
/** Of a line that is a third too slow, this would be the backlog of a minute and a half; nothing is given up for less. */
const MOST_BACKLOG_S = 30;

interface Told {
  readonly atMs: number;
  readonly backlogS: number;
}

/** Everything the studio tells of what is not yet uploaded, from now on. */
async function backlogOf(page: Page): Promise<() => Promise<readonly Told[]>> {
  await page.locator('health-panel').evaluate((panel: HTMLElement & { upload?: { secondsNotUploaded: number } }) => {
    const told: Told[] = [];
    Object.assign(window, { told });
    new MutationObserver(() => {
      const backlogS = panel.upload?.secondsNotUploaded;
      if (backlogS !== undefined) told.push({ atMs: Math.round(performance.now()), backlogS });
    }).observe(panel.shadowRoot ?? panel, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { told: readonly Told[] }).told);
}

test(`P4 a line of ${NARROW_BPS / 1e6} Mb/s${isLong ? `, for ${SLOW_S} s,` : ''} under a ladder that needs half as much again: a quality rests at a segment's start and the studio says why, what waits is bounded and gets less, and a viewer plays on in what is left`, async ({
  page,
  browser,
}) => {
  test.setTimeout((240 + SLOW_S * 2) * 1000);
  const origin = await startOrigin();
  const line = await startShaper(origin.url, { roundTripMs: 20, upBps: WIDE_BPS });
  await fillRates(page, FILL_SHARE);
  const { id } = await goLive(page, line.url, `?ladder=${HEIGHTS.join()}&calm=10`);
  const detail = () => broadcastDetail(origin.url, id);
  const whole = [...HEIGHTS.map((height) => `v${height}`), 'a128'];
  const viewer = await (await browser.newContext()).newPage();
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 2);
  const told = await backlogOf(page);
  const newestS = async () => (await told()).at(-1)?.backlogS ?? Number.POSITIVE_INFINITY;
  const lastTracks = async () => (await detail()).cuts.at(-1)?.tracks;
  const positionS = async () => (await videoState(viewer)).positionS;

  const [best = 0, light = 0] = (await detail()).tracks.map(({ bitrateBps }) => bitrateBps * FILL_SHARE);
  expect(best + light).toBeGreaterThan(NARROW_BPS * 1.4);
  expect(light).toBeLessThan(NARROW_BPS / 1.5);
  line.set({ roundTripMs: 20, upBps: NARROW_BPS });
  const slowFromMs = (await detail()).durationMs;
  await expect(page.locator('health-panel')).toContainText('your line takes less than the stream needs', {
    timeout: 90_000,
  });
  await expect
    .poll(async () => (await detail()).durationMs, { timeout: (60 + SLOW_S * 2) * 1000 })
    .toBeGreaterThan(slowFromMs + SLOW_S * 1000);
  const firstCut = async () => (await detail()).cuts[0];
  await expect.poll(async () => (await firstCut())?.tracks).toEqual(whole.slice(1));
  const firstPart = (await firstCut())?.toPart ?? 0;
  expect(firstPart % 100, 'at the start of a segment').toBe(0);
  await expect.poll(newestS, { timeout: 120_000 }).toBeLessThan(1);
  await expect.poll(positionS, { timeout: 90_000 }).toBeGreaterThan(firstPart / 10 + 2);
  const isOfThose = async () => (await lastTracks())?.includes(`v${(await videoState(viewer)).height}`);
  await expect.poll(isOfThose).toBe(true);
  const mostS = Math.max(...(await told()).map(({ backlogS }) => backlogS));
  expect(mostS).toBeLessThan(MOST_BACKLOG_S);
  const restless = (await detail()).cuts.map((cut) => `${cut.toPart / 10} s: ${cut.tracks.join(' ')}`).join('; ');
  const description = `${mostS.toFixed(1)} s waited at the most; ${restless}`;
  test.info().annotations.push({ type: `${NARROW_BPS / 1e6} Mb/s`, description });

  line.set({ roundTripMs: 20, upBps: WIDE_BPS });
  if (isLong) {
    await expect.poll(lastTracks, { timeout: 180_000 }).toEqual(whole);
    await expect
      .poll(positionS, { timeout: 90_000 })
      .toBeGreaterThan(((await detail()).cuts.at(-1)?.toPart ?? 0) / 10 + 2);
  }
  await viewer.close();
  await endStream(page);
  await expectComplete(origin, id);
  await line.stop();
  await origin.stop();
});
