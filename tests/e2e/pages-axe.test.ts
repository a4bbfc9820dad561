import { expect } from '@playwright/test';
import { test } from '../helpers/fixtures.ts';
import { expectAccessible } from './pages-axe.ts';
import { showStudio } from './pages-studio-fixture.ts';
import { STUDIO_STATES, type StudioStateName } from './pages-studio-states.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' });

    test('axe finds nothing on the capabilities page', async ({ page, origin }) => {
      await page.goto(`${origin.url}/capabilities`);
      await expect(page.getByRole('status')).toContainText('This browser can');
      await expectAccessible(page);
    });

    test('axe finds nothing on the page for addresses that do not exist', async ({ page, origin }) => {
      await page.goto(`${origin.url}/watch/short`);
      await expect(page.getByRole('link', { name: 'See all streams' })).toBeVisible();
      await expectAccessible(page);
    });

    test('axe finds nothing in any state of the studio, nor in its dialog', async ({ page, origin }) => {
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
