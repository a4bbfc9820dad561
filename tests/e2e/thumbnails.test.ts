import { readdir } from 'node:fs/promises';
import { expect, type Locator } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { sharedBytes } from '../helpers/shared-memory.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

test('THUMB1 THUMB3: the tab makes small pictures while it encodes; pointer and keyboard show them, live and recorded', async ({
  context,
  page,
  origin,
}) => {
  const { id } = await goLive(page, origin.url);
  const viewer = await context.newPage();
  const sizes: number[] = [];
  viewer.on('response', async (response) => {
    if (response.url().includes('/thumbnails/')) sizes.push((await response.body()).length);
  });
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer);
  const bar = viewer.getByRole('slider', { name: 'Seek' });
  await bar.hover();
  await expect(viewer.locator('player-seek-bar .tip')).toBeVisible();
  await expect(viewer.locator('seek-picture canvas')).toHaveCount(0);

  await expect.poll(async () => (await broadcastDetail(origin.url, id)).strips[0]?.to).toBeGreaterThan(0);
  const picture = viewer.locator('seek-picture canvas');
  await expect(async () => {
    await bar.hover({ position: { x: 40, y: 10 } });
    await expect(picture).toHaveAttribute('data-segment', '0', { timeout: 500 });
  }).toPass();
  expect(await isDrawn(picture)).toBe(true);

  await viewer.mouse.move(0, 0);
  await expect(picture).toHaveCount(0);
  await bar.focus();
  await viewer.keyboard.press('Home');
  await expect(picture).toHaveAttribute('data-segment', '0');

  const { tracks } = await broadcastDetail(origin.url, id);
  const ladderBytes = (tracks.reduce((sum, { bitrateBps }) => sum + bitrateBps, 0) * 10) / 8;
  expect(sizes[0]).toBeLessThanOrEqual(ladderBytes / 100);

  await endStream(page);
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer);
  await bar.hover({ position: { x: 200, y: 10 } });
  await expect(picture).toBeVisible();
  // The last strip left before the end, unfinished as it was.
  const { strips, durationMs } = await broadcastDetail(origin.url, id);
  expect(strips).toEqual([{ from: 0, to: Math.ceil((durationMs - 400) / 10_000) }]);
});

/** More than one colour: the fake camera's picture, not an empty canvas. */
const isDrawn = (picture: Locator): Promise<boolean> =>
  picture.evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    return new Set(data).size > 16;
  });

test('drawing pictures small keeps nothing of them: sixty of 720 lines leave no shared memory behind', async ({
  page,
  browser,
  origin,
}) => {
  const files = await readdir(new URL('../../dist/assets', import.meta.url));
  const worker = files.find((name) => /^poster\.worker-.*\.js$/.test(name)) ?? '';
  await page.goto(origin.url);
  const draw = (pictures: number): Promise<number> =>
    page.evaluate(
      async ({ url, count }) => {
        const poster = new Worker(url, { type: 'module' });
        const flushed = new Promise<number>((resolve) => {
          let strips = 0;
          poster.onmessage = ({ data }: MessageEvent<{ kind: string }>) => {
            if (data.kind === 'strip') strips++;
            if (data.kind === 'flushed') resolve(strips);
          };
        });
        const init = { format: 'I420', codedWidth: 1280, codedHeight: 720 } as const;
        for (let i = 0; i < count; i++) {
          const bytes = new Uint8Array((1280 * 720 * 3) / 2).fill(i);
          const picture = new VideoFrame(bytes, { ...init, timestamp: i });
          const place = { segment: Math.floor(i / 5), index: i % 5 };
          poster.postMessage({ kind: 'thumbnail', picture, place, maxBytes: 100_000 }, [picture]);
        }
        poster.postMessage({ kind: 'flush', maxBytes: 100_000 });
        const strips = await flushed;
        // It stays, as it does for as long as a creator is live.
        Object.assign(window, { [`poster${count}`]: poster });
        return strips;
      },
      { url: `${origin.url}/assets/${worker}`, count: pictures },
    );
  expect(await draw(5)).toBe(1);
  const before = await sharedBytes(browser);
  expect(await draw(60)).toBe(12);
  expect((await sharedBytes(browser)) - before).toBeLessThan(40_000_000);
});
