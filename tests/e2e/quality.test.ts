import { expect } from '@playwright/test';
import type { TimelineCut } from '../../src/protocol/broadcast.ts';
import { ingest, pages, parseMediaUrl } from '../../src/protocol/urls.ts';
import { test } from '../helpers/fixtures.ts';
import { type Publisher, publish } from '../helpers/publisher.ts';
import { startShaper } from '../helpers/shaper.ts';
import { untilPlaying, videoOf, videoState } from '../helpers/watch.ts';

test('when the line gets narrow the picture gets smaller inside the running 10 s segment, and goes on', async ({
  page,
  origin,
}) => {
  const publisher = await publish({ origin: origin.url, pastSeconds: 6 });
  const line = await startShaper(origin.url, { roundTripMs: 20, downBps: 20_000_000 });
  const asked: { segment: number; track: string }[] = [];
  page.on('request', (request) => {
    const media = parseMediaUrl(request.url());
    if (media === undefined || media.name.kind === 'init') return;
    if (media.name.track.startsWith('v')) asked.push({ segment: media.name.segment, track: media.name.track });
  });
  await page.goto(line.url + pages.watch(publisher.id));
  await untilPlaying(page, 2);
  await expect.poll(async () => (await videoState(page)).height).toBe(720);
  line.set({ roundTripMs: 20, downBps: 1_600_000 });
  await expect.poll(async () => (await videoState(page)).height).toBeLessThan(720);
  // Inside a segment: the same segment was asked for in two qualities.
  const tracksOf = new Map<number, Set<string>>();
  for (const { segment, track } of asked) tracksOf.set(segment, (tracksOf.get(segment) ?? new Set()).add(track));
  const mixed = [...tracksOf.values()].filter((tracks) => tracks.size > 1);
  expect(mixed.length).toBeGreaterThan(0);
  line.set({ roundTripMs: 20, downBps: 20_000_000 });
  await expect.poll(async () => (await videoState(page)).height).toBe(720);
  await untilPlaying(page, 1);
  await page.close();
  await publisher.abandon();
  await line.stop();
});

test('a quality chosen by hand is kept to, and is what the next visit plays in, behind a live too', async ({
  context,
  origin,
}) => {
  const publisher = await publish({ origin: origin.url, pastSeconds: 60, heights: [360, 480] });
  await publisher.reached(60);
  const url = `${origin.url}${pages.watch(publisher.id)}?t=20`;
  const first = await context.newPage();
  await first.goto(url);
  await untilPlaying(first, 0.2);
  await first.getByRole('button', { name: 'Settings' }).click();
  await first.getByRole('radio', { name: /^360p/ }).check();
  await expect.poll(async () => (await videoState(first)).height).toBe(360);
  await first.close();
  const next = await context.newPage();
  await next.goto(url);
  await untilPlaying(next, 6);
  expect((await videoState(next)).height).toBe(360);
  await next.getByRole('button', { name: 'Settings' }).click();
  await next.getByRole('radio', { name: /^480p/ }).check();
  await expect.poll(async () => (await videoState(next)).height).toBe(480);
  await untilPlaying(next, 1);
  await next.close();
  await publisher.abandon();
});

test('a quality that rests from the next segment on, told seconds before, is left without a stop or a seek', async ({
  page,
  origin,
}) => {
  const CUT_PART = 200;
  const publisher = await publish({
    origin: origin.url,
    pastSeconds: 13,
    heights: [360, 480],
    treat: (track, part) => (track === 'v480' && part >= CUT_PART ? 'drop' : 'send'),
  });
  await page.goto(origin.url + pages.watch(publisher.id));
  await expect.poll(async () => (await videoState(page)).height).toBe(480);
  const seeks = await videoOf(page).evaluateHandle((video: HTMLVideoElement) => {
    const places: number[] = [];
    video.addEventListener('seeking', () => places.push(video.currentTime));
    return places;
  });
  await tellCut(origin.url, publisher, { fromPart: CUT_PART, toPart: CUT_PART, tracks: ['v360', 'a128'] });
  // The player knows of the change, and has not come to it.
  await page.waitForResponse((answer) => answer.url().includes('manifest.mpd'));
  const toldAtS = (await videoState(page)).positionS;
  await expect.poll(async () => (await videoState(page)).positionS).toBeGreaterThan(toldAtS + 1.5);
  expect(publisher.nextPart()).toBeLessThan(CUT_PART);
  await expect.poll(async () => (await videoState(page)).positionS).toBeGreaterThan(CUT_PART / 10 + 1);
  expect((await videoState(page)).height).toBe(360);
  expect((await seeks.jsonValue()).filter((placeS) => placeS > toldAtS)).toEqual([]);
  await page.close();
  await publisher.abandon();
});

async function tellCut(originUrl: string, { id, token }: Publisher, cut: TimelineCut): Promise<void> {
  const answer = await fetch(originUrl + ingest.cuts(id), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(cut),
  });
  expect(answer.status).toBe(200);
}
