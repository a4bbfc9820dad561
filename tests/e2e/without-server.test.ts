import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { type RunningOrigin, startOrigin } from '../helpers/origin.ts';
import { publish } from '../helpers/publisher.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

/** Watches until the page and the seconds around the playhead are on this device, and pauses. Resolves with where. */
async function watchUntilKept(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await untilPlaying(page, 0.2);
  // Not what the line would get by itself: without the server it must be the quality that is kept.
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: /^360p/ }).check();
  await expect.poll(async () => (await videoState(page)).height).toBe(360);
  await untilPlaying(page, 6);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.locator('video').click();
  await expect.poll(async () => (await videoState(page)).isPaused).toBe(true);
  const { positionS } = await videoState(page);
  await expect.poll(async () => (await kept(page)).positionS).toBeCloseTo(positionS, 1);
  // What comes next was in another quality before, and comes anew.
  await expect.poll(async () => (await kept(page)).endS).toBeGreaterThan(positionS + 9);
  return positionS;
}

/** Of the only broadcast of which anything is kept: where it was left, and how far its 360p is there. */
const kept = (page: Page): Promise<{ positionS: number; endS: number }> =>
  page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('tabcast-kept');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const all = <T>(store: string): Promise<T[]> =>
      new Promise((resolve, reject) => {
        const asking = db.transaction(store).objectStore(store).getAll();
        asking.onsuccess = () => resolve(asking.result);
        asking.onerror = () => reject(asking.error);
      });
    const [facts] = await all<{ positionMs: number }>('facts');
    const blocks = await all<{ track: string; part: number }[]>('blocks');
    db.close();
    const parts = blocks.flat().flatMap(({ track, part }) => (track === 'v360' ? [part + 1] : []));
    return { positionS: (facts?.positionMs ?? Number.NaN) / 1000, endS: Math.max(0, ...parts) / 10 };
  });

/** Opened anew with nobody at the other end: plays on from at most `backS` before `leftAtS`, and for nine seconds. */
async function playsWithoutServer(context: BrowserContext, url: string, leftAtS: number, backS: number): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await untilPlaying(page, 0.2);
  const { positionS } = await videoState(page);
  expect(positionS).toBeGreaterThan(leftAtS - backS - 0.2);
  expect(positionS).toBeLessThan(leftAtS + 3);
  await expect.poll(async () => (await videoState(page)).positionS).toBeGreaterThan(leftAtS + 8);
  return page;
}

const finishedRecording = async (origin: RunningOrigin): Promise<string> => {
  const over = await publish({ origin: origin.url, pastSeconds: 60, seconds: 60, heights: [360, 480] });
  await over.finished;
  await over.end();
  await expect.poll(async () => (await broadcastDetail(origin.url, over.id)).state).toMatch(/ended|sealed/);
  return over.id;
};

test('with the server gone the page opens, the last seconds play, then it says so and goes on by itself when the server is back', async ({
  browser,
}) => {
  const origin = await startOrigin({ env: { BROADCAST_BY: 'anyone' } });
  const id = await finishedRecording(origin);
  const going = await publish({ origin: origin.url, pastSeconds: 60, heights: [360] });
  await going.reached(60);
  const context = await browser.newContext({ serviceWorkers: 'allow' });

  const watchUrl = `${origin.url}${pages.watch(id)}`;
  const first = await context.newPage();
  const leftAtS = await watchUntilKept(first, `${watchUrl}?t=20`);
  await first.close();
  const liveUrl = `${origin.url}${pages.watch(going.id)}`;
  const second = await context.newPage();
  await second.goto(`${liveUrl}?t=20`);
  await untilPlaying(second, 6);
  // Closed without a pause: what was written last may be two seconds older.
  const leftLiveAtS = (await videoState(second)).positionS;
  await second.close();

  await going.abandon();
  await origin.kill();
  const inLive = await playsWithoutServer(context, liveUrl, leftLiveAtS, 5);
  await inLive.close();
  const page = await playsWithoutServer(context, watchUrl, leftAtS, 3);
  await expect(page.locator('player-notice')).toContainText('The server does not answer');
  await expect(page.locator('player-notice')).toContainText(/Trying (again in \d+ s|now)/);
  const { positionS } = await videoState(page);

  const again = await startOrigin({
    env: { BROADCAST_BY: 'anyone' },
    port: origin.port,
    dataDir: origin.dataDir,
  });
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect.poll(async () => (await videoState(page)).positionS).toBeGreaterThan(positionS + 2);
  expect((await videoState(page)).positionS).toBeLessThan(positionS + 20);
  await context.close();
  await again.stop();
  await origin.stop();
});
