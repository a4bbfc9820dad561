import { expect, type Page } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying } from '../helpers/watch.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

/** What a page's policy refused, in the browser's words. */
async function refusalsOf(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.addInitScript(() => {
    const refused: string[] = [];
    Object.assign(window, { refused });
    addEventListener('securitypolicyviolation', (event) =>
      refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample} ${event.sourceFile}`),
    );
  });
  return () => page.evaluate(() => (window as unknown as { refused: string[] }).refused);
}

test('Trusted Types: every page, a live studio and dash.js work under them, and text becomes neither markup nor a script', async ({
  page,
  context,
  origin,
}) => {
  const refusals = await refusalsOf(page);
  for (const path of ['/', '/account', '/admin', '/capabilities', '/watch/short']) {
    await page.goto(origin.url + path);
    await expect(page.getByRole('main')).toBeVisible();
    expect(await refusals(), path).toEqual([]);
  }
  const { id } = await goLive(page, origin.url, '?ladder=240');
  const viewer = await context.newPage();
  const viewerRefusals = await refusalsOf(viewer);
  await viewer.goto(origin.url + pages.watch(id));
  await untilPlaying(viewer, 3);
  expect(await viewerRefusals()).toEqual([]);
  await endStream(page);
  expect(await refusals()).toEqual([]);
  const attempts = await viewer.evaluate(() => {
    const outcomeOf = (attempt: () => unknown): string => {
      try {
        attempt();
        return 'done';
      } catch (error) {
        return error instanceof Error ? error.name : 'thrown';
      }
    };
    return [
      outcomeOf(() => {
        document.createElement('p').innerHTML = '<img src=x>';
      }),
      outcomeOf(() => new Worker('https://elsewhere.example/a.js')),
      outcomeOf(() => {
        document.createElement('script').src = 'data:text/javascript,1';
      }),
    ];
  });
  expect(attempts).toEqual(['TypeError', 'TypeError', 'TypeError']);
});
