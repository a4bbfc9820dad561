import { expect, type Page } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { beepTimes, soundLagMs } from '../helpers/beeps.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { numbersShown } from '../helpers/numbered-file.ts';
import { numberedSources } from '../helpers/numbered-sources.ts';
import { broadcastDetail, endStream, goLiveFrom } from '../helpers/studio.ts';

test.use({
  launchOptions: launchOptions([
    ...FAKE_CAMERA_FLAGS,
    '--use-fake-ui-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
  ]),
});

const SCREEN_RATE = 5;
/** Another shape than the broadcast's: black has to come at both sides. */
const CAMERA = { width: 640, height: 480, rate: 30, from: 2048, beepHz: 1000 } as const;
const SCREEN = { width: 1280, height: 720, rate: SCREEN_RATE, from: 0, beepHz: 440 } as const;
const TOGETHER_MS = 40;

const source = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const steps = (numbers: readonly number[]): number[] => numbers.slice(1).map((n, i) => n - (numbers[i] ?? 0));
test('a screen, then the camera, then sound only: every slot filled, every picture in order, sound and picture together', async ({
  page,
  origin,
}) => {
  test.setTimeout(150_000);
  await page.addInitScript(numberedSources(CAMERA, SCREEN));
  const id = await goLiveFrom(page, origin.url, 'Screen', '?ladder=360');
  const untilMedia = (ms: number) =>
    expect
      .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 60_000 })
      .toBeGreaterThan(ms);
  await untilMedia(10_500);
  await source(page, 'Camera').click();
  await untilMedia(20_500);
  await page.getByRole('button', { name: 'Mute', exact: true }).click();
  await source(page, 'Sound only').click();
  await untilMedia(30_500);
  await endStream(page);

  const { tracks, grid } = await broadcastDetail(origin.url, id);
  const pieces: Record<string, readonly Uint8Array[]> = {};
  for (const track of tracks) {
    const fetched = await fetchTrack(origin.url, id, track, 3);
    const { problems } = await checkSegments(fetched, grid ?? DEFAULT_GRID);
    // Where the source changes the encoder may make a key frame of its own; no key of the grid may be missing.
    expect(problems.filter((problem) => !problem.endsWith(' is a key frame'))).toEqual([]);
    pieces[track.kind] = [fetched.init, ...fetched.segments];
  }
  const [videoInit = new Uint8Array(), onScreen = new Uint8Array(), onCamera = new Uint8Array()] =
    pieces['video'] ?? [];
  const frameRate = grid?.frameRate ?? 30;
  const beeps = await beepTimes(...(pieces['audio'] ?? []));

  const screen = await numbersShown(Buffer.concat([videoInit, onScreen]));
  expect(Math.min(...steps(screen))).toBe(0);
  // One that a machine of two cores brought too late gives way to the next, now and then.
  expect(Math.max(...steps(screen))).toBeLessThanOrEqual(2);
  expect(new Set(screen).size).toBeGreaterThanOrEqual(SCREEN_RATE * 10 - 3);
  expect(Math.abs(soundLagMs(screen, SCREEN, frameRate, beeps))).toBeLessThanOrEqual(TOGETHER_MS);
  const targetBps = tracks.find(({ kind }) => kind === 'video')?.bitrateBps ?? 0;
  expect((onScreen.length * 8) / 10 / targetBps).toBeGreaterThan(0.8);

  const camera = await numbersShown(Buffer.concat([videoInit, onCamera]), 'crop=ih*4/3:ih,');
  const left = await numbersShown(Buffer.concat([videoInit, onCamera]), 'crop=iw/10:ih:0:0,');
  const from = camera.findIndex((n, slot) => n >= CAMERA.from && left[slot] === 0 && slot > 30);
  const numbers = camera.slice(from);
  expect(numbers.length).toBeGreaterThan(200);
  expect(Math.min(...steps(numbers))).toBeGreaterThanOrEqual(0);
  expect(steps(numbers).filter((step) => step === 1).length).toBeGreaterThan(numbers.length * 0.9);
  expect(left.slice(from).every((n) => n === 0)).toBe(true);
  const cameraBeeps = beeps.map((at) => at - 10 - from / frameRate);
  expect(Math.abs(soundLagMs(numbers, CAMERA, frameRate, cameraBeeps))).toBeLessThanOrEqual(TOGETHER_MS);

  expect(beeps.some((at) => at > 19)).toBe(true);
  expect(beeps.filter((at) => at > 22)).toEqual([]);
});

test('what the browser’s own bar stops is told, and can be shared again', async ({ page, origin }) => {
  await page.addInitScript(numberedSources(CAMERA, SCREEN));
  await page.goto(`${origin.url}${pages.studio}?ladder=360`);
  await source(page, 'Screen and camera').click();
  await expect(source(page, 'Screen and camera')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('slider', { name: 'Volume: Sound of the screen' })).toBeVisible();
  await page.evaluate(() => (window as unknown as { stopSharing(): void }).stopSharing());
  await expect(page.getByText('Sharing was stopped.')).toBeVisible();
  await page.getByRole('button', { name: 'Share again' }).click();
  await expect(page.getByText('Sharing was stopped.')).toHaveCount(0);
});

test('the browser’s own question about the screen is answered, and its picture is the preview', async ({
  page,
  origin,
}) => {
  await page.goto(`${origin.url}${pages.studio}?ladder=360`);
  await source(page, 'Screen').click();
  await expect
    .poll(() => page.locator('studio-stage video').evaluate((video: HTMLVideoElement) => video.videoWidth))
    .toBeGreaterThan(0);
  await source(page, 'Sound only').click();
  await expect(page.getByRole('img', { name: 'Preview of what viewers get' })).toBeVisible();
});
