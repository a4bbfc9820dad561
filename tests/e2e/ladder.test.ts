import { expect, type Page, test } from '@playwright/test';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { startOrigin } from '../helpers/origin.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';
import { expectComplete, tracksOfCuts } from './timeline-proof.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

/**
 * In front of the engine's own code: a machine on which encoding a picture takes `costMs`, one after another, while
 * the channel says so. A browser cannot slow its own encoders down, and throttling through DevTools spares workers.
 */
const slowMachine = (costMs: number): string => `
  const Real = VideoEncoder;
  let isSlow = false;
  let freeAt = 0;
  new BroadcastChannel('slow-machine').onmessage = ({ data }) => { isSlow = data; };
  self.VideoEncoder = class extends Real {
    constructor(init) {
      super({ ...init, output(chunk, metadata) {
        freeAt = Math.max(performance.now(), freeAt) + (isSlow ? ${costMs} : 0);
        const wait = freeAt - performance.now();
        if (wait < 1) init.output(chunk, metadata);
        else setTimeout(() => init.output(chunk, metadata), wait);
      } });
    }
  };
`;

async function installSlowMachine(page: Page, costMs: number): Promise<void> {
  await page.route(/engine\.worker[^/]*\.js$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: slowMachine(costMs) + (await answer.text()) });
  });
}

const setSlow = (page: Page, isSlow: boolean): Promise<void> =>
  page.evaluate((value) => new BroadcastChannel('slow-machine').postMessage(value), isSlow);

test('a machine that gets too slow lets one quality rest and takes it back; no key frame is missed, the viewer plays on', async ({
  page,
  browser,
}) => {
  test.setTimeout(150_000);
  const origin = await startOrigin();
  await installSlowMachine(page, 13);
  const { id } = await goLive(page, origin.url, '?ladder=480,360,240&calm=5');
  const watching = await browser.newPage();
  await watching.goto(`${origin.url}/watch/${id}`);
  await untilPlaying(watching, 1);
  await setSlow(page, true);
  await expect(page.locator('health-panel')).toContainText('360p rests: this machine cannot encode', {
    timeout: 40_000,
  });
  await expect.poll(() => tracksOfCuts(origin, id)).toEqual(['v480,v240,a128']);
  await setSlow(page, false);
  await expect
    .poll(() => tracksOfCuts(origin, id), { timeout: 60_000 })
    .toEqual(['v480,v240,a128', 'v480,v360,v240,a128']);
  const [, back] = (await broadcastDetail(origin.url, id)).cuts;
  await expect
    .poll(async () => (await videoState(watching)).positionS, { timeout: 40_000 })
    .toBeGreaterThan((back?.toPart ?? 0) / 10 + 2);
  await expect(page.locator('health-panel')).not.toContainText('saw a break');
  await watching.close();
  await endStream(page);
  await expectComplete(origin, id);
  await origin.stop();
});
