import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import type { PositionList } from '../../src/protocol/positions.ts';
import { api, auth, pages } from '../../src/protocol/urls.ts';
import { COUNTER, KEPT_BEFORE_S, noteFirstPicture, timeShownS } from '../helpers/first-picture.ts';
import { test as base } from '../helpers/fixtures.ts';
import { untilKept } from '../helpers/kept-places.ts';
import { longRecording } from '../helpers/long-recording.ts';
import { publish } from '../helpers/publisher.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';
import { expectAccessible } from './pages-axe.ts';

const PASSWORD = 'four quiet words here';

/** One recording for whoever watches in these tests: each of them is somebody else. */
const test = base.extend<object, { recordingId: string }>({
  recordingId: [async ({ origin }, use) => use(await longRecording(origin.url)), { scope: 'worker' }],
});

test.use({ originEnv: { BROADCAST_BY: 'anyone' } });

/** A browser of its own: another profile, another device. */
async function device(browser: Browser): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext();
  await context.addInitScript(noteFirstPicture, COUNTER);
  return { context, page: await context.newPage() };
}

/** Watches until the position is written, here and where somebody is logged in at the origin too. */
async function watchUntilWritten(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await untilPlaying(page, 7);
  await page.locator('video').click();
  await expect.poll(async () => (await videoState(page)).isPaused).toBe(true);
  const { positionS } = await videoState(page);
  await untilKept(page, positionS);
  return positionS;
}

/** Read from the counter in the first picture that was shown. */
const firstShownS = async (page: Page): Promise<number> => {
  await expect.poll(() => page.evaluate(() => window.firstPicture !== undefined)).toBe(true);
  return timeShownS(await page.evaluate(() => window.firstPicture));
};

function expectResumed(firstS: number, leftAtS: number): void {
  expect(firstS).toBeGreaterThanOrEqual(leftAtS - 3 - KEPT_BEFORE_S);
  expect(firstS).toBeLessThanOrEqual(leftAtS + 0.1);
}

const held = (page: Page, originUrl: string): Promise<PositionList> =>
  page.request.get(originUrl + api.positions).then((answer) => answer.json() as Promise<PositionList>);

/** Broadcasts of which this device keeps the last seconds. */
const keptHere = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('tabcast-kept');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const count = await new Promise<number>((resolve, reject) => {
      const counting = db.transaction('blocks').objectStore('blocks').count();
      counting.onsuccess = () => resolve(counting.result);
      counting.onerror = () => reject(counting.error);
    });
    db.close();
    return count;
  });

async function enter(page: Page, originUrl: string, button: 'Sign up' | 'Log in', username: string): Promise<void> {
  await page.goto(originUrl + pages.account);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: button }).click();
  if (button === 'Sign up') await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByRole('heading', { level: 1, name: username })).toBeVisible();
}

test('a guest goes on where they were; after the log-in it is theirs on a fresh device, at most 3 s earlier', async ({
  browser,
  origin,
  recordingId,
}) => {
  const laptop = await device(browser);
  const leftAtS = await watchUntilWritten(laptop.page, `${origin.url}${pages.watch(recordingId)}?t=2m30s`);
  expect(leftAtS).toBeGreaterThan(157);

  await laptop.page.goto(origin.url);
  const card = laptop.page.getByRole('region', { name: 'Continue watching' }).getByRole('listitem');
  await expect(card).toContainText('A long evening');
  await expect(card).toContainText(/2:4\d left/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await laptop.page.emulateMedia({ colorScheme });
    await expectAccessible(laptop.page);
  }

  await enter(laptop.page, origin.url, 'Sign up', 'nora');
  await expect.poll(async () => (await held(laptop.page, origin.url)).positions.length).toBe(1);
  expect(await keptHere(laptop.page)).toBeGreaterThan(5);
  await laptop.page.getByRole('button', { name: 'Log out' }).click();
  await expect(laptop.page.getByRole('button', { name: 'Log in' })).toBeVisible();
  expect(await keptHere(laptop.page)).toBe(0);
  await laptop.page.goto(origin.url);
  await expect(laptop.page.getByRole('heading', { name: 'Recordings' })).toBeVisible();
  await expect(laptop.page.getByRole('region', { name: 'Continue watching' })).toHaveCount(0);
  await laptop.context.close();

  const phone = await device(browser);
  await enter(phone.page, origin.url, 'Log in', 'nora');
  await phone.page.goto(origin.url + pages.watch(recordingId));
  await untilPlaying(phone.page, 0.2);
  expectResumed(await firstShownS(phone.page), leftAtS);
  await expect(phone.page.getByRole('region', { name: 'Where you were' })).toContainText('You go on where you were');
  await expectAccessible(phone.page);
  await phone.page.getByRole('button', { name: 'Start over' }).click();
  await expect.poll(async () => (await videoState(phone.page)).positionS).toBeLessThan(20);
  await phone.context.close();
});

test('two devices that were at different places: it asks, and does what is answered', async ({
  browser,
  origin,
  recordingId,
}) => {
  const laptop = await device(browser);
  const phone = await device(browser);
  await enter(laptop.page, origin.url, 'Sign up', 'omar');
  await enter(phone.page, origin.url, 'Log in', 'omar');
  await watchUntilWritten(laptop.page, `${origin.url}${pages.watch(recordingId)}?t=60`);
  await expect.poll(async () => (await held(laptop.page, origin.url)).positions.length).toBe(1);
  const before = (await held(laptop.page, origin.url)).positions[0]?.hlc;
  await watchUntilWritten(phone.page, `${origin.url}${pages.watch(recordingId)}?t=200`);
  await expect.poll(async () => (await held(laptop.page, origin.url)).positions[0]?.hlc).not.toBe(before);

  await laptop.page.goto(origin.url + pages.watch(recordingId));
  const prompt = laptop.page.getByRole('button', { name: /Continue at 3:2\d from / });
  await expect(prompt).toBeVisible();
  expect((await videoState(laptop.page)).positionS).toBeLessThan(100);
  await prompt.click();
  await expect.poll(async () => (await videoState(laptop.page)).positionS).toBeGreaterThan(200);
  await expect(prompt).toHaveCount(0);
  await laptop.context.close();
  await phone.context.close();
});

test('history is removed one by one, paused, exported and cleared, and the origin knows', async ({
  browser,
  origin,
  recordingId,
}) => {
  const { context, page } = await device(browser);
  await enter(page, origin.url, 'Sign up', 'pia');
  await watchUntilWritten(page, `${origin.url}${pages.watch(recordingId)}?t=100`);
  await page.goto(origin.url);
  const region = page.getByRole('region', { name: 'Continue watching' });
  await expect(region.getByRole('listitem')).toHaveCount(1);

  const download = page.waitForEvent('download');
  await region.getByRole('button', { name: 'Export' }).click();
  expect((await download).suggestedFilename()).toBe('tabcast-history.json');

  await region.getByRole('button', { name: 'Remove A long evening' }).click();
  await expect(region).toHaveCount(0);
  await expect.poll(async () => (await held(page, origin.url)).positions[0]?.state).toBe('cleared');

  await watchUntilWritten(page, `${origin.url}${pages.watch(recordingId)}?t=100`);
  await page.goto(origin.url);
  await region.getByRole('button', { name: 'Pause history' }).click();
  await expect(region.getByRole('button', { name: 'History is paused' })).toHaveAttribute('aria-pressed', 'true');
  expect((await held(page, origin.url)).isPaused).toBe(true);
  await region.getByRole('button', { name: 'History is paused' }).click();
  await expect.poll(async () => (await held(page, origin.url)).isPaused).toBe(false);

  await region.getByRole('button', { name: 'Clear all' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
  await expect(region).toHaveCount(0);
  await expect.poll(async () => (await held(page, origin.url)).positions.length).toBe(0);
  await context.close();
});

test('offline, a log-out asks first, because what was watched cannot be sent', async ({
  browser,
  origin,
  recordingId,
}) => {
  const { context, page } = await device(browser);
  await enter(page, origin.url, 'Sign up', 'quinn');
  const account = await context.newPage();
  await account.goto(origin.url + pages.account);
  await expect(account.getByRole('button', { name: 'Log out' })).toBeVisible();
  await page.goto(`${origin.url}${pages.watch(recordingId)}?t=90`);
  await untilPlaying(page, 1);
  await context.setOffline(true);
  await untilPlaying(page, 7);
  await page.locator('video').click();
  await expect.poll(async () => (await videoState(page)).isPaused).toBe(true);
  await account.getByRole('button', { name: 'Log out' }).click();
  await expect(account.getByRole('dialog')).toContainText('could not be sent');
  await account.getByRole('button', { name: 'Stay logged in' }).click();
  await context.setOffline(false);
  await expect.poll(async () => (await held(page, origin.url)).positions.length).toBe(1);
  await account.getByRole('button', { name: 'Log out' }).click();
  await expect(account.getByRole('button', { name: 'Log in' })).toBeVisible();
  await context.close();
});

test('behind a live on purpose: on a fresh device too it is live, and the place that was left is one press away', async ({
  browser,
  origin,
}) => {
  const publisher = await publish({ origin: origin.url, title: 'Still going', pastSeconds: 150, heights: [360] });
  await publisher.reached(150);
  const laptop = await device(browser);
  await enter(laptop.page, origin.url, 'Sign up', 'rosa');
  const leftAtS = await watchUntilWritten(laptop.page, `${origin.url}${pages.watch(publisher.id)}?t=40`);
  expect(leftAtS).toBeGreaterThan(46);
  expect(leftAtS).toBeLessThan(70);
  await laptop.page.goto(origin.url + pages.account);
  await laptop.page.getByRole('button', { name: 'Log out' }).click();
  await expect(laptop.page.getByRole('button', { name: 'Log in' })).toBeVisible();
  await laptop.context.close();

  const { context, page } = await device(browser);
  await enter(page, origin.url, 'Log in', 'rosa');
  // Whatever the origin has no answer for at first is asked for again.
  const unanswered = [auth.me, api.positions, api.broadcast(publisher.id)];
  for (const path of unanswered)
    await page.route(origin.url + path, (route) => route.fulfill({ status: 503 }), { times: 1 });
  await page.goto(origin.url);
  const card = page.getByRole('region', { name: 'Continue watching' }).getByRole('listitem');
  await expect(card.filter({ hasText: 'Still going' })).toContainText('Live now, you were at');
  await page.goto(origin.url + pages.watch(publisher.id));
  await untilPlaying(page, 0.2);
  expect((await videoState(page)).positionS).toBeGreaterThan(120);
  await page.evaluate(() => window.forgetPictures(20));
  await page.getByRole('button', { name: 'Continue where you left' }).click();
  expectResumed(await firstShownS(page), leftAtS);
  await untilPlaying(page, 1);
  expect((await videoState(page)).positionS).toBeLessThan(leftAtS + 10);
  await page.getByRole('button', { name: 'Share from here' }).click();
  await expect(page.getByRole('status').filter({ hasText: /copied|at=/ })).toBeVisible();

  const rate = (): Promise<number> => page.locator('video').evaluate((video: HTMLVideoElement) => video.playbackRate);
  await page.getByRole('button', { name: '1.25× until live' }).click();
  await expect.poll(rate).toBe(1.25);
  await page.getByRole('button', { name: '1.25× until live' }).click();
  await expect.poll(rate).toBe(1);
  // From a few seconds behind, at the highest speed, which is the same thing sooner.
  const isLive = page.getByRole('button', { name: 'Go to live' }).filter({ hasText: /^\s*Live\s*$/ });
  await page.getByRole('button', { name: 'Go to live' }).click();
  await expect(isLive).toBeVisible();
  await untilPlaying(page, 0.5);
  await page.keyboard.press('ArrowLeft');
  await expect(isLive).toHaveCount(0);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: '2×', exact: true }).check();
  await expect.poll(rate).toBe(2);
  await expect(isLive).toBeVisible({ timeout: 90_000 });
  await expect.poll(rate).toBeLessThan(1.2);
  await context.close();
  await publisher.end();
});

test('a typed time and a shared link lead to the same moment', async ({ browser, origin, recordingId }) => {
  const { context, page } = await device(browser);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(origin.url + pages.watch(recordingId));
  await untilPlaying(page, 0.2);
  await page.getByLabel('Go to a time').fill('9:99:99');
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: 'beyond what there is' })).toBeVisible();
  await page.getByLabel('Go to a time').fill('4:00');
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await expect.poll(async () => (await videoState(page)).positionS).toBeGreaterThan(238);
  await page.getByRole('button', { name: 'Share from here' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/watch\/[a-z0-9]{16}\?t=(3m59s|4m(\d+s)?)$/);
  const other = await device(browser);
  await other.page.goto(link);
  await untilPlaying(other.page, 0.2);
  expect((await videoState(other.page)).positionS).toBeGreaterThan(237);
  await other.context.close();

  const { startedAt } = await broadcastDetail(origin.url, recordingId);
  await page.goto(`${origin.url}${pages.watch(recordingId)}?at=${Math.floor(((startedAt ?? 0) + 125_000) / 1000)}`);
  await untilPlaying(page, 0.2);
  const { positionS } = await videoState(page);
  expect(positionS).toBeGreaterThan(122);
  expect(positionS).toBeLessThan(140);
  await context.close();
});
