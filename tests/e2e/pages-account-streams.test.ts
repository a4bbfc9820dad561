import { expect } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying } from '../helpers/watch.ts';
import { expectAccessible } from './pages-axe.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), originEnv: { BROADCAST_BY: 'accounts' } });

test('whoever broadcasts sees how many watch, renames, hides and deletes what is theirs', async ({
  context,
  page,
  browser,
  origin,
}) => {
  await context.grantPermissions(['camera', 'microphone']);
  await page.goto(origin.url + pages.account);
  await page.getByLabel('Username').fill('rosa');
  await page.getByLabel('Password').fill('four quiet words here');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByRole('link', { name: 'Open the studio' })).toBeVisible();
  const { id } = await goLive(page, origin.url);

  const viewer = await browser.newPage();
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 1);
  const account = await context.newPage();
  await account.goto(origin.url + pages.account);
  const row = account.getByRole('region', { name: 'Your streams' }).getByRole('listitem');
  await expect(row).toContainText(/Live now · [1-9]\d* (is|are) watching/);
  await endStream(page);
  await expect(row).not.toContainText('Live now');

  await account.getByRole('button', { name: /^Rename / }).click();
  await account.getByLabel('New title').fill('Roses <3');
  await account.getByRole('button', { name: 'Save' }).click();
  await expect(row.getByRole('link', { name: 'Roses <3' })).toHaveAttribute('href', pages.watch(id));
  for (const colorScheme of ['light', 'dark'] as const) {
    await account.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(account);
  }

  await account.getByLabel('Who sees Roses <3').selectOption('private');
  await expect(account.getByRole('status').filter({ hasText: 'only you' })).toBeVisible();
  await viewer.goto(origin.url + pages.watch(id));
  await expect(viewer.getByText('There is no broadcast at this address')).toBeVisible();
  await viewer.close();

  await account.getByRole('button', { name: 'Delete Roses <3' }).click();
  await account.getByRole('dialog').getByRole('button', { name: 'Delete for ever' }).click();
  await expect(row).toHaveCount(0);
});
