import { expect, type Page } from '@playwright/test';
import { test } from '../helpers/fixtures.ts';
import { showStudio, studioWishes } from './pages-studio-fixture.ts';

test.beforeEach(async ({ page, origin }) => {
  await page.goto(`${origin.url}/studio`);
});

const icon = (page: Page) => page.locator('link[rel="icon"]');

test('why camera and microphone are asked for is said before they are', async ({ page }) => {
  await showStudio(page, 'welcome');
  await expect(page.getByText('Nothing leaves this tab before you press')).toBeVisible();
  expect(await studioWishes(page)).toEqual([]);
  await page.getByRole('button', { name: 'Use camera and microphone' }).click();
  expect(await studioWishes(page)).toEqual(['askForDevices camera']);
});

test('the one status says You are live, and its clock stays out of it', async ({ page }) => {
  await showStudio(page, 'live');
  await expect(page.getByRole('status')).toHaveText('You are live');
  await expect(page.getByRole('timer')).toHaveText(/^12:3\d$/);
});

test('title and icon of the tab turn red only once the origin served the first part back', async ({ page }) => {
  await showStudio(page, 'unconfirmed');
  await expect(page.getByRole('status')).toHaveText('You are live');
  await expect(page).toHaveTitle('Studio · Tabcast');
  await expect(icon(page)).toHaveAttribute('href', '/favicon.svg');
  await showStudio(page, 'live');
  await expect(page).toHaveTitle('● Live · Tabcast');
  await expect(icon(page)).toHaveAttribute('href', '/favicon-live.svg');
  await showStudio(page, 'reconnecting');
  await expect(page).toHaveTitle('Reconnecting… · Tabcast');
  await expect(icon(page)).toHaveAttribute('href', '/favicon.svg');
  await showStudio(page, 'ended');
  await expect(page).toHaveTitle('Studio · Tabcast');
});

test('Go live waits for the probes', async ({ page }) => {
  await showStudio(page, 'probing');
  await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '62');
  await expect(page.getByRole('button', { name: 'Go live' })).toBeDisabled();
  await showStudio(page, 'ready');
  await page.getByRole('button', { name: 'Go live' }).click();
  expect(await studioWishes(page)).toEqual(['goLive']);
});

test('the ladder says what viewers get, what was left out and why', async ({ page }) => {
  await showStudio(page, 'ready');
  const ladder = page.getByRole('region', { name: 'What viewers get' });
  await expect(ladder.getByRole('listitem')).toHaveText([
    /720p HD\s+2\.5 Mb\/s/,
    /480p\s+1\.2 Mb\/s/,
    /360p\s+700 kb\/s/,
    /1080p Full HD left out\. The camera delivers 1280/,
  ]);
});

test('a probe that failed says what to do, and its button tries again', async ({ page }) => {
  await showStudio(page, 'probe-failed');
  await expect(page.getByRole('alert')).toContainText('The server did not answer.');
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(await studioWishes(page)).toEqual(['retry']);
});

test('End stream asks once: Escape keeps streaming, the second End stream ends', async ({ page }) => {
  await showStudio(page, 'live');
  const end = page.getByRole('button', { name: 'End stream' });
  await end.click();
  await expect(page.getByRole('dialog', { name: 'End the stream?' })).toBeVisible();
  await expect(end).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Keep streaming' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(end).toBeFocused();
  expect(await studioWishes(page)).toEqual([]);
  await end.click();
  await page.getByRole('dialog').getByRole('button', { name: 'End stream' }).click();
  await expect.poll(() => studioWishes(page)).toEqual(['endStream']);
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('an ended stream shows its length and the recording’s link', async ({ page }) => {
  await showStudio(page, 'ended');
  await expect(page.getByText('It lasted 12:34')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Watch the recording' })).toHaveAttribute(
    'href',
    '/watch/abcdefgh12345678',
  );
});

test('the share panel hands out the address, and no QR code of one that only this machine can open', async ({
  page,
}) => {
  await showStudio(page, 'ready');
  const link = page.getByRole('link', { name: 'Watch page' });
  await expect(link).toHaveAttribute('href', 'http://192.168.1.20:8080/watch/abcdefgh12345678');
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
  await expect(page.getByText('Anybody on the same network')).toBeVisible();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toBe('http://192.168.1.20:8080/watch/abcdefgh12345678');
  await showStudio(page, 'struggling');
  await expect(page.getByText('Only this machine can open it.')).toBeVisible();
  await expect(page.getByRole('img', { name: 'QR code' })).toHaveCount(0);
});

test('microphone, camera, devices and title are wishes to the controller', async ({ page }) => {
  await showStudio(page, 'live');
  await page.getByRole('button', { name: 'Mute' }).click();
  await page.getByRole('button', { name: 'Camera off' }).click();
  await page.getByLabel('Camera', { exact: true }).selectOption('camera-2');
  await page.getByLabel('Title').fill('Pears, part two');
  await page.getByLabel('Title').press('Enter');
  expect(await studioWishes(page)).toEqual([
    'setMuted true',
    'setCameraOff true',
    'chooseCamera camera-2',
    'setTitle Pears, part two',
  ]);
});

test('a device that cannot be taken is a sentence, and the stream goes on', async ({ page }) => {
  const cameras = [
    { id: 'camera-1', label: 'One' },
    { id: 'broken', label: 'Two' },
  ];
  await showStudio(page, 'live', { cameras });
  await page.getByLabel('Camera', { exact: true }).selectOption('broken');
  await expect(page.getByRole('alert')).toContainText('in use by another program');
  await expect(page.getByRole('status')).toHaveText('You are live');
  // The next reading of the level, and with it the device that is really in use.
  await showStudio(page, 'live', { cameras, isMuted: false });
  await expect(page.getByLabel('Camera', { exact: true })).toHaveValue('camera-1');
});

test('health says in words what is slow and what is good', async ({ page }) => {
  await showStudio(page, 'struggling');
  const rows = page.getByRole('table', { name: 'Each quality' }).getByRole('row');
  await expect(rows.nth(1)).toContainText(/720p\s+Slow\s+2,400 of 2,500 kb\/s\s+22,540\s+12\s+210 ms/);
  await expect(rows.nth(2)).toContainText(/480p\s+Good/);
  await expect(page.getByText('too slow for every picture of 720p: 47 % are left out.')).toBeVisible();
  await expect(page.getByText('More light often helps.')).toBeVisible();
  await showStudio(page, 'reconnecting');
  await expect(page.getByRole('status')).toHaveText('Reconnecting');
  await expect(page.locator('status-pill')).toContainText('Reconnecting: 12 s safe in this tab. Keep it open.');
  await expect(page.getByText('12 s are safe in this tab')).toBeVisible();
});

test('the level has a text beside its bar', async ({ page }) => {
  await showStudio(page, 'ready');
  await expect(page.getByRole('meter', { name: 'Microphone level' })).toHaveAttribute('aria-valuenow', '78');
  await expect(page.getByText('Your sound comes through well.')).toBeVisible();
  await showStudio(page, 'struggling');
  await expect(page.getByText('Muted. Viewers hear nothing.')).toBeVisible();
});

test('a title is text', async ({ page }) => {
  await showStudio(page, 'ready', {
    broadcast: {
      id: 'abcdefgh12345678',
      token: '',
      title: '<img src=x onerror=document.title=1>',
      watchUrl: 'http://192.168.1.20/watch/abcdefgh12345678',
      reach: 'lan',
    },
  });
  await expect(page.getByLabel('Title')).toHaveValue('<img src=x onerror=document.title=1>');
  await expect(page).toHaveTitle('Studio · Tabcast');
});
