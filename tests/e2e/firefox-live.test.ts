import { expect } from '@playwright/test';
import type { Browser, Page } from 'puppeteer-core';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { installedFirefox, launchFirefox, shownText } from '../helpers/firefox.ts';
import { test as base } from '../helpers/fixtures.ts';
import { checkSegments, edgeDistanceMs, fetchTrack, type SegmentEdges } from '../helpers/media-checks.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying } from '../helpers/watch.ts';

interface FirefoxStudio {
  readonly page: Page;
  readonly id: string;
}

const untilSaid = (page: Page, words: string): Promise<void> =>
  expect.poll(() => shownText(page), { timeout: 60_000 }).toContain(words);

const test = base.extend<object, { firefox: Browser; studio: FirefoxStudio }>({
  firefox: [
    async ({ browserName }, use) => {
      expect(browserName, 'Firefox is started beside the browser of the viewers').toBe('chromium');
      const browser = await launchFirefox();
      await use(browser);
      await browser.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  studio: [
    async ({ firefox, origin }, use) => {
      const page = await firefox.newPage();
      await page.goto(`${origin.url}${pages.studio}?ladder=240`);
      await page.locator('>>> studio-welcome >>> button').click();
      await untilSaid(page, 'Preview. Nobody sees you yet.');
      // It waits until it is enabled: until both probes have said what this machine carries.
      await page.locator('>>> studio-controls >>> .main-action button').setTimeout(60_000).click();
      await untilSaid(page, 'You are live');
      const link = await page.waitForSelector('>>> a[href*="/watch/"]');
      const id = /\/watch\/([a-z0-9]{16})/.exec((await link?.evaluate((a) => a.getAttribute('href'))) ?? '')?.[1] ?? '';
      await use({ page, id });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});
test.skip(installedFirefox() === undefined, 'there is no Firefox on this machine');
test.describe.configure({ mode: 'serial' });

test('Firefox goes live with its camera and says to keep the tab visible', async ({ origin, studio, page }) => {
  await expect.poll(async () => (await broadcastDetail(origin.url, studio.id)).state).toBe('live');
  await untilSaid(studio.page, 'Keep this tab visible');
  await page.goto(origin.url + pages.watch(studio.id));
  await untilPlaying(page, 2);
});

test('GRID1 GRID4 GRID5 what Firefox recorded fills every slot, keys on the grid, sound within 40 ms', async ({
  origin,
  studio,
}) => {
  await expect
    .poll(async () => (await broadcastDetail(origin.url, studio.id)).durationMs, { timeout: 60_000 })
    .toBeGreaterThan(11_500);
  await studio.page.locator('>>> studio-controls >>> .main-action button').click();
  await studio.page.locator('>>> end-dialog >>> dialog[open] .danger').click();
  await untilSaid(studio.page, 'Your stream has ended');
  const detail = await broadcastDetail(origin.url, studio.id);
  let picture: SegmentEdges | undefined;
  for (const track of detail.tracks) {
    const fetched = await fetchTrack(origin.url, studio.id, track, 1);
    const { problems, edges } = await checkSegments(fetched, detail.grid ?? DEFAULT_GRID);
    expect(problems).toEqual([]);
    await decodeAll(fetched.init, ...fetched.segments);
    picture ??= edges;
    if (track.kind === 'audio') expect(edgeDistanceMs(edges, picture)).toBeLessThanOrEqual(40);
  }
});
