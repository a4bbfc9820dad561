import { expect } from '@playwright/test';
import type { Browser, Page } from 'puppeteer-core';
import type { PositionList } from '../../src/protocol/positions.ts';
import { api, pages } from '../../src/protocol/urls.ts';
import { installedFirefox, launchFirefox } from '../helpers/firefox.ts';
import { COUNTER, KEPT_BEFORE_S, noteFirstPicture, type ShownPicture, timeShownS } from '../helpers/first-picture.ts';
import { test as base } from '../helpers/fixtures.ts';
import { untilKept } from '../helpers/kept-places.ts';
import { publish } from '../helpers/publisher.ts';
import { shownText } from '../helpers/puppeteer-studio.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

const PASSWORD = 'four quiet words here';
const USERNAME = 'freya';

const test = base.extend<{ firefox: Browser }>({
  firefox: async ({ browserName }, use) => {
    expect(browserName, 'Firefox is the second device, beside this one').toBe('chromium');
    const browser = await launchFirefox();
    await use(browser);
    await browser.close();
  },
});
test.use({ originEnv: { BROADCAST_BY: 'anyone' } });
test.skip(installedFirefox() === undefined, 'there is no Firefox on this machine');

const videoS = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const find = (root: Document | ShadowRoot): HTMLVideoElement | undefined =>
      root.querySelector('video') ??
      [...root.querySelectorAll('*')].flatMap((one) => (one.shadowRoot ? (find(one.shadowRoot) ?? []) : []))[0];
    return find(document)?.currentTime ?? -1;
  });

/** Resolves once the picture has moved on by so many seconds; says what the page says when it does not. */
async function untilMoving(page: Page, seconds: number): Promise<void> {
  await expect.poll(() => videoS(page)).toBeGreaterThanOrEqual(0);
  const fromS = await videoS(page);
  await expect
    .poll(async () => ((await videoS(page)) > fromS + seconds ? 'moving' : await shownText(page)))
    .toBe('moving');
}

const firstPicture = (page: Page): Promise<ShownPicture | undefined> => page.evaluate(() => window.firstPicture);

async function expectFirstPicture(page: Page, leftAtS: number): Promise<void> {
  await expect.poll(async () => (await firstPicture(page)) !== undefined).toBe(true);
  const shownS = timeShownS(await firstPicture(page));
  expect(shownS).toBeGreaterThanOrEqual(leftAtS - 3 - KEPT_BEFORE_S);
  expect(shownS).toBeLessThanOrEqual(leftAtS + 0.1);
}

test('what was watched in Chromium goes on in a fresh Firefox: a recording, and a live from behind its edge', async ({
  browser,
  origin,
  firefox,
}) => {
  const past = await publish({
    origin: origin.url,
    title: 'A long evening',
    pastSeconds: 320,
    seconds: 320,
    heights: [360],
  });
  const live = await publish({ origin: origin.url, title: 'Still going', pastSeconds: 150, heights: [360] });
  await Promise.all([past.finished, live.reached(150)]);
  await past.end();
  await expect.poll(async () => (await broadcastDetail(origin.url, past.id)).state).toMatch(/ended|sealed/);

  const context = await browser.newContext();
  const first = await context.newPage();
  await first.goto(origin.url + pages.account);
  await first.getByLabel('Username').fill(USERNAME);
  await first.getByLabel('Password').fill(PASSWORD);
  await first.getByRole('button', { name: 'Sign up' }).click();
  await first.getByRole('button', { name: 'I have kept them' }).click();
  const leftAtS: number[] = [];
  for (const wish of [`${pages.watch(past.id)}?t=2m30s`, `${pages.watch(live.id)}?t=40`]) {
    await first.goto(origin.url + wish);
    await untilPlaying(first, 7);
    await first.locator('video').click();
    await expect.poll(async () => (await videoState(first)).isPaused).toBe(true);
    const { positionS } = await videoState(first);
    await untilKept(first, positionS);
    leftAtS.push(positionS);
  }
  const written = async (): Promise<number> =>
    ((await (await context.request.get(origin.url + api.positions)).json()) as PositionList).positions.length;
  await expect.poll(written).toBe(2);
  await first.goto(origin.url + pages.account);
  await first.getByRole('button', { name: 'Log out' }).click();
  await expect(first.getByRole('button', { name: 'Log in' })).toBeVisible();
  await context.close();

  const page = await firefox.newPage();
  await page.evaluateOnNewDocument(noteFirstPicture, COUNTER);
  await page.goto(origin.url + pages.account);
  await page.locator('>>> #username').fill(USERNAME);
  await page.locator('>>> #password').fill(PASSWORD);
  await page.locator('>>> #log-in').click();
  await expect.poll(() => shownText(page)).toContain('Log out');

  await page.goto(origin.url);
  await expect.poll(() => shownText(page)).toContain('Continue watching');
  await page.goto(origin.url + pages.watch(past.id));
  await expectFirstPicture(page, leftAtS[0] ?? Number.NaN);
  await untilMoving(page, 2);

  await page.goto(origin.url + pages.watch(live.id));
  await untilMoving(page, 2);
  await expect.poll(async () => (await firstPicture(page))?.mediaS ?? 0).toBeGreaterThan(120);
  await page.evaluate(() => window.forgetPictures(20));
  await page.locator('>>> resume-note >>> .primary').click();
  await expectFirstPicture(page, leftAtS[1] ?? Number.NaN);
  await untilMoving(page, 2);
  await live.end();
});
