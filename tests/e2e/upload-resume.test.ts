import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { launchOptions } from '../helpers/browser.ts';
import { fetchTrack } from '../helpers/media-checks.ts';
import { numberedFile, numbersShown } from '../helpers/numbered-file.ts';
import { startOrigin } from '../helpers/origin.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { chooseVideo, startUpload, untilUploaded } from '../helpers/upload.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';
import { expectAccessible } from './pages-axe.ts';

test.use({ launchOptions: launchOptions() });

const SECONDS = 42;

test('UPLOAD3 UPLOAD5 watched from its first segment while it is made; a closed tab and an origin that is killed twice cost nothing', async ({
  browser,
}) => {
  const file = await numberedFile({
    output: '-c:v libx264 -preset ultrafast -g 250 -c:a aac',
    extension: 'mp4',
    size: '1280x720',
    rate: 30,
    seconds: SECONDS,
    hasSound: true,
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-upload-'));
  const env = { BROADCAST_BY: 'anyone' };
  const first = await startOrigin({ dataDir, env });
  const creator = await browser.newContext();
  const viewer = await (await browser.newContext()).newPage();
  let studio = await creator.newPage();
  const id = await startUpload(studio, first.url, file);
  const upload = async () => (await broadcastDetail(first.url, id)).upload;
  await expect.poll(async () => (await upload())?.madeMs ?? 0, { timeout: 90_000 }).toBeGreaterThanOrEqual(10_000);
  await studio.getByRole('button', { name: 'Pause' }).click();
  await expect(studio.getByRole('status').filter({ hasText: 'Paused' })).toBeVisible();
  expect((await upload())?.isFinished).toBe(false);
  for (const colorScheme of ['dark', 'light'] as const) {
    await studio.emulateMedia({ colorScheme });
    await expectAccessible(studio);
  }
  await viewer.goto(first.url + pages.watch(id));
  await untilPlaying(viewer, 2);
  expect((await videoState(viewer)).durationS).toBeCloseTo(SECONDS, 0);
  await expect(viewer.getByRole('status').filter({ hasText: 'still being made' })).toBeVisible();
  await studio.close();
  await first.kill();
  const second = await startOrigin({ dataDir, env, port: first.port });
  studio = await creator.newPage();
  await studio.goto(second.url + pages.studio);
  await studio.getByRole('button', { name: 'Go on' }).click();
  await expect(studio.getByText('below to go on')).toBeVisible();
  await chooseVideo(studio, file);
  await expect.poll(async () => (await upload())?.madeMs ?? 0, { timeout: 90_000 }).toBeGreaterThanOrEqual(20_000);
  await second.kill();
  const third = await startOrigin({ dataDir, env, port: first.port });
  await untilUploaded(studio);
  const detail = await broadcastDetail(third.url, id);
  for (const track of detail.tracks.filter(({ kind }) => kind === 'video')) {
    const { init, segments } = await fetchTrack(third.url, id, track, Math.ceil(SECONDS / 10));
    const numbers = await numbersShown(Buffer.concat([init, ...segments]));
    expect(numbers).toEqual(Array.from({ length: SECONDS * 30 }, (_, i) => i));
  }
  await expect(viewer.getByRole('status').filter({ hasText: /^Recording$/ })).toBeVisible({ timeout: 90_000 });
  await viewer.evaluate(() => {
    const video = document.querySelector('watch-page')?.shadowRoot?.querySelector('video');
    if (video !== null && video !== undefined) video.currentTime = 35;
  });
  await expect.poll(async () => (await videoState(viewer)).positionS).toBeGreaterThan(37);
  await creator.close();
  await viewer.context().close();
  await third.stop();
  await rm(dataDir, { recursive: true, force: true });
});
