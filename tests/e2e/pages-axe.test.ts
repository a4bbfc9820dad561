import { expect, test } from '@playwright/test';
import { type RunningOrigin, startOrigin } from '../helpers/origin.ts';
import { expectAccessible } from './pages-axe.ts';
import { showStudio } from './pages-studio-fixture.ts';
import { STUDIO_STATES, type StudioStateName } from './pages-studio-states.ts';

let origin: RunningOrigin;
test.beforeAll(async () => {
  origin = await startOrigin();
});
test.afterAll(() => origin.stop());

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' });

    test('axe finds nothing on the home page', async ({ page }) => {
      await page.goto(origin.url);
      await expect(page.getByRole('heading', { name: 'Nobody is live yet' })).toBeVisible();
      await expectAccessible(page);
    });

    test('axe finds nothing on the capabilities page', async ({ page }) => {
      await page.goto(`${origin.url}/capabilities`);
      await expect(page.getByRole('status')).toContainText('This browser can');
      await expectAccessible(page);
    });

    test('axe finds nothing on the page for addresses that do not exist', async ({ page }) => {
      await page.goto(`${origin.url}/watch/short`);
      await expect(page.getByRole('link', { name: 'See all streams' })).toBeVisible();
      await expectAccessible(page);
    });

    test('axe finds nothing in any state of the studio, nor in its dialog', async ({ page }) => {
      await page.goto(`${origin.url}/studio`);
      for (const name of Object.keys(STUDIO_STATES) as StudioStateName[]) {
        await test.step(name, async () => {
          await showStudio(page, name);
          await expectAccessible(page);
        });
      }
      await showStudio(page, 'live');
      await page.getByRole('button', { name: 'End stream' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await expectAccessible(page);
    });
  });
}
