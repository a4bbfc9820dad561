import { expect } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { test } from '../helpers/fixtures.ts';
import { checkParts, checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { takeIsolationAway } from '../helpers/not-isolated.ts';
import { isLong } from '../helpers/random.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

/** One run of the encoder for each: an instance is renewed after 45 runs, and would die in its 148th. */
const GOP_SECONDS = 1;
const SECONDS = isLong ? 160 : 11;

test(`no VideoEncoder and no shared memory: ffmpeg.wasm makes ${SECONDS} GOPs one by one, its instances are renewed, and every part is what it should be`, async ({
  page,
  context,
  origin,
}) => {
  test.setTimeout(240_000 + SECONDS * 1000);
  await takeIsolationAway(page, 'delete self.VideoEncoder;');
  const { id } = await goLive(page, origin.url, `?ladder=240&gop=${GOP_SECONDS}`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await expect(page.locator('live-notes')).toContainText('This browser has no H.264 encoder');
  const viewer = await context.newPage();
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 2);
  await expect
    .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 120_000 + SECONDS * 1000 })
    .toBeGreaterThan(SECONDS * 1000);
  const { positionS } = await videoState(viewer);
  expect(positionS).toBeGreaterThan(SECONDS - 10);
  await expect(page.locator('health-panel')).not.toContainText('was replaced');
  await endStream(page);
  const [track] = (await broadcastDetail(origin.url, id)).tracks;
  if (track === undefined) throw new Error('there is no track');
  const grid = { ...DEFAULT_GRID, gopSeconds: GOP_SECONDS } as const;
  const fetched = await fetchTrack(origin.url, id, track, Math.floor(SECONDS / 10));
  expect((await checkSegments(fetched, grid)).problems).toEqual([]);
  await decodeAll(fetched.init, ...fetched.segments);
  expect(await checkParts(origin.url, id, fetched, 0, grid)).toEqual([]);
});
