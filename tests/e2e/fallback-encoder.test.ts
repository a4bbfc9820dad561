import { expect, type Page } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { test } from '../helpers/fixtures.ts';
import { checkParts, checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

/** In front of the engine's own code, and of every worker it starts. */
async function changeEngine(page: Page, code: string): Promise<void> {
  await page.route(/engine\.worker[^/]*\.js$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: code + (await answer.text()) });
  });
}

const WITHOUT = {
  'no VideoEncoder at all': 'delete self.VideoEncoder;',
  'a VideoEncoder without H.264': `{
    const ask = VideoEncoder.isConfigSupported.bind(VideoEncoder);
    VideoEncoder.isConfigSupported = async (config) =>
      config.codec.startsWith('avc1') ? { supported: false, config } : ask(config);
  }`,
};

for (const [browser, code] of Object.entries(WITHOUT))
  test(`${browser}: ffmpeg.wasm carries the broadcast, the studio says so, and every part is what it should be`, async ({
    page,
    context,
    origin,
  }) => {
    test.setTimeout(120_000);
    await changeEngine(page, code);
    const { id } = await goLive(page, origin.url, '?ladder=360,240');
    await expect(page.locator('live-notes')).toContainText('This browser has no H.264 encoder');
    await expect(page.getByRole('link', { name: 'Licence and source' })).toHaveAttribute('href', '/ffmpeg/NOTICE.txt');
    const viewer = await context.newPage();
    await viewer.goto(origin.url + pages.watch(id));
    await untilPlaying(viewer, 2);
    expect((await videoState(viewer)).height).toBeGreaterThan(0);
    await expect
      .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 60_000 })
      .toBeGreaterThan(11_000);
    await endStream(page);
    const detail = await broadcastDetail(origin.url, id);
    for (const track of detail.tracks.filter(({ kind }) => kind === 'video')) {
      const fetched = await fetchTrack(origin.url, id, track, 1);
      expect((await checkSegments(fetched, DEFAULT_GRID)).problems).toEqual([]);
      await decodeAll(fetched.init, ...fetched.segments);
      expect(await checkParts(origin.url, id, fetched, 0, DEFAULT_GRID)).toEqual([]);
    }
  });
