import { expect } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { endStream, goLive } from '../helpers/studio.ts';
import { expectAccessible } from './pages-axe.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS) });

test('a camera that is refused is a sentence with a way to try again', async ({ page, origin }) => {
  await page.goto(origin.url + pages.studio);
  await page.getByRole('button', { name: 'Use camera and microphone' }).click();
  await expect(page.getByRole('alert')).toContainText('Not ready to go live');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expectAccessible(page);
});

test('a camera that is on and gives no picture ends the start with a sentence, and says before what it waits for', async ({
  context,
  page,
  origin,
}) => {
  await context.grantPermissions(['camera', 'microphone']);
  await page.addInitScript(() => {
    class SilentProcessor {
      readonly readable = new ReadableStream<VideoFrame>();
    }
    Object.assign(globalThis, { MediaStreamTrackProcessor: SilentProcessor });
  });
  await page.goto(`${origin.url}${pages.studio}?ladder=240`);
  await page.getByRole('button', { name: 'Use camera and microphone' }).click();
  await page.getByRole('button', { name: 'Go live' }).click({ timeout: 90_000 });
  await expect(page.locator('status-pill')).toContainText('Starting…: the first picture');
  await expect(page.getByRole('alert')).toContainText('The camera is on, but no picture comes from it');
  await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible();
});

test('a real stream shows its numbers, its picture at home, and becomes a recording', async ({
  context,
  page,
  origin,
}) => {
  await context.grantPermissions(['camera', 'microphone']);
  const title = 'Pears <b>& quinces</b>';
  const live = await goLive(page, origin.url);
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Title').press('Enter');
  await expect(page).toHaveTitle('● Live · Tabcast');
  const rows = page.getByRole('table', { name: 'Each quality' }).getByRole('row');
  await expect(rows.nth(1)).toContainText(/\d+p\s+(Good|Slow)\s+[\d,]+ of [\d,]+ kb\/s\s+[1-9][\d,]*/);
  await expectAccessible(page);

  const home = await context.newPage();
  await home.goto(origin.url);
  const card = home.getByRole('region', { name: 'Live now' }).getByRole('listitem').filter({ hasText: title });
  await expect(card.getByRole('link', { name: title })).toHaveAttribute('href', pages.watch(live.id));
  const picture = card.locator('img');
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);

  await endStream(page);
  await expect(page.getByRole('link', { name: 'Watch the recording' })).toHaveAttribute('href', pages.watch(live.id));
  await expect(
    home.getByRole('region', { name: 'Recordings' }).getByRole('listitem').filter({ hasText: title }),
  ).toBeVisible();
});
