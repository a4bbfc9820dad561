import { expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { fillRates } from '../helpers/full-rates.ts';
import { startOrigin } from '../helpers/origin.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { withCrashes } from './spool-browser.ts';
import { expectComplete, tracksOfCuts } from './timeline-proof.ts';

const pill = (page: Page) => page.locator('status-pill');
const panel = (page: Page) => page.locator('health-panel');

/** What the studio says it left out of the best quality; 0 while it says nothing. */
async function leftOutS(page: Page): Promise<number> {
  const words = await panel(page).getByText('ran out of room').allInnerTexts();
  const [, seconds = '0'] = /Left out: 360p \((\d+) s\)/.exec(words.join(' ')) ?? [];
  return Number(seconds);
}

test('a full spool gives up the oldest seconds of the best quality, says so, and remembers it when the browser is killed: the recording goes on without them', () => {
  return withCrashes(async (crashable, dataDir) => {
    const first = await startOrigin({ dataDir });
    const page = await crashable.start();
    // A flat picture would take minutes to fill the room.
    await fillRates(page, 1.2);
    const { id } = await goLive(page, first.url, '?ladder=360,240&spool=4');
    await expect.poll(async () => (await broadcastDetail(first.url, id)).durationMs).toBeGreaterThan(9000);
    await first.kill();
    await expect(panel(page)).toContainText('This tab ran out of room. Left out: 360p', { timeout: 90_000 });
    const second = await startOrigin({ dataDir, port: first.port });
    await expect(pill(page)).toContainText('You are live', { timeout: 90_000 });
    await expect.poll(() => tracksOfCuts(second, id)).toContain('v240,a128');
    await expect(pill(page)).not.toContainText('still to be sent');

    const toldS = await leftOutS(page);
    await second.kill();
    await expect.poll(() => leftOutS(page), { timeout: 90_000 }).toBeGreaterThan(toldS);
    const lostS = await leftOutS(page);
    await crashable.kill();
    const third = await startOrigin({ dataDir, port: first.port });
    const again = await crashable.start();
    await again.goto(third.url + pages.studio);
    await again.locator('studio-unfinished').getByRole('button', { name: 'Resume' }).click();
    await expect(pill(again)).toContainText('You are live');
    await expect.poll(() => leftOutS(again)).toBe(lostS);
    await expect(pill(again)).not.toContainText('still to be sent');
    await endStream(again);
    await expectComplete(third, id);
    const { cuts } = await broadcastDetail(third.url, id);
    expect(cuts.filter((cut) => cut.tracks.join() === 'v240,a128').length).toBeGreaterThan(1);
    expect(cuts.every((cut) => cut.fromPart === cut.toPart && cut.tracks.join().endsWith('v240,a128'))).toBe(true);
    await third.stop();
  });
});
