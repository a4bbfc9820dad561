import { expect } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';

test.use({
  launchOptions: launchOptions([...FAKE_CAMERA_FLAGS, '--autoplay-policy=no-user-gesture-required']),
  permissions: ['camera', 'microphone'],
});

test('a tab that stood still fills what it missed; after a long sleep it goes on by itself at the same link', async ({
  page,
  origin,
}) => {
  const { id, watchUrl } = await goLive(page, origin.url, '?ladder=240');
  const lagMs = async (): Promise<number> => {
    const { startedAt, durationMs } = await broadcastDetail(origin.url, id);
    return Date.now() - (startedAt ?? Number.NaN) - durationMs;
  };
  await expect.poll(lagMs).toBeLessThan(1_500);
  const engine = page.workers().find((worker) => worker.url().includes('engine.worker'));
  // Nothing runs there meanwhile, as in a frozen tab.
  await engine?.evaluate(() => {
    const until = performance.now() + 5_000;
    while (performance.now() < until);
  });
  await expect.poll(lagMs).toBeLessThan(1_500);
  await expect(page.getByText(/This computer stood still for \d seconds/)).toBeVisible();
  const durationMs = async (): Promise<number> => (await broadcastDetail(origin.url, id)).durationMs;
  await expect.poll(durationMs).toBeGreaterThan(10_200);
  const { tracks } = await broadcastDetail(origin.url, id);
  for (const track of tracks) {
    const { problems } = await checkSegments(await fetchTrack(origin.url, id, track, 1), DEFAULT_GRID);
    // An encoder from which nothing came for so long is replaced, and a new one begins with a key frame.
    expect(problems.filter((problem) => !problem.endsWith(' is a key frame'))).toEqual([]);
  }

  // The steady clock slept with the machine, the other one did not.
  await engine?.evaluate(() => {
    const real = Date.now;
    Date.now = () => real() + 90_000;
  });
  await expect(page.getByText(/This computer stood still for 1 minute/)).toBeVisible();
  await page.getByRole('status').filter({ hasText: 'You are live' }).waitFor();
  await expect(page.getByRole('link', { name: 'Watch page' })).toHaveAttribute('href', watchUrl);
  const wokeAtMs = await durationMs();
  await expect.poll(durationMs).toBeGreaterThan(wokeAtMs);
  await endStream(page);
});
