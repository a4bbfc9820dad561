import { expect, type Page } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { fetchTrack } from '../helpers/media-checks.ts';
import { numbersShown } from '../helpers/numbered-file.ts';
import { numberedSources } from '../helpers/numbered-sources.ts';
import { broadcastDetail } from '../helpers/studio.ts';

test.use({
  launchOptions: launchOptions([...FAKE_CAMERA_FLAGS, '--autoplay-policy=no-user-gesture-required']),
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
});

const BACK_FROM = 2048;
const upright = { width: 360, height: 640, rate: 30, beepHz: 1000 } as const;

/** Two cameras held upright of which only one runs at a time, and no screen to share. Runs in the page. */
function phoneCameras(): void {
  const devices = navigator.mediaDevices;
  if (devices === undefined) return;
  const openFront = devices.getUserMedia.bind(devices);
  const openBack = devices.getDisplayMedia.bind(devices);
  let inUse: MediaStreamTrack | undefined;
  devices.getUserMedia = async (wanted) => {
    if (typeof wanted?.video !== 'object') return openFront(wanted);
    if (inUse?.readyState === 'live') throw new DOMException('one at a time', 'NotReadableError');
    const { facingMode, deviceId } = wanted.video;
    const named = (facingMode ?? deviceId) as ConstrainDOMStringParameters | undefined;
    const isBack = named?.exact === 'environment';
    const stream = await (isBack ? openBack() : openFront({ video: true }));
    const [track] = stream.getVideoTracks();
    if (track === undefined) throw new DOMException('no track', 'NotFoundError');
    inUse = track;
    const settings = track.getSettings();
    const facing = isBack ? 'environment' : 'user';
    track.getSettings = () => ({ ...settings, facingMode: facing, deviceId: facing });
    return new MediaStream([track]);
  };
  Object.defineProperty(devices, 'getDisplayMedia', { value: undefined });
}

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('a phone goes live by touch, upright, with the front camera and then the back one; no screen is offered', async ({
  page,
  origin,
}, info) => {
  await page.addInitScript(numberedSources({ ...upright, from: 0 }, { ...upright, from: BACK_FROM }));
  await page.addInitScript(phoneCameras);
  await page.goto(`${origin.url}${pages.studio}?ladder=360`);
  await expect(page.getByRole('button', { name: 'Sound only' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Screen' })).toHaveCount(0);
  await page.getByRole('button', { name: /camera and microphone/i }).tap();
  const href = await page.getByRole('link', { name: 'Watch page' }).getAttribute('href');
  const id = /\/watch\/([a-z0-9]{16})/.exec(href ?? '')?.[1] ?? '';
  await page.getByRole('button', { name: 'Go live' }).tap({ timeout: 90_000 });
  await page.getByRole('status').filter({ hasText: 'You are live' }).waitFor();
  expect(await overflow(page)).toBe(0);
  await page.screenshot({ path: info.outputPath('phone-live.png'), fullPage: true });
  await page.getByRole('button', { name: 'Use the back camera' }).tap();
  await expect(page.getByRole('button', { name: 'Use the front camera' })).toBeVisible();
  await expect
    .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 90_000 })
    .toBeGreaterThan(10_200);

  const { tracks } = await broadcastDetail(origin.url, id);
  const video = tracks.find((track) => track.kind === 'video');
  if (video?.kind !== 'video') throw new Error('no picture');
  expect(video.width / video.height).toBeCloseTo(9 / 16, 1);
  const { init, segments } = await fetchTrack(origin.url, id, video, 1);
  const numbers = await numbersShown(Buffer.concat([init, ...segments]));
  const turnedAt = numbers.findIndex((n) => n >= BACK_FROM);
  expect(turnedAt).toBeGreaterThan(0);
  expect(numbers.slice(turnedAt).every((n) => n >= BACK_FROM)).toBe(true);
  expect(numbers.slice(0, turnedAt).some((n) => n > 0)).toBe(true);
});
