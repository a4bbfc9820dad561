import { chromium, expect } from '@playwright/test';
import puppeteer, { type Page } from 'puppeteer-core';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { numberedCameraFlags } from '../helpers/numbered-camera.ts';
import { numbersInSlots } from '../helpers/numbered-file.ts';
import { endStreamIn, goLiveIn } from '../helpers/puppeteer-studio.ts';
import { broadcastDetail } from '../helpers/studio.ts';

/** Drivers of browsers switch throttling off; people's browsers have it. */
const UNTHROTTLED = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

interface Turns {
  readonly isHidden: boolean;
  /** How often the page was asked to draw. */
  readonly drawn: number;
  /** How often a timer of 20 ms ran. */
  readonly timer: number;
}

/** Runs in the page; must not use anything from outside. */
function countTurns(): void {
  const turns = { drawn: 0, timer: 0 };
  Object.assign(window, { turns });
  const draw = (): void => {
    turns.drawn++;
    requestAnimationFrame(draw);
  };
  draw();
  setInterval(() => turns.timer++, 20);
}

const turnsOf = (page: Page): Promise<Turns> =>
  page.evaluate(() => ({
    ...(window as unknown as { turns: Omit<Turns, 'isHidden'> }).turns,
    isHidden: document.visibilityState === 'hidden',
  }));

const repeatsIn = (numbers: readonly number[]): number => numbers.filter((n, i) => n === numbers[i - 1]).length;

test('a hidden tab of a browser that slows hidden tabs down sends every picture, with its keys in time', async ({
  origin,
}) => {
  const { executablePath = chromium.executablePath(), args } = launchOptions([
    ...(await numberedCameraFlags()),
    '--use-fake-ui-for-media-stream',
  ]);
  const browser = await puppeteer.launch({ executablePath, args, ignoreDefaultArgs: UNTHROTTLED });
  try {
    const page = await browser.newPage();
    const id = await goLiveIn(page, `${origin.url}${pages.studio}?ladder=240`);
    const untilMedia = (ms: number) =>
      expect
        .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 90_000 })
        .toBeGreaterThan(ms);
    await page.evaluate(countTurns);
    await untilMedia(10_200);
    const seen = await turnsOf(page);
    expect(seen).toMatchObject({ isHidden: false });
    const other = await browser.newPage();
    await other.bringToFront();
    await expect.poll(async () => (await turnsOf(page)).isHidden).toBe(true);
    const before = await turnsOf(page);
    await untilMedia(20_500);
    const after = await turnsOf(page);
    // The browser does slow it down: nothing is drawn, and timers run about once a second.
    expect(after).toMatchObject({ isHidden: true, drawn: before.drawn });
    expect(after.timer - before.timer).toBeLessThan(seen.timer / 5);
    await page.bringToFront();
    await endStreamIn(page);

    const { tracks } = await broadcastDetail(origin.url, id);
    for (const track of tracks) {
      const fetched = await fetchTrack(origin.url, id, track, 2);
      expect((await checkSegments(fetched, DEFAULT_GRID)).problems).toEqual([]);
      if (track.kind === 'audio') continue;
      const numbers = await numbersInSlots(Buffer.concat([fetched.init, ...fetched.segments]), DEFAULT_GRID.frameRate);
      const visible = repeatsIn(numbers.slice(60, 300));
      const hidden = repeatsIn(numbers.slice(360, 600));
      // Any machine repeats one now and then; a slowed tab would repeat nearly all of them.
      expect(hidden).toBeLessThan(visible + 80);
    }
  } finally {
    await browser.close();
  }
});
