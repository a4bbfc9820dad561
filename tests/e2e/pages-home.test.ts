import { expect, type Page } from '@playwright/test';
import type { BroadcastSummary } from '../../src/protocol/broadcast.ts';
import { test } from '../helpers/fixtures.ts';
import { startOrigin } from '../helpers/origin.ts';
import { expectAccessible } from './pages-axe.ts';

const summary = (index: number, more: Partial<BroadcastSummary>): BroadcastSummary => ({
  id: `abcdefgh1234567${index}`,
  title: `Stream ${index}`,
  state: 'live',
  startedAt: Date.now() - 754_000,
  durationMs: 754_000,
  posterUrl: null,
  visibility: 'public',
  isOwn: false,
  viewers: 0,
  upload: null,
  ...more,
});

const EVERY_KIND: readonly BroadcastSummary[] = [
  summary(0, { title: 'Choir rehearsal' }),
  summary(1, { title: 'Harbour camera', state: 'interrupted' }),
  summary(2, { title: '<img src=x onerror=document.title=1>', state: 'processing' }),
  summary(3, { title: '  ', state: 'ended', durationMs: 0 }),
  summary(4, { title: 'Board games', state: 'sealed', startedAt: Date.UTC(2026, 1, 3, 12), durationMs: 5_025_000 }),
];

/** States that take minutes of real streaming to reach; what the origin really answers is tested where it is live. */
const answerWith = (page: Page, list: unknown) =>
  page.route('**/api/broadcasts', (route) => route.fulfill({ json: list }));

test('with nothing live it invites, in both colour schemes, and Go live leads to the studio', async ({ page }) => {
  // Its own: on a shared one somebody may be live.
  const origin = await startOrigin();
  try {
    await page.goto(origin.url);
    await expect(page.getByRole('heading', { name: 'Nobody is live yet' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Go live' })).toHaveAttribute('href', '/studio');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    }
  } finally {
    await origin.stop();
  }
});

test('what is live and what was recorded stand apart, each with title, time and length', async ({ page, origin }) => {
  await answerWith(page, EVERY_KIND);
  await page.goto(origin.url);
  const live = page.getByRole('region', { name: 'Live now' }).getByRole('listitem');
  await expect(live).toHaveText([
    /Live\s+12:34\s+Length: 12 minutes\s+Choir rehearsal\s+Started 12 minutes ago/,
    /Interrupted.*Harbour camera/s,
  ]);
  const recordings = page.getByRole('region', { name: 'Recordings' }).getByRole('listitem');
  await expect(recordings).toHaveText([
    /Just ended.*<img src=x onerror=document\.title=1>/s,
    /0:00\s+Length: 0 seconds\s+Untitled stream/,
    /1:23:45\s+Length: 1 hour 23 minutes\s+Board games\s+Feb 3, 2026/,
  ]);
  await expect(page.getByRole('link', { name: 'Choir rehearsal' })).toHaveAttribute('href', '/watch/abcdefgh12345670');
  await expect(page).toHaveTitle('Tabcast: live from a browser tab');
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing on a full home page in ${colorScheme} colours`, async ({ page, origin }) => {
    await page.emulateMedia({ colorScheme });
    await answerWith(page, EVERY_KIND);
    await page.goto(origin.url);
    await expect(page.getByRole('link', { name: 'Board games' })).toBeVisible();
    await expectAccessible(page);
  });

test('a picture that does not load leaves the drawn one', async ({ page, origin }) => {
  await answerWith(page, [summary(0, { posterUrl: '/live/abcdefgh12345670/poster.jpg?v=1' })]);
  const refused = page.waitForResponse('**/poster.jpg?v=1');
  await page.goto(origin.url);
  expect((await refused).ok()).toBe(false);
  await expect(page.getByRole('listitem').locator('img')).toHaveCount(0);
});

test('a silent origin is a sentence, the last list stays, and it recovers by hand', async ({ page, origin }) => {
  let isSilent = false;
  await page.route('**/api/broadcasts', (route) => (isSilent ? route.abort() : route.fulfill({ json: EVERY_KIND })));
  await page.goto(origin.url);
  const title = page.getByRole('link', { name: 'Choir rehearsal' });
  await expect(title).toBeVisible();
  isSilent = true;
  await expect(page.getByText('The server does not answer.')).toBeVisible();
  await expect(title).toBeVisible();
  isSilent = false;
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect(page.getByText('The server does not answer.')).toBeHidden();
});

test('a list that is not the one of SPEC API1 is refused, not shown', async ({ page, origin }) => {
  await answerWith(page, [{ ...summary(0, {}), posterUrl: 'https://elsewhere.example/poster.jpg' }]);
  await page.goto(origin.url);
  await expect(page.getByText('The server does not answer.')).toBeVisible();
  await expect(page.getByRole('listitem')).toHaveCount(0);
});
