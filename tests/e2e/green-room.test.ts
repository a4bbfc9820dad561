import { expect, type Page } from '@playwright/test';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { showStudio, studioWishes } from './pages-studio-fixture.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

const marks = (page: Page) => page.getByRole('list', { name: 'Checks' }).getByRole('listitem');

test('the list is one line while all is well, and a sentence with its button where it is not', async ({
  page,
  origin,
}) => {
  await page.goto(`${origin.url}/studio`);
  await showStudio(page, 'ready');
  await expect(page.getByText('All good')).toBeVisible();
  await expect(page.getByRole('list', { name: 'To look at' })).toHaveCount(0);
  await showStudio(page, 'notReady');
  await expect(page.getByText('3 things to look at')).toBeVisible();
  await showStudio(page, 'probe-failed');
  await page.getByRole('button', { name: 'Measure again: Encoder' }).click();
  expect(await studioWishes(page)).toEqual(['measure']);
});

test('from the real camera every check turns green; preset, devices and title are there on the next visit', async ({
  page,
  origin,
}) => {
  await page.goto(`${origin.url}/studio`);
  await page.getByRole('button', { name: /camera and microphone/i }).click();
  await expect(page.getByText('All good')).toBeVisible({ timeout: 90_000 });
  await expect(marks(page)).toHaveText([
    'Camera: good',
    'Microphone: good',
    'Permissions: good',
    'Encoder: good',
    'Upload line: good',
    'Space for outages: good',
    'Clock: good',
  ]);
  const light = page.getByRole('radio', { name: /^Light/ });
  await expect(light).toHaveAccessibleName(/240p · \d+ % of this machine · sends /);
  await light.check();
  const ladder = page.getByRole('region', { name: 'What viewers get' }).getByRole('list').first().getByRole('listitem');
  await expect(ladder.first()).toContainText(/480p|240p/);
  const heights = (await ladder.locator('strong').allTextContents()).map((text) => Number.parseInt(text, 10));
  expect(Math.max(...heights)).toBeLessThanOrEqual(480);
  const camera = page.getByLabel('Camera', { exact: true });
  const chosen = await camera.locator('option').last().getAttribute('value');
  await camera.selectOption(chosen);
  await page.getByLabel('Title').fill('Pears');
  await page.getByLabel('Title').press('Enter');
  await expect(page.locator('datalist option')).toHaveAttribute('value', 'Pears');

  const { id } = await goLive(page, origin.url);
  const { tracks } = await broadcastDetail(origin.url, id);
  for (const track of tracks) if (track.kind === 'video') expect([480, 240]).toContain(track.height);
  await expect(camera).toHaveValue(chosen ?? '');
  await expect(page.locator('datalist option')).toHaveAttribute('value', 'Pears');
  await endStream(page);
});

test('a test recording is made as a broadcast is, plays here with picture and sound, and nothing of it is sent', async ({
  page,
  origin,
}) => {
  const sent: string[] = [];
  await page.goto(`${origin.url}/studio?ladder=240`);
  await page.getByRole('button', { name: /camera and microphone/i }).click();
  await expect(page.getByRole('button', { name: 'Go live' })).toBeEnabled({ timeout: 90_000 });
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(request.url());
  });
  await page.getByRole('button', { name: 'Record a test' }).click();
  await expect(page.getByRole('progressbar', { name: 'Test recording' })).toBeVisible();
  const video = page.locator('test-recording video');
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.ended || one.currentTime > 2)).toBe(true);
  const made = await video.evaluate((one: HTMLVideoElement) => ({
    height: one.videoHeight,
    durationS: one.duration,
    frames: one.getVideoPlaybackQuality().totalVideoFrames,
    soundBytes: (one as unknown as { webkitAudioDecodedByteCount: number }).webkitAudioDecodedByteCount,
  }));
  expect(made.height).toBe(240);
  expect(made.durationS).toBeGreaterThanOrEqual(5);
  expect(made.durationS).toBeLessThan(6.5);
  expect(made.frames).toBeGreaterThan(20);
  expect(made.soundBytes).toBeGreaterThan(0);
  expect(sent).toEqual([]);
  // The engine is free again: the same page goes live.
  await page.getByRole('button', { name: 'Go live' }).click();
  await page.getByRole('status').filter({ hasText: 'You are live' }).waitFor();
  await expect(video).toHaveCount(0);
  await endStream(page);
});

test('a remembered camera that is gone gives way to the one that is there', async ({ page, origin }) => {
  await page.goto(`${origin.url}/studio`);
  await page.evaluate(() =>
    localStorage.setItem('tabcast.studio', JSON.stringify({ cameraId: 'gone', microphoneId: 'gone' })),
  );
  await page.reload();
  await page.getByRole('button', { name: /camera and microphone/i }).click();
  await expect(page.getByText('Preview. Nobody sees you yet.')).toBeVisible();
});

/** The page's own view of lock, battery and microphone, so that a test can change them. */
async function fakeMachine(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const battery = Object.assign(new EventTarget(), { charging: true, level: 0.9 });
    const locks: EventTarget[] = [];
    Object.assign(window, { battery, locks });
    Object.defineProperty(navigator, 'getBattery', { value: async () => battery });
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        request: async () => {
          const lock = Object.assign(new EventTarget(), {
            release: async () => lock.dispatchEvent(new Event('release')),
          });
          locks.push(lock);
          return lock;
        },
      },
    });
  });
}

test('while live the machine is kept awake, again after the page said it was hidden; an emptying battery is told until it charges', async ({
  page,
  origin,
}) => {
  await fakeMachine(page);
  const { id } = await goLive(page, origin.url, '?ladder=240');
  const notes = page.getByRole('list', { name: 'Notes' });
  const locks = () => page.evaluate(() => (window as unknown as { locks: EventTarget[] }).locks.length);
  await expect.poll(locks).toBe(1);
  await expect(notes).toHaveCount(0);
  await page.evaluate(() => {
    const { battery } = window as unknown as { battery: EventTarget };
    Object.assign(battery, { charging: false, level: 0.14 });
    battery.dispatchEvent(new Event('chargingchange'));
  });
  await expect(notes).toContainText('The battery is at 14 %');
  await page.evaluate(() => {
    const { battery } = window as unknown as { battery: EventTarget };
    Object.assign(battery, { charging: true });
    battery.dispatchEvent(new Event('chargingchange'));
  });
  await expect(notes).toHaveCount(0);

  // The browser takes the lock when the tab is hidden; the broadcast goes on meanwhile.
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    (window as unknown as { locks: EventTarget[] }).locks[0]?.dispatchEvent(new Event('release'));
  });
  const before = (await broadcastDetail(origin.url, id)).durationMs ?? 0;
  await expect.poll(async () => (await broadcastDetail(origin.url, id)).durationMs).toBeGreaterThan(before + 1000);
  expect(await locks()).toBe(1);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: false, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(locks).toBe(2);
  await endStream(page);
});
