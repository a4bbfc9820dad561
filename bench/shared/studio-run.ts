import { type Browser, chromium, type Page } from '@playwright/test';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import type { Track } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../../tests/helpers/browser.ts';
import { letHelpersHelp } from '../../tests/helpers/lend.ts';
import { takeIsolationAway } from '../../tests/helpers/not-isolated.ts';
import { type RunningOrigin, startOrigin } from '../../tests/helpers/origin.ts';
import { broadcastDetail, openGreenRoom, startLive } from '../../tests/helpers/studio.ts';
import { type CameraOptions, cameraScript } from './camera.ts';

/** A real origin, and a real studio in a browser of its own that is live with the bench's camera. */
export interface StudioRun {
  readonly origin: RunningOrigin;
  readonly studio: Page;
  readonly id: string;
  readonly tracks: readonly Track[];
  stop(): Promise<void>;
}

export interface StudioRunOptions extends CameraOptions {
  /** Appended to `/studio`, for what the studio lets an address choose. */
  readonly studioQuery: string;
  /** The studio sends its largest picture only. */
  readonly isHelped?: boolean;
  /** The studio shares no memory with its workers, as behind a proxy that drops headers. */
  readonly isNotIsolated?: boolean;
  /** Environment of the origin beyond what it needs. */
  readonly originEnv?: Readonly<Record<string, string>>;
}

/** Sound must run without a click, and a tab behind another must not be slowed: nothing else is changed. */
export const BENCH_FLAGS: readonly string[] = [
  ...FAKE_CAMERA_FLAGS,
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
];

export const launchBrowser = (flags: readonly string[] = []): Promise<Browser> =>
  chromium.launch(launchOptions([...BENCH_FLAGS, ...flags]));

export async function startStudioRun(options: StudioRunOptions): Promise<StudioRun> {
  const origin = await startOrigin({ env: options.originEnv ?? {} });
  const browser = await launchBrowser();
  const context = await browser.newContext({ permissions: ['camera', 'microphone'], bypassCSP: true });
  await context.addInitScript(cameraScript(options));
  const studio = await context.newPage();
  if (options.isNotIsolated === true) await takeIsolationAway(studio);
  const { id } = await openGreenRoom(studio, origin.url, options.studioQuery);
  if (options.isHelped === true) await letHelpersHelp(studio);
  await startLive(studio);
  const { tracks } = await untilLive(origin.url, id);
  return {
    origin,
    studio,
    id,
    tracks,
    async stop() {
      await browser.close();
      await origin.stop();
    },
  };
}

/** What share of the rate that was asked for came out, per picture track, over one finished segment. */
export async function rateShares(run: StudioRun, segment: number): Promise<Readonly<Record<string, number>>> {
  const shares: Record<string, number> = {};
  for (const track of run.tracks.filter(({ kind }) => kind === 'video')) {
    const answer = await fetch(run.origin.url + live.segment(run.id, track.id, segment));
    shares[track.id] = ((await answer.bytes()).length * 8) / 10 / track.bitrateBps;
  }
  return shares;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const START_WITHIN_MS = 20_000;

/** The studio says live as soon as it sends; the origin says it once it has what to show. */
async function untilLive(originUrl: string, id: string): Promise<BroadcastDetail> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const detail = await broadcastDetail(originUrl, id);
    if (detail.state === 'live') return detail;
    if (Date.now() > deadline) throw new Error(`the studio says live, the origin says ${detail.state}`);
    await pause(100);
  }
}

/** Resolves when so many seconds of media are with the origin. Throws when the broadcast stops before. */
export async function untilMedia(run: StudioRun, seconds: number): Promise<void> {
  for (;;) {
    const { durationMs, state } = await broadcastDetail(run.origin.url, run.id);
    if (durationMs >= seconds * 1000) return;
    if (state !== 'live') {
      const words = await run.studio.getByRole('status').allInnerTexts();
      throw new Error(`the broadcast is ${state} after ${durationMs} ms; the studio says: ${words.join(' ')}`);
    }
    await pause(200);
  }
}
