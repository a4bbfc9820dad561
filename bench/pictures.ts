import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, devices, expect, type Page } from '@playwright/test';
import { ingest, pages } from '../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../tests/helpers/browser.ts';
import { runProgram } from '../tests/helpers/ffprobe.ts';
import { type RunningOrigin, startOrigin } from '../tests/helpers/origin.ts';
import { publish } from '../tests/helpers/publisher.ts';
import { broadcastDetail, endStream, goLive } from '../tests/helpers/studio.ts';
import { untilPlaying, videoState } from '../tests/helpers/watch.ts';
import { DUSK, NOON, type Scene, SNOW, sceneScript } from './shared/scene.ts';

/** Takes the pictures of the README from the real pages, with a painted camera. Needs ffmpeg with libwebp. */
const FOLDER = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const WAIT = { timeout: 60_000 };
const DESKTOP = { width: 1280, height: 790 };
const FLAGS = [...FAKE_CAMERA_FLAGS, '--autoplay-policy=no-user-gesture-required'];

async function take(page: Page, name: string): Promise<void> {
  const draft = await mkdtemp(join(tmpdir(), 'tabcast-pictures-'));
  const png = join(draft, 'page.png');
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: png, animations: 'disabled' });
  const file = join(FOLDER, `${name}.webp`);
  const { code, stderr } = await runProgram('ffmpeg', ['-v', 'error', '-y', '-i', png, '-quality', '84', file]);
  await rm(draft, { recursive: true });
  if (code !== 0) throw new Error(`ffmpeg: ${stderr}`);
  console.log(`${file}: ${Math.round((await stat(file)).size / 1000)} kB`);
}

/** A recording that is long enough to be gone on with, under a picture of a scene. */
async function recording(
  browser: Browser,
  origin: RunningOrigin,
  title: string,
  seconds: number,
  scene: Scene,
): Promise<string> {
  const painter = await browser.newPage();
  await painter.addInitScript(sceneScript(scene));
  await painter.goto(origin.url);
  const still = await painter.evaluate(() =>
    (window as unknown as { sceneStill: (seconds: number, width: number) => string }).sceneStill(8, 640),
  );
  await painter.close();
  const publisher = await publish({ origin: origin.url, title, pastSeconds: seconds, seconds, heights: [360] });
  await publisher.finished;
  await fetch(origin.url + ingest.poster(publisher.id), {
    method: 'PUT',
    headers: { authorization: `Bearer ${publisher.token}`, 'content-type': 'image/jpeg' },
    body: Buffer.from(still, 'base64'),
  });
  await publisher.end();
  await expect.poll(async () => (await broadcastDetail(origin.url, publisher.id)).state, WAIT).toMatch(/ended|sealed/);
  return publisher.id;
}

async function run(browser: Browser, origin: RunningOrigin): Promise<void> {
  const long = await recording(browser, origin, 'Choir rehearsal', 1500, DUSK);
  await recording(browser, origin, 'First snow', 420, SNOW);

  const creator = await browser.newContext({ viewport: DESKTOP, permissions: ['camera', 'microphone'] });
  await creator.addInitScript(sceneScript(NOON));
  const studio = await creator.newPage();
  const live = await goLive(studio, origin.url, '?ladder=720,360');
  await studio.getByLabel('Title').fill('Kites over the hill');
  await studio.getByLabel('Title').press('Enter');
  await studio.getByLabel('Title').blur();

  const viewer = await browser.newContext({ viewport: DESKTOP });
  const watching = await viewer.newPage();
  await watching.goto(`${origin.url}${pages.watch(long)}?t=16m`);
  await untilPlaying(watching, 7);
  await watching.goto(origin.url + pages.watch(live.id));
  await untilPlaying(watching, 3);
  await expect(studio).toHaveTitle('● Live · Tabcast', WAIT);
  await take(studio, 'studio');

  const phone = await browser.newContext({ ...devices['Pixel 7'], defaultBrowserType: undefined } as object);
  const small = await phone.newPage();
  await small.setViewportSize({ width: 412, height: 560 });
  await small.goto(origin.url + pages.watch(live.id));
  await untilPlaying(small, 2);
  await take(small, 'watch-phone');
  await phone.close();

  await expect.poll(async () => (await videoState(watching)).positionS, WAIT).toBeGreaterThan(40);
  await watching.getByLabel('Go to a time').fill('0:14');
  await watching.getByRole('button', { name: 'Go', exact: true }).click();
  await untilPlaying(watching, 1);
  await watching.keyboard.press('k');
  await expect.poll(async () => (await videoState(watching)).isPaused).toBe(true);
  await expect(watching.locator('player-controls')).toContainText(/Next [12]\d s ready/, WAIT);
  await take(watching, 'watch-paused');

  await watching.goto(origin.url);
  await expect(watching.getByRole('region', { name: 'Continue watching' })).toContainText('Choir rehearsal', WAIT);
  await watching.waitForLoadState('networkidle');
  await take(watching, 'home');
  await viewer.close();
  await endStream(studio);
  await creator.close();
}

await mkdir(FOLDER, { recursive: true });
const origin = await startOrigin();
const browser = await chromium.launch(launchOptions(FLAGS));
try {
  await run(browser, origin);
} finally {
  await browser.close();
  await origin.stop();
}
