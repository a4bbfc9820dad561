import { expect } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { live, pages } from '../../src/protocol/urls.ts';
import { BREAKABLE, breakEncoders, hangEncoder } from '../helpers/breakable-encoder.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { changeEngine, ENGINE } from '../helpers/change-engine.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { test } from '../helpers/fixtures.ts';
import { checkParts, checkSegments, fetchBytes, fetchTrack } from '../helpers/media-checks.ts';
import { SLOWABLE, slowDown } from '../helpers/slow-encoder.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

const WITHOUT_H264 = `{
  const ask = VideoEncoder.isConfigSupported.bind(VideoEncoder);
  VideoEncoder.isConfigSupported = async (config) =>
    config.codec.startsWith('avc1') ? { supported: false, config } : ask(config);
}`;

const untilLong = (originUrl: string, id: string, durationMs: number): Promise<void> =>
  expect
    .poll(async () => (await broadcastDetail(originUrl, id)).durationMs, { timeout: 90_000 })
    .toBeGreaterThan(durationMs);

/** The cuts that brought the init segments of another encoder. */
const initCuts = async (originUrl: string, id: string) =>
  (await broadcastDetail(originUrl, id)).cuts.filter(({ inits }) => inits !== undefined);

test('a VideoEncoder without H.264: ffmpeg.wasm carries the broadcast, the studio says so, and every part is what it should be', async ({
  page,
  context,
  origin,
}) => {
  await changeEngine(page, WITHOUT_H264 + SLOWABLE);
  const { id } = await goLive(page, origin.url, '?ladder=360,240');
  // x264 counts pictures: its key frames have to be in their places although some are left out.
  await slowDown(page, 62);
  await expect(page.locator('live-notes')).toContainText('This browser has no H.264 encoder');
  await expect(page.getByRole('link', { name: 'Licence and source' })).toHaveAttribute('href', '/ffmpeg/NOTICE.txt');
  const viewer = await context.newPage();
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 2);
  expect((await videoState(viewer)).height).toBeGreaterThan(0);
  await expect(page.locator('health-panel')).toContainText('are left out');
  await slowDown(page, 0);
  await untilLong(origin.url, id, 11_000);
  await endStream(page);
  const detail = await broadcastDetail(origin.url, id);
  for (const track of detail.tracks.filter(({ kind }) => kind === 'video')) {
    const fetched = await fetchTrack(origin.url, id, track, 1);
    expect((await checkSegments(fetched, DEFAULT_GRID)).problems).toEqual([]);
    await decodeAll(fetched.init, ...fetched.segments);
    expect(await checkParts(origin.url, id, fetched, 0, DEFAULT_GRID)).toEqual([]);
  }
});

test('CUT6 an encoder that fails for good while live is followed by ffmpeg.wasm, and another tab goes on with the first one: each brings its init segment, the viewer plays on, every part decodes', async ({
  page,
  context,
  origin,
}) => {
  await changeEngine(page, BREAKABLE);
  const { id } = await goLive(page, origin.url, '?ladder=360');
  const viewer = await context.newPage();
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 2);
  await breakEncoders(page, [360]);
  await expect(page.locator('live-notes')).toContainText('the stream goes on');
  await expect(page.locator('health-panel')).toContainText(/The encoder of 360p failed \d times and was replaced/);
  const { durationMs } = await broadcastDetail(origin.url, id);
  await expect
    .poll(async () => (await videoState(viewer)).positionS, { timeout: 90_000 })
    .toBeGreaterThan(durationMs / 1000 + 3);
  await expect.poll(() => initCuts(origin.url, id)).toHaveLength(1);
  const [taken] = await initCuts(origin.url, id);
  const segment = (taken?.toPart ?? 0) / 100;
  await untilLong(origin.url, id, segment * 10_000 + 1_000);

  await page.unroute(ENGINE);
  await page.goto(origin.url + pages.studio);
  await page.locator('studio-unfinished').getByRole('button', { name: 'Resume' }).click();
  await expect.poll(() => initCuts(origin.url, id)).toHaveLength(2);
  await expect
    .poll(async () => (await videoState(viewer)).positionS, { timeout: 90_000 })
    .toBeGreaterThan(segment * 10 + 3);
  await untilLong(origin.url, id, (segment + 1) * 10_000 + 1_000);
  await endStream(page);
  const detail = await broadcastDetail(origin.url, id);
  for (const track of detail.tracks.filter(({ kind }) => kind === 'video')) {
    const fetched = await fetchTrack(origin.url, id, track, segment + 1);
    const { problems } = await checkSegments(fetched, DEFAULT_GRID);
    // Each new encoder begins with a key frame, wherever that is; the rest is as ever.
    expect(problems.filter((problem) => !problem.endsWith('is a key frame'))).toEqual([]);
    await decodeAll(fetched.init, ...fetched.segments);
    const ownInit = await fetchBytes(origin.url + live.init(id, track.id, segment));
    expect(Buffer.compare(ownInit, fetched.init)).not.toBe(0);
    await decodeAll(ownInit, fetched.segments[segment] ?? new Uint8Array());
  }
});

test('an encoder that hangs is replaced and goes on with a key frame; where none is left after its next failure, its quality rests, the others go on, and it comes back once an encoder works again', async ({
  page,
  origin,
}) => {
  await changeEngine(page, BREAKABLE);
  await page.route(/\/ffmpeg\//, (route) => route.fulfill({ status: 404, body: '' }));
  const { id } = await goLive(page, origin.url, '?ladder=360,240&calm=5');
  const tracksOfCuts = async () => (await broadcastDetail(origin.url, id)).cuts.map(({ tracks }) => tracks.join());
  await hangEncoder(page, 360);
  const health = page.locator('health-panel');
  await expect(health).toContainText('The encoder of 360p failed once and was replaced');
  await breakEncoders(page, [360]);
  await expect(health).toContainText('360p has stopped: its encoder failed');
  await expect.poll(tracksOfCuts).toEqual(['v240,a128']);
  await breakEncoders(page, []);
  await expect.poll(tracksOfCuts).toEqual(['v240,a128', 'v360,v240,a128']);
  await expect(health).not.toContainText('360p has stopped');
  const [gone, back] = (await broadcastDetail(origin.url, id)).cuts;
  await untilLong(origin.url, id, ((back?.toPart ?? 0) + 10) * 100);
  await endStream(page);
  await expect.poll(async () => (await broadcastDetail(origin.url, id)).state).toBe('sealed');
  const [track] = (await broadcastDetail(origin.url, id)).tracks;
  if (track === undefined) throw new Error('there is no track');
  const fetched = await fetchTrack(origin.url, id, track, (gone?.toPart ?? 0) / 100);
  const { problems } = await checkSegments(fetched, DEFAULT_GRID);
  // What it had swallowed begins with a key frame of its own; no moment is missing.
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.filter((problem) => !problem.endsWith(' is a key frame'))).toEqual([]);
});
