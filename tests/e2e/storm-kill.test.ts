import { expect, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { startOrigin } from '../helpers/origin.ts';
import { randomOf, rounds } from '../helpers/random.ts';
import { broadcastDetail, goLive } from '../helpers/studio.ts';
import { withCrashes } from './spool-browser.ts';
import { proveWhole, reservedBy } from './spool-proof.ts';

for (const seed of rounds(3, 20))
  test(`P5 the browser is killed at a random moment (seed ${seed}): End completes the recording with what is there`, () => {
    return withCrashes(async (crashable, dataDir) => {
      const origin = await startOrigin({ dataDir });
      const page = await crashable.start();
      const reserved = reservedBy(page);
      const { id } = await goLive(page, origin.url, '?ladder=240');
      const momentMs = 1000 + Math.floor(randomOf(seed)() * 4000);
      await expect.poll(async () => (await broadcastDetail(origin.url, id)).durationMs).toBeGreaterThan(momentMs);
      await crashable.kill();
      const again = await crashable.start();
      await again.goto(origin.url + pages.studio);
      await again.locator('studio-unfinished').getByRole('button', { name: 'End' }).click();
      await expect(again.locator('status-pill')).toContainText('ended');
      const lengthParts = await proveWhole(origin.url, await reserved, 'cut off');
      expect(lengthParts).toBeGreaterThanOrEqual(Math.floor(momentMs / 100));
      await origin.stop();
    });
  });
