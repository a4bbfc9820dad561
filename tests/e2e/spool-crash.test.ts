import { expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { BREAKABLE, breakEncoders } from '../helpers/breakable-encoder.ts';
import { changeEngine } from '../helpers/change-engine.ts';
import { type RunningOrigin, startOrigin } from '../helpers/origin.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { withCrashes } from './spool-browser.ts';
import { proveWhole, reservedBy } from './spool-proof.ts';
import { expectComplete, tracksOfCuts } from './timeline-proof.ts';

const durationMs = async (origin: RunningOrigin, id: string) => (await broadcastDetail(origin.url, id)).durationMs;
const untilLonger = (origin: RunningOrigin, id: string, thanMs: number) =>
  expect.poll(() => durationMs(origin, id)).toBeGreaterThan(thanMs);
const pill = (page: Page) => page.locator('status-pill');
const unfinished = (page: Page) => page.locator('studio-unfinished');

/** What this browser keeps of broadcasts: the tokens to send with, and what is not sent. */
const keptBy = (page: Page): Promise<{ sessions: number; folders: string[] }> =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('tabcast-studio');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const sessions = await new Promise<number>((resolve, reject) => {
      const counting = database.transaction('sessions').objectStore('sessions').count();
      counting.onsuccess = () => resolve(counting.result);
      counting.onerror = () => reject(counting.error);
    });
    database.close();
    const root = await navigator.storage.getDirectory();
    const folders: string[] = [];
    for await (const [name, handle] of root as unknown as AsyncIterable<[string, FileSystemHandle]>)
      if (handle.kind === 'directory')
        for await (const [inner] of handle as unknown as AsyncIterable<[string, FileSystemHandle]>)
          folders.push(`${name}/${inner}`);
    return { sessions, folders };
  });

test('P5 the browser is killed during an outage: the next one sends what was kept, goes on with the same broadcast, and every frame is there once', () => {
  return withCrashes(async (crashable, dataDir) => {
    const first = await startOrigin({ dataDir });
    const page = await crashable.start();
    const reserved = reservedBy(page);
    const { id } = await goLive(page, first.url, '?ladder=360,240');
    await untilLonger(first, id, 2000);
    await first.kill();
    await expect(pill(page)).toContainText(/Reconnecting: \d+ s safe/);
    await expect(pill(page)).toContainText(/Reconnecting: [6-9] s safe/);
    await crashable.kill();

    const origin = await startOrigin({ dataDir, port: first.port });
    const again = await crashable.start();
    await again.goto(origin.url + pages.studio);
    await expect(unfinished(again)).toContainText(/is still open: ([6-9]|1\d) s not yet sent\./);
    await unfinished(again).getByRole('button', { name: 'Resume' }).click();
    await expect(pill(again)).toContainText('You are live');
    const resumedMs = await durationMs(origin, id);
    await untilLonger(origin, id, resumedMs + 5000);
    await endStream(again);
    expect(await proveWhole(origin.url, await reserved)).toBeGreaterThan(150);

    await again.goto(origin.url + pages.studio);
    await expect(again.getByRole('button', { name: /camera and microphone/i })).toBeVisible();
    await expect(unfinished(again)).toBeHidden();
    expect(await keptBy(again), 'the token went with the end').toEqual({ sessions: 0, folders: [] });
    await origin.stop();
  });
});

test('P5 CUT5 a quality stops during an outage and the browser is killed before the server can be told: the recording is whole without it', () => {
  return withCrashes(async (crashable, dataDir) => {
    const first = await startOrigin({ dataDir });
    const page = await crashable.start();
    await changeEngine(page, BREAKABLE);
    await page.route(/\/ffmpeg\//, (route) => route.fulfill({ status: 404, body: '' }));
    const { id } = await goLive(page, first.url, '?ladder=360,240');
    await untilLonger(first, id, 2000);
    await first.kill();
    await expect(pill(page)).toContainText('Reconnecting');
    await breakEncoders(page, [360]);
    await expect(page.locator('health-panel')).toContainText('360p has stopped: its encoder failed');
    // The next boundary, or the one behind it, and two seconds that the quality lacks.
    await expect(pill(page)).toContainText(/Reconnecting: 2\d s safe/);
    await crashable.kill();

    const origin = await startOrigin({ dataDir, port: first.port });
    const again = await crashable.start();
    await again.goto(origin.url + pages.studio);
    await unfinished(again).getByRole('button', { name: 'End' }).click();
    await expect(pill(again)).toContainText('ended');
    await expectComplete(origin, id);
    expect(await tracksOfCuts(origin, id)).toEqual(['v240,a128']);
    await origin.stop();
  });
});

test('FENCE3 a second tab takes the broadcast over: the older one is told and stops, and nothing is missing', () => {
  return withCrashes(async (crashable, dataDir) => {
    const origin = await startOrigin({ dataDir });
    const older = await crashable.start();
    const reserved = reservedBy(older);
    const { id } = await goLive(older, origin.url, '?ladder=240');
    await untilLonger(origin, id, 2000);
    const newer = await crashable.newPage();
    await newer.goto(origin.url + pages.studio);
    await expect(unfinished(newer)).toContainText('is open in another tab of this browser.');
    await unfinished(newer).getByRole('button', { name: 'Resume' }).click();
    await expect(older.locator('problem-note')).toContainText('Another tab has taken over');
    await expect(pill(newer)).toContainText('You are live');
    const takenMs = await durationMs(origin, id);
    await untilLonger(origin, id, takenMs + 4000);
    await endStream(newer);
    expect(await proveWhole(origin.url, await reserved)).toBeGreaterThan(60);
    await origin.stop();
  });
});
