import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { startOrigin } from '../helpers/origin.ts';
import { busiestRenderer, makeTooSlow } from '../helpers/slow-process.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';
import { expectComplete, tracksOfCuts } from './timeline-proof.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

test('a machine that gets too slow lets one quality rest and takes it back; no key frame is missed, the viewer plays on', async ({
  page,
  browser,
}) => {
  const origin = await startOrigin();
  const { id } = await goLive(page, origin.url, '?ladder=480,360,240&calm=5');
  const studio = await busiestRenderer(browser);
  const watching = await browser.newPage();
  await watching.goto(`${origin.url}/watch/${id}`);
  await untilPlaying(watching, 1);
  const startedMs = Date.now() - (await broadcastDetail(origin.url, id)).durationMs;
  const release = makeTooSlow(
    studio,
    async () => Date.now() - startedMs - (await broadcastDetail(origin.url, id)).durationMs,
  );
  try {
    await expect.poll(() => tracksOfCuts(origin, id), { timeout: 90_000 }).toEqual(['v480,v240,a128']);
  } finally {
    release();
  }
  // Its reason may be either: with all threads slow, sending suffers as well as encoding.
  await expect(page.locator('health-panel')).toContainText('360p rests: ');
  await expect
    .poll(() => tracksOfCuts(origin, id), { timeout: 90_000 })
    .toEqual(['v480,v240,a128', 'v480,v360,v240,a128']);
  const [gone, back] = (await broadcastDetail(origin.url, id)).cuts;
  await expect.poll(async () => (await videoState(watching)).positionS).toBeGreaterThan((back?.toPart ?? 0) / 10 + 2);
  await expect(page.locator('health-panel')).not.toContainText('saw a break');
  await watching.close();
  await endStream(page);
  await expectComplete(origin, id);
  const { tracks, durationMs } = await broadcastDetail(origin.url, id);
  for (const track of tracks) {
    const whole = track.id === 'v360' ? (gone?.toPart ?? 0) / 100 : Math.floor(durationMs / 10_000);
    const fetched = await fetchTrack(origin.url, id, track, whole);
    expect((await checkSegments(fetched, DEFAULT_GRID)).problems).toEqual([]);
  }
  await origin.stop();
});
