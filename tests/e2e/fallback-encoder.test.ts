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

/** A VideoEncoder that fails for good at the heights that the channel names, however often it is made anew. */
const BREAKABLE = `
  const RealEncoder = VideoEncoder;
  const running = new Set();
  let broken = [];
  self.VideoEncoder = class extends RealEncoder {
    constructor(init) { super(init); this.onError = init.error; running.add(this); }
    configure(config) { super.configure(config); this.height = config.height; this.breakDown(); }
    breakDown() {
      if (!broken.includes(this.height)) return;
      setTimeout(() => {
        if (this.state === 'closed') return;
        super.close();
        this.onError(new DOMException('taken away by the test', 'OperationError'));
      }, 50);
    }
  };
  new BroadcastChannel('break-encoders').onmessage = ({ data }) => {
    broken = data;
    for (const encoder of running) encoder.breakDown();
  };
`;

const breakEncoders = (page: Page, heights: readonly number[]): Promise<void> =>
  page.evaluate((broken) => new BroadcastChannel('break-encoders').postMessage(broken), heights);

test('an encoder that fails for good while live is followed by ffmpeg.wasm: the viewer plays on, every part decodes', async ({
  page,
  context,
  origin,
}) => {
  test.setTimeout(120_000);
  await changeEngine(page, BREAKABLE);
  const { id } = await goLive(page, origin.url, '?ladder=360');
  const viewer = await context.newPage();
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 2);
  await breakEncoders(page, [360]);
  await expect(page.locator('live-notes')).toContainText('the stream goes on', { timeout: 30_000 });
  const { durationMs } = await broadcastDetail(origin.url, id);
  await expect
    .poll(async () => (await videoState(viewer)).positionS, { timeout: 45_000 })
    .toBeGreaterThan(durationMs / 1000 + 3);
  await expect
    .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 60_000 })
    .toBeGreaterThan(21_000);
  await endStream(page);
  const detail = await broadcastDetail(origin.url, id);
  for (const track of detail.tracks.filter(({ kind }) => kind === 'video')) {
    const fetched = await fetchTrack(origin.url, id, track, 2);
    const { problems } = await checkSegments(fetched, DEFAULT_GRID);
    // Each new encoder begins with a key frame, wherever that is; the rest is as ever.
    expect(problems.filter((problem) => !problem.endsWith('is a key frame'))).toEqual([]);
    expect(problems.length).toBeLessThanOrEqual(2);
    await decodeAll(fetched.init, ...fetched.segments);
  }
});

test('where no other encoder is left, the quality that failed rests and the broadcast goes on with the others', async ({
  page,
  origin,
}) => {
  test.setTimeout(120_000);
  await changeEngine(page, BREAKABLE);
  await page.route(/\/ffmpeg\//, (route) => route.fulfill({ status: 404, body: '' }));
  const { id } = await goLive(page, origin.url, '?ladder=360,240');
  await breakEncoders(page, [360]);
  await expect(page.locator('health-panel')).toContainText('360p has stopped: its encoder failed', { timeout: 30_000 });
  await expect
    .poll(async () => (await broadcastDetail(origin.url, id)).cuts.map(({ tracks }) => tracks.join()))
    .toEqual(['v240,a128']);
  const [cut] = (await broadcastDetail(origin.url, id)).cuts;
  await expect
    .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 60_000 })
    .toBeGreaterThan(((cut?.toPart ?? 0) + 10) * 100);
  await endStream(page);
  await expect.poll(async () => (await broadcastDetail(origin.url, id)).state, { timeout: 30_000 }).toBe('sealed');
});
