import { expect } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { readChunks } from '../helpers/boxes.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { changeEngine } from '../helpers/change-engine.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { test } from '../helpers/fixtures.ts';
import { checkParts, checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { SLOWABLE, slowDown } from '../helpers/slow-encoder.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

/** 16 pictures a second. */
const PICTURE_MS = 62;

test('an encoder that is too slow leaves pictures out and not the time: the live edge keeps up, the studio says so, the viewer plays on, and every picture is back when it is free', async ({
  page,
  context,
  origin,
}) => {
  await changeEngine(page, SLOWABLE);
  const { id } = await goLive(page, origin.url, '?ladder=240');
  const detail = () => broadcastDetail(origin.url, id);
  const lagMs = async (): Promise<number> => {
    const { startedAt, durationMs } = await detail();
    return Date.now() - (startedAt ?? 0) - durationMs;
  };
  const viewer = await context.newPage();
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 1);

  await slowDown(page, PICTURE_MS);
  const health = page.locator('health-panel');
  await expect(health).toContainText(/too slow for every picture of 240p: \d\d % are left out/);
  const slowFromMs = (await detail()).durationMs;
  await expect.poll(async () => (await detail()).durationMs).toBeGreaterThan(slowFromMs + 8_000);
  await expect.poll(lagMs).toBeLessThan(3_000);

  await slowDown(page, 0);
  await expect.poll(lagMs).toBeLessThan(1_500);
  const freeFromMs = (await detail()).durationMs;
  await expect(health).not.toContainText('left out', { timeout: 40_000 });
  const wholeToMs = (await detail()).durationMs;
  await expect
    .poll(async () => (await videoState(viewer)).positionS, { timeout: 40_000 })
    .toBeGreaterThan(freeFromMs / 1000 + 2);
  await endStream(page);
  await expect.poll(async () => (await detail()).state, { timeout: 30_000 }).toBe('sealed');

  const { tracks, durationMs } = await detail();
  const [video] = tracks.filter(({ kind }) => kind === 'video');
  if (video === undefined) throw new Error('no picture');
  const fetched = await fetchTrack(origin.url, id, video, Math.ceil(durationMs / 10_000));
  await decodeAll(fetched.init, ...fetched.segments);
  const whole = { ...fetched, segments: fetched.segments.slice(0, Math.floor(durationMs / 10_000)) };
  expect((await checkSegments(whole, DEFAULT_GRID)).problems).toEqual([]);
  const slowSegment = Math.floor((slowFromMs + 4_000) / 10_000);
  expect(await checkParts(origin.url, id, fetched, slowSegment, DEFAULT_GRID)).toEqual([]);
  const pictures = fetched.segments.flatMap(readChunks).map(({ sampleTicks }) => sampleTicks.length);
  const between = (fromMs: number, toMs: number): number =>
    pictures.slice(fromMs / 100, toMs / 100).reduce((sum, count) => sum + count, 0);
  expect(between(slowFromMs, slowFromMs + 8_000), 'while it was slow').toBeLessThan(8 * 20);
  // What the studio counts is of the last ten seconds.
  expect(between(wholeToMs - 8_000, wholeToMs - 1_000), 'afterwards').toBeGreaterThan(7 * 25);
});
