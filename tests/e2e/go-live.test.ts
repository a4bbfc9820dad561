import { expect, type Page } from '@playwright/test';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { test as base } from '../helpers/fixtures.ts';
import {
  checkParts,
  checkSegments,
  edgeDistanceMs,
  type FetchedTrack,
  fetchTrack,
  type SegmentEdges,
} from '../helpers/media-checks.ts';
import { appendPartByPart } from '../helpers/mse.ts';
import { broadcastDetail, broadcastList, endStream, goLive, type LiveStudio } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';

const WHOLE_SEGMENTS = 2;

interface Session {
  readonly studio: Page;
  readonly viewer: Page;
  readonly live: LiveStudio;
}

/** One broadcast from a real studio, for all tests of this file: they follow it from going live to its recording. */
const test = base.extend<object, { session: Session }>({
  session: [
    async ({ browser, origin }, use) => {
      const creator = await browser.newContext({ permissions: ['camera', 'microphone'] });
      const audience = await browser.newContext();
      const studio = await creator.newPage();
      const live = await goLive(studio, origin.url);
      await use({ studio, live, viewer: await audience.newPage() });
      await audience.close();
      await creator.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS) });
test.describe.configure({ mode: 'serial' });

test('going live: the status says so, the link leads to a page that plays', async ({ origin, session }) => {
  const { studio, viewer, live } = session;
  await expect(studio.getByRole('status').filter({ hasText: 'You are live' })).toBeVisible();
  await expect.poll(async () => (await broadcastDetail(origin.url, live.id)).state).toBe('live');
  await viewer.goto(origin.url + pages.watch(live.id));
  await untilPlaying(viewer, 2);
  expect((await videoState(viewer)).height).toBeGreaterThan(0);
});

test('a creator who asks to leave while live is warned', async ({ session }) => {
  const asked = session.studio.waitForEvent('dialog');
  const leaving = session.studio.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await leaving;
});

test('ending: the open watch page becomes the recording without a reload', async ({ origin, session }) => {
  const { studio, viewer, live } = session;
  await expect
    .poll(async () => (await broadcastDetail(origin.url, live.id)).durationMs, { timeout: 90_000 })
    .toBeGreaterThan(WHOLE_SEGMENTS * 10_000 + 1500);
  await viewer.evaluate(() => {
    Object.assign(window, { wasNeverReloaded: true });
  });
  await endStream(studio);
  await expect.poll(async () => (await broadcastDetail(origin.url, live.id)).state).toMatch(/^(ended|sealed)$/);
  await expect.poll(async () => (await videoState(viewer)).durationS).toBeGreaterThan(20);
  expect(await viewer.evaluate(() => 'wasNeverReloaded' in window)).toBe(true);
});

test('API1 the list of broadcasts holds the recording, with its length', async ({ origin, session }) => {
  const { live } = session;
  const listed = (await broadcastList(origin.url)).find((one) => one.id === live.id);
  expect(listed).toMatchObject({ state: expect.stringMatching(/^(ended|sealed)$/) });
  expect(listed?.durationMs).toBeGreaterThan(WHOLE_SEGMENTS * 10_000);
});

const fetchAll = async (originUrl: string, detail: BroadcastDetail): Promise<FetchedTrack[]> => {
  const fetched: FetchedTrack[] = [];
  for (const track of detail.tracks) fetched.push(await fetchTrack(originUrl, detail.id, track, WHOLE_SEGMENTS));
  return fetched;
};

test('GRID1 GRID4 GRID5 ffprobe finds 10 s of frames in every segment, keys every 2 s, equal edges everywhere', async ({
  origin,
  session,
}) => {
  const detail = await broadcastDetail(origin.url, session.live.id);
  expect(detail.tracks.filter((track) => track.kind === 'video').length).toBeGreaterThanOrEqual(1);
  expect(detail.tracks.filter((track) => track.kind === 'audio')).toHaveLength(1);
  let picture: SegmentEdges | undefined;
  for (const fetched of await fetchAll(origin.url, detail)) {
    const { problems, edges } = await checkSegments(fetched, detail.grid ?? DEFAULT_GRID);
    expect(problems).toEqual([]);
    await decodeAll(fetched.init, ...fetched.segments);
    if (fetched.track.kind === 'video') {
      picture ??= edges;
      expect(edges).toEqual(picture);
    } else expect(edgeDistanceMs(edges, picture ?? [])).toBeLessThanOrEqual(40);
  }
});

test('PART1 to PART6 mp4box finds one whole chunk on its place in every part of a segment', async ({
  origin,
  session,
}) => {
  const detail = await broadcastDetail(origin.url, session.live.id);
  for (const fetched of await fetchAll(origin.url, detail))
    expect(await checkParts(origin.url, detail.id, fetched, 1, detail.grid ?? DEFAULT_GRID)).toEqual([]);
});

test('Chromium takes every track part by part into one unbroken range', async ({ origin, session }) => {
  const { viewer, live } = session;
  const detail = await broadcastDetail(origin.url, live.id);
  for (const track of detail.tracks) {
    const ranges = await appendPartByPart(viewer, detail, track, 120);
    expect(ranges, track.id).toHaveLength(1);
    expect(ranges[0]?.startS).toBeLessThan(0.03);
    expect(ranges[0]?.endS).toBeGreaterThan(11.9);
  }
});

test('the page that saw the end plays the recording from its start when asked, still without a reload', async ({
  session,
}) => {
  const { viewer } = session;
  await viewer.getByRole('button', { name: /^play$/i }).click();
  await untilPlaying(viewer, 1);
  expect((await videoState(viewer)).positionS).toBeLessThan(10);
  expect(await viewer.evaluate(() => 'wasNeverReloaded' in window)).toBe(true);
});

test('the same link, opened anew, plays the recording from its start', async ({ session }) => {
  const { viewer } = session;
  await viewer.reload();
  await untilPlaying(viewer, 1);
  expect((await videoState(viewer)).positionS).toBeLessThan(10);
});
