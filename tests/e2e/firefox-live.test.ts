import { expect } from '@playwright/test';
import type { Browser, Page } from 'puppeteer-core';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { installedFirefox, launchFirefox } from '../helpers/firefox.ts';
import { test as base } from '../helpers/fixtures.ts';
import { checkSegments, edgeDistanceMs, fetchTrack, type SegmentEdges } from '../helpers/media-checks.ts';
import { endStreamIn, goLiveIn, untilSaid } from '../helpers/puppeteer-studio.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying } from '../helpers/watch.ts';

interface FirefoxStudio {
  readonly page: Page;
  readonly id: string;
}

const test = base.extend<object, { firefox: Browser; studio: FirefoxStudio }>({
  firefox: [
    async ({ browserName }, use) => {
      expect(browserName, 'Firefox is started beside the browser of the viewers').toBe('chromium');
      const browser = await launchFirefox();
      await use(browser);
      await browser.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  studio: [
    async ({ firefox, origin }, use) => {
      const page = await firefox.newPage();
      const id = await goLiveIn(page, `${origin.url}${pages.studio}?ladder=240`);
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
    .poll(async () => (await broadcastDetail(origin.url, studio.id)).durationMs, { timeout: 90_000 })
    .toBeGreaterThan(11_500);
  await endStreamIn(studio.page);
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
