import type { Browser, Page } from '@playwright/test';
import { startShaper } from '../../tests/helpers/shaper.ts';
import { broadcastDetail } from '../../tests/helpers/studio.ts';
import { videoOf } from '../../tests/helpers/watch.ts';
import { type Cell, percentile } from '../shared/report.ts';
import type { StudioRun } from '../shared/studio-run.ts';
import { openViewer } from '../shared/viewer.ts';

const HANG_MS = 5000;
const LINE = { roundTripMs: 40, downBps: 8_000_000 };
/** Nearer to the edge a seek is a jump to live, another thing. */
const EDGE_MS = 5000;

/** Random places before the live edge, chosen on the seek bar as a person does; time to the first frame of the place. */
export async function seekRandomly(
  browser: Browser,
  run: StudioRun,
  count: number,
): Promise<{ summary: Readonly<Record<string, Cell>>; tookMs: readonly (number | null)[] }> {
  const line = await startShaper(run.origin.url, LINE);
  const viewer = await openViewer(browser, line.url, run.id, 'feed');
  const tookMs: (number | null)[] = [];
  try {
    await viewer.page.waitForTimeout(4000);
    for (let i = 0; i < count; i++) {
      const { durationMs } = await broadcastDetail(run.origin.url, run.id);
      tookMs.push(await seekOnce(viewer.page, Math.random() * Math.max(0, durationMs - EDGE_MS)));
    }
  } finally {
    await viewer.close();
    await line.stop();
  }
  const done = tookMs.filter((ms) => ms !== null);
  return {
    tookMs,
    summary: {
      seeks: count,
      p50: percentile(done, 0.5),
      p95: percentile(done, 0.95),
      worst: done.length === 0 ? null : Math.max(...done),
      [`hung (${HANG_MS / 1000} s)`]: tookMs.length - done.length,
    },
  };
}

/** Null when no frame of the new place was shown in time. */
async function seekOnce(page: Page, mediaMs: number): Promise<number | null> {
  const bar = page.locator('player-seek-bar input');
  const shown = videoOf(page).evaluate(
    (video: HTMLVideoElement, { targetS, hangMs }) =>
      new Promise<number | null>((resolve) => {
        const startedAt = performance.now();
        const timer = setTimeout(() => resolve(null), hangMs);
        const onFrame = (nowMs: number, { mediaTime }: VideoFrameCallbackMetadata): void => {
          // Snapped to the key grid, the place may be a GOP earlier or later than asked.
          if (Math.abs(mediaTime - targetS) > 2.6) video.requestVideoFrameCallback(onFrame);
          else {
            clearTimeout(timer);
            resolve(nowMs - startedAt);
          }
        };
        video.requestVideoFrameCallback(onFrame);
      }),
    { targetS: mediaMs / 1000, hangMs: HANG_MS },
  );
  await bar.evaluate((input: HTMLInputElement, ms) => {
    input.value = String(ms);
    input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    input.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
  }, mediaMs);
  return shown;
}
