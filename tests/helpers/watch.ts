import { expect, type Page } from '@playwright/test';
import { until } from './until.ts';

/** What the page's one <video> shows. */
export interface VideoState {
  readonly positionS: number;
  readonly width: number;
  readonly height: number;
  readonly isPaused: boolean;
  readonly durationS: number | null;
}

/** The one <video> of a watch page, wherever in the shadow it is. */
export const videoOf = (page: Page) => page.locator('video');

export function videoState(page: Page): Promise<VideoState> {
  return videoOf(page).evaluate((element: HTMLVideoElement) => ({
    positionS: element.currentTime,
    width: element.videoWidth,
    height: element.videoHeight,
    isPaused: element.paused,
    durationS: Number.isFinite(element.duration) ? element.duration : null,
  }));
}

/** Resolves once the picture is there and has moved on by so many seconds. */
export async function untilPlaying(page: Page, seconds = 1, timeoutMs = 90_000): Promise<void> {
  await expect(videoOf(page)).toHaveCount(1, { timeout: timeoutMs });
  await until(async () => (await videoState(page)).width, { timeout: timeoutMs }).toBeGreaterThan(0);
  const { positionS } = await videoState(page);
  await until(async () => (await videoState(page)).positionS, { timeout: timeoutMs }).toBeGreaterThan(
    positionS + seconds,
  );
}
