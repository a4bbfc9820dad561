import { writeFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { MAX_WAIT_MS } from '../../src/encode/slot-queue.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { beepTimes } from '../helpers/beeps.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { numberedFile, numbersInSlots } from '../helpers/numbered-file.ts';
import { sharedBytes } from '../helpers/shared-memory.ts';
import { broadcastDetail, endStream } from '../helpers/studio.ts';

test.use({
  launchOptions: launchOptions([
    ...FAKE_CAMERA_FLAGS,
    '--use-fake-ui-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
  ]),
});

const RATE = 30;
const TOGETHER_MS = 40;

async function chooseFile(page: Page, file: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Play a video', exact: true }).click();
  await (await chooser).setFiles(file);
}

const steps = (numbers: readonly number[]): number[] => numbers.slice(1).map((n, i) => n - (numbers[i] ?? 0));

test('a film, turned by its metadata, goes out by the clock: every picture in order, its sound with it, again without a seam, still when paused', async ({
  page,
  browser,
  origin,
}) => {
  const seconds = 8;
  const film = await numberedFile({
    size: '848x480',
    rate: RATE,
    seconds,
    hasSound: true,
    // It beeps for the first tenth of every second.
    output:
      "-af volume='if(lt(mod(t,1),0.1),1,0)':eval=frame -c:v libx264 -preset ultrafast -bf 2 -g 60 -c:a aac -ar 44100 -shortest",
    extension: 'mp4',
    filter: 'transpose=1',
    remux: '-metadata:s:v:0 rotate=90',
  });
  await page.goto(`${origin.url}${pages.studio}?ladder=360`);
  await chooseFile(page, film);
  const href = await page.getByRole('link', { name: 'Watch page' }).getAttribute('href');
  await page.getByRole('checkbox', { name: 'Play again and again' }).check();
  await page.getByRole('button', { name: 'Mute', exact: true }).click();
  await page.getByRole('button', { name: 'Go live' }).click({ timeout: 90_000 });
  await page.getByRole('status').filter({ hasText: 'You are live' }).waitFor({ timeout: 90_000 });
  const id = /\/watch\/([a-z0-9]{16})/.exec(href ?? '')?.[1] ?? '';
  const untilMedia = (ms: number) =>
    expect
      .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 90_000 })
      .toBeGreaterThan(ms);
  const sharedBefore = await sharedBytes(browser);
  await untilMedia(14_000);
  // Of 400 pictures and of the preview nothing stays; drawn on a canvas they would hold some 250 MB.
  expect((await sharedBytes(browser)) - sharedBefore).toBeLessThan(100_000_000);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await untilMedia(20_500);
  await endStream(page);

  const { tracks, grid } = await broadcastDetail(origin.url, id);
  const pieces: Record<string, readonly Uint8Array[]> = {};
  for (const track of tracks) {
    const fetched = await fetchTrack(origin.url, id, track, 2);
    const { problems } = await checkSegments(fetched, grid ?? DEFAULT_GRID);
    expect(problems.filter((problem) => !problem.endsWith(' is a key frame'))).toEqual([]);
    pieces[track.kind] = [fetched.init, ...fetched.segments];
  }
  const numbers = await numbersInSlots(Buffer.concat(pieces['video'] ?? []), RATE);
  const beeps = await beepTimes(...(pieces['audio'] ?? []));

  // Its first picture stands until the broadcast runs; then one picture a slot, twice around, until the pause.
  const first = numbers.findIndex((n) => n > 0);
  const zerosSeen = numbers.slice(first, first + 7 * RATE).map((n, i) => first + i - n);
  const begin = zerosSeen.toSorted((a, b) => a - b)[zerosSeen.length >> 1] ?? first;
  const played = numbers.slice(begin, begin + 12 * RATE);
  const around = steps(played);
  const back = around.flatMap((step, i) => (step < 0 ? [i] : []));
  expect(back).toHaveLength(1);
  expect(Math.abs((back[0] ?? 0) - (seconds * RATE - 1))).toBeLessThanOrEqual((RATE * MAX_WAIT_MS) / 1000);
  // By the clock: what a busy machine brings too late gives way to what is due, and nothing is made up for later. Its
  // encoder may be behind by as much as it may wait.
  const early = played.map((n, slot) => n + (slot > (back[0] ?? 0) ? seconds * RATE : 0) - slot);
  expect(Math.max(...early) - Math.min(...early)).toBeLessThanOrEqual((RATE * MAX_WAIT_MS) / 1000);
  expect(new Set(played).size).toBeGreaterThan(RATE);

  const zeros = [begin / RATE, begin / RATE + seconds];
  const due = zeros.flatMap((zero) => [1, 2, 3].map((second) => zero + second));
  const lagsMs = due.map((at) => Math.min(...beeps.map((beep) => Math.abs(beep - at))) * 1000);
  // Where a busy machine brought the sound too late there is silence in its place, so that a beep may be missing.
  expect(lagsMs.toSorted((a, b) => a - b)[lagsMs.length >> 1]).toBeLessThanOrEqual(TOGETHER_MS);

  // Paused: the slate, which is dark, and silence.
  expect(numbers.slice(-1.5 * RATE).every((n) => n === 0)).toBe(true);
  expect(beeps.filter((at) => at > 18.5)).toEqual([]);
});

test('formats: VP9 with Opus in WebM and MKV, AV1, MP3; what cannot be played is a sentence and changes nothing', async ({
  page,
  origin,
}, info) => {
  await page.goto(`${origin.url}${pages.studio}?ladder=360`);
  const common = { size: '320x180', rate: 25, seconds: 2, hasSound: true } as const;
  const files = [
    { ...common, output: '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 200k -c:a libopus', extension: 'webm' },
    { ...common, output: '-c:v libx264 -preset ultrafast -c:a libmp3lame', extension: 'mkv' },
    { ...common, output: '-c:v libsvtav1 -preset 12 -c:a libopus', extension: 'mp4' },
  ] as const;
  for (const wanted of files) {
    const file = await numberedFile(wanted);
    await chooseFile(page, file);
    await expect(page.getByRole('heading', { name: file.split('/').at(-1) ?? '' })).toBeVisible();
    await expect(page.getByRole('slider', { name: 'Volume: Sound of the file' })).toBeVisible();
  }
  const broken = info.outputPath('broken.mp4');
  await writeFile(broken, Buffer.alloc(4_000, 7));
  await chooseFile(page, broken);
  await expect(page.getByRole('alert')).toContainText('This file cannot be read as a video.');
  await expect(page.getByRole('slider', { name: 'Volume: Sound of the file' })).toBeVisible();
});
