import { expect, type Page } from '@playwright/test';
import { launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { showStudio } from './pages-studio-fixture.ts';
import { STUDIO_STATES, type StudioStateName } from './pages-studio-states.ts';

/** A name that is not localhost, for the browser's idea of a secure address. */
const PLAIN_HOST = 'tabcast.test';
test.use({ launchOptions: launchOptions([`--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`]) });

const EVERY_STATE = Object.keys(STUDIO_STATES) as StudioStateName[];

/** The deepest focused element, through shadow roots: its role or tag, and its name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!(element instanceof HTMLElement)) return '';
    const label =
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels?.[0] : element;
    return `${element.localName} ${label?.textContent?.trim() ?? ''}`;
  });

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('the keyboard alone reaches everything of a live studio, in the order it is read', async ({ page, origin }) => {
  await page.goto(`${origin.url}/studio`);
  await showStudio(page, 'live');
  const walk: string[] = [];
  for (let step = 0; step < 18; step++) {
    await page.keyboard.press('Tab');
    walk.push(await focused(page));
  }
  expect(walk).toEqual([
    'a Skip to the content',
    'a Tabcast',
    'a Log in',
    'a All streams',
    'button Mute',
    'button Camera off',
    'button End stream',
    'button Copy link',
    'a Watch page',
    'input Title',
    'button Camera',
    'button Screen',
    'button Screen and camera',
    'button Sound only',
    'button Play a video',
    'select Camera',
    'select Microphone',
    'input ',
  ]);
});

test('the skip link jumps over the navigation', async ({ page, origin }) => {
  await page.goto(`${origin.url}/capabilities`);
  await expect(page.getByRole('main')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('the dialog is driven by the keyboard and keeps the focus', async ({ page, origin }) => {
  await page.goto(`${origin.url}/studio`);
  await showStudio(page, 'live');
  await page.getByRole('button', { name: 'End stream' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Keep streaming' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'End stream' })).toBeFocused();
});

for (const [name, viewport] of Object.entries({
  'a phone': { width: 390, height: 844 },
  'a desktop zoomed to 200 %': { width: 640, height: 400 },
  'a desktop zoomed to 400 %': { width: 320, height: 256 },
}))
  test(`on ${name} nothing is wider than the page`, async ({ page, origin }) => {
    await page.setViewportSize(viewport);
    for (const path of ['/', '/capabilities', '/account', '/admin', '/watch/short']) {
      await page.goto(origin.url + path);
      await expect(page.getByRole('main')).toBeVisible();
      expect(await overflow(page), path).toBeLessThanOrEqual(0);
    }
    await page.goto(`${origin.url}/studio`);
    for (const state of EVERY_STATE) {
      await showStudio(page, state);
      expect(await overflow(page), state).toBeLessThanOrEqual(0);
    }
  });

test('everything to press is at least 44 pixels high', async ({ page, origin }) => {
  await page.goto(`${origin.url}/studio`);
  for (const state of EVERY_STATE) {
    await showStudio(page, state);
    for (const target of await page.locator('button:visible, select:visible, input:visible, a:visible').all()) {
      // A box to tick is pressed anywhere on its words.
      const height = await target.evaluate(
        (element) =>
          (element.matches('[type=checkbox]') ? (element.closest('label') ?? element) : element).getBoundingClientRect()
            .height,
      );
      expect(height, `${state}: ${await target.textContent()}`).toBeGreaterThanOrEqual(44);
    }
  }
});

test('no page asks anybody but its own origin, nor logs an error', async ({ page, origin }) => {
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(origin.url)) foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  for (const path of ['/', '/capabilities', '/account', '/admin', '/studio']) {
    await page.goto(origin.url + path);
    await expect(page.getByRole('main')).toBeVisible();
  }
  for (const state of EVERY_STATE) await showStudio(page, state);
  await showStudio(page, 'live');
  await page.getByRole('button', { name: 'End stream' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(foreign).toEqual([]);
  expect(errors).toEqual([]);
});

test('over plain HTTP off localhost the studio says what to do', async ({ page, origin }) => {
  await page.goto(`http://${PLAIN_HOST}:${new URL(origin.url).port}/studio`);
  await expect(page.getByRole('alert')).toContainText('This page needs a secure address');
  await expect(page.getByRole('alert')).toContainText('PUBLIC_URL');
  await page.goto(`http://${PLAIN_HOST}:${new URL(origin.url).port}/capabilities`);
  await expect(page.getByRole('status')).toContainText('To go live, see what is missing');
});

test('the capabilities page names the sizes that the encoder really made', async ({ page, origin }) => {
  await page.goto(`${origin.url}/capabilities`);
  const row = page.getByRole('listitem').filter({ hasText: 'H.264 picture encoder' });
  await expect(row).toContainText(/Encoded one real picture at each of: .*720p HD/);
  await expect(page.getByRole('status')).toHaveText('This browser can watch and go live.');
});

test('the report of the capabilities page is copied whole, as text for an issue', async ({ page, origin }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${origin.url}/capabilities`);
  await page.getByRole('button', { name: 'Copy the report' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toContain('Chrome/');
  expect(text).toMatch(/^- H\.264 picture encoder: yes\. /m);
  expect(text).toMatch(/^- Encoder in a worker: yes\. /m);
  expect(text).not.toContain('not tried');
});

test('an address that is no page leads home', async ({ page, origin }) => {
  await page.goto(`${origin.url}/watch/<b>`);
  await expect(page.getByRole('heading', { name: 'There is no page at this address' })).toBeVisible();
  await page.getByRole('link', { name: 'See all streams' }).click();
  await expect(page).toHaveURL(`${origin.url}/`);
});
