import { expect, type Page } from '@playwright/test';
import { cornerPlace } from '../../src/encode/picture-frame.ts';
import { MAX_WAIT_MS } from '../../src/encode/slot-queue.ts';
import { DEFAULT_GRID, isKeySlot } from '../../src/protocol/grid.ts';
import { pages } from '../../src/protocol/urls.ts';
import { beepTimes, soundLagMs } from '../helpers/beeps.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { probePackets } from '../helpers/ffprobe.ts';
import { test } from '../helpers/fixtures.ts';
import { checkSegments, type FetchedTrack, fetchTrack } from '../helpers/media-checks.ts';
import { NUMBER_BITS, numbersInSlots } from '../helpers/numbered-file.ts';
import { numberedSources } from '../helpers/numbered-sources.ts';
import { broadcastDetail, endStream, goLiveFrom } from '../helpers/studio.ts';
import { setSwitch, setTaken, unplug, watchDevices } from '../helpers/unpluggable.ts';

test.use({
  launchOptions: launchOptions([
    ...FAKE_CAMERA_FLAGS,
    '--use-fake-ui-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
  ]),
});

const SCREEN_RATE = 5;
/** Another shape than the broadcast's: black has to come at both sides. */
const CAMERA = { width: 480, height: 360, rate: 30, from: 2048, beepHz: 1000 } as const;
const SCREEN = { width: 1280, height: 720, rate: SCREEN_RATE, from: 0, beepHz: 440 } as const;
const CORNER = cornerPlace(CAMERA, { width: 848, height: 480 });
const TOGETHER_MS = 40;
/** For a decoder that shows numbers: what is above the corner, what lies in it, the camera alone, the black beside it. */
const CUTS = {
  aboveCorner: 'crop=iw:ih/2:0:0,',
  corner: `crop=${CORNER.width}:${CORNER.height}:${CORNER.x}:${CORNER.y},`,
  camera: 'crop=ih*4/3:ih,',
  left: 'crop=iw/10:ih:0:0,',
} as const;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const steps = (numbers: readonly number[]): number[] => numbers.slice(1).map((n, i) => n - (numbers[i] ?? 0));

/**
 * Pictures of a source in the slots of `at`, in order and each in its time: what a busy machine brings too late gives way
 * to the next, however many that are, and is not made up for later. Its encoder may be behind by as much as it may wait.
 */
function expectByTheClock(
  numbers: readonly number[],
  { rate }: { readonly rate: number },
  at: readonly number[] = numbers.map((_, slot) => slot),
): void {
  expect(new Set(numbers).size).toBeGreaterThan(rate);
  expect(Math.min(...steps(numbers))).toBeGreaterThanOrEqual(0);
  const aheadS = numbers.map((n, i) => n / rate - (at[i] ?? 0) / DEFAULT_GRID.frameRate);
  expect(Math.max(...aheadS) - Math.min(...aheadS)).toBeLessThanOrEqual(MAX_WAIT_MS / 1000 + 1 / rate);
}

test('a minute of a screen, a camera over it, a camera, sound only, devices that go and come back: every slot filled, every picture in order, sound and picture together', async ({
  page,
  origin,
}) => {
  await page.addInitScript(numberedSources(CAMERA, SCREEN));
  await page.addInitScript(watchDevices);
  const id = await goLiveFrom(page, origin.url, 'Screen', '?ladder=480');
  const mediaMs = async (): Promise<number> => (await broadcastDetail(origin.url, id)).durationMs;
  const untilMedia = (ms: number) => expect.poll(mediaMs, { timeout: 90_000 }).toBeGreaterThan(ms);
  await untilMedia(10_500);
  await button(page, 'Screen and camera').click();
  await untilMedia(15_500);
  await button(page, 'Camera').click();
  await untilMedia(20_500);
  await button(page, 'Screen and camera').click();
  await untilMedia(25_500);
  const cornerEndS = (await mediaMs()) / 1000;
  await button(page, 'Mute').click();
  await button(page, 'Sound only').click();
  await untilMedia(30_500);
  const silentEndS = (await mediaMs()) / 1000;
  await button(page, 'Unmute').click();
  await button(page, 'Camera').click();

  await untilMedia(33_000);
  await setTaken(page, true);
  await unplug(page, 'video');
  await unplug(page, 'audio');
  await expect(page.getByText('The camera is gone.')).toBeVisible();
  await expect(page.getByText('The microphone is gone')).toBeVisible();
  await setTaken(page, false);
  await expect(page.getByText('The camera is gone.')).toHaveCount(0);
  await expect(page.getByText('The microphone is gone')).toHaveCount(0);
  await setSwitch(page, true);
  await expect(page.getByText('The camera gives no picture')).toBeVisible();
  await setSwitch(page, false);
  await expect(page.getByText('The camera gives no picture')).toHaveCount(0);
  expect(await mediaMs()).toBeLessThan(50_000);
  await untilMedia(60_500);
  await endStream(page);

  const { tracks, grid } = await broadcastDetail(origin.url, id);
  const pieces: Record<string, FetchedTrack> = {};
  for (const track of tracks) {
    const fetched = await fetchTrack(origin.url, id, track, 6);
    const { problems } = await checkSegments(fetched, grid ?? DEFAULT_GRID);
    // Where the source changes the encoder may make a key frame of its own; no key of the grid may be missing.
    expect(problems.filter((problem) => !problem.endsWith(' is a key frame'))).toEqual([]);
    pieces[track.kind] = fetched;
  }
  const { video, audio } = pieces;
  if (video === undefined || audio === undefined) throw new Error('a kind of track is missing');
  const frameRate = grid?.frameRate ?? 30;
  const shown = (from: number, to: number, cut = ''): Promise<number[]> =>
    numbersInSlots(Buffer.concat([video.init, ...video.segments.slice(from, to)]), frameRate, cut);
  const beeps = await beepTimes(audio.init, ...audio.segments);
  const beepsFrom = (second: number): number[] => beeps.map((at) => at - second);

  const screen = await shown(0, 1);
  expectByTheClock(screen, SCREEN);
  expect(Math.abs(soundLagMs(screen, SCREEN, frameRate, beeps))).toBeLessThanOrEqual(TOGETHER_MS);
  // Slots that repeat a picture cost next to nothing, and what they leave goes into the pictures: an encoder that is
  // shown five a second and counts on thirty would give each a thirtieth of the rate. (The whole rate is no measure: the
  // encoder's mode for screens shows more with half of it than it shows with all of it otherwise.)
  const packets = await probePackets(video.init, video.segments[0] ?? new Uint8Array());
  const fresh = packets.filter(({ ptsS }) => {
    const slot = Math.round(ptsS * frameRate);
    return !isKeySlot(slot, grid ?? DEFAULT_GRID) && screen[slot] !== screen[slot - 1];
  });
  const slotBytes = (video.track.bitrateBps ?? 0) / 8 / frameRate;
  expect(fresh.reduce((sum, { bytes }) => sum + bytes, 0) / fresh.length).toBeGreaterThan(1.2 * slotBytes);

  // The camera over the screen, twice: both run, and show the same moment.
  const [behind, corner, camera, left] = await Promise.all(
    [CUTS.aboveCorner, CUTS.corner, CUTS.camera, CUTS.left].map((cut) => shown(1, 3, cut)),
  );
  if (behind === undefined || corner === undefined || camera === undefined || left === undefined) throw new Error();
  const slotAt = (second: number): number => Math.floor((second - 10) * frameRate);
  const isBoth = (slot: number): boolean => {
    const cameraS = ((corner[slot] ?? 0) - CAMERA.from) / CAMERA.rate;
    return cameraS > 0 && Math.abs(cameraS - (behind[slot] ?? 0) / SCREEN_RATE) < 0.5;
  };
  for (const [fromS, toS] of [
    [10.5, 15.5],
    [20.5, cornerEndS],
  ] as const) {
    const slots = Array.from({ length: slotAt(toS) - slotAt(fromS) }, (_, i) => slotAt(fromS) + i);
    const since = slots.slice(slots.findIndex(isBoth));
    // Without a new picture of the camera for a while the screen goes out alone, which a busy machine brings about.
    const both = since.filter(isBoth);
    expect(both.at(-1)).toBeGreaterThan((since.at(-1) ?? 0) - frameRate);
    const numbers = both.map((slot) => corner[slot] ?? 0);
    expectByTheClock(numbers, CAMERA, both);
    expect(Math.min(...steps(both.map((slot) => behind[slot] ?? 0)))).toBe(0);
  }

  // The camera alone, with black at its sides.
  const isCamera = (slot: number): boolean => (camera[slot] ?? 0) >= CAMERA.from && left[slot] === 0;
  const between = Array.from({ length: slotAt(20.5) - slotAt(15.5) }, (_, i) => slotAt(15.5) + i);
  const alone = between.slice(between.findIndex(isCamera));
  expect(alone.filter((slot) => !isCamera(slot))).toEqual([]);
  expectByTheClock(
    alone.map((slot) => camera[slot] ?? 0),
    CAMERA,
  );

  expect(beeps.some((at) => at > cornerEndS - 1 && at < cornerEndS)).toBe(true);
  expect(beeps.filter((at) => at > cornerEndS + 1.5 && at < silentEndS)).toEqual([]);

  // Gone, and back; after a minute and all that, sound and picture are where they belong.
  const later = await shown(3, 6, CUTS.camera);
  const hereAt = later.findIndex((n) => n >= CAMERA.from);
  const goneAt = later.findIndex((n, slot) => slot > hereAt && n === 0);
  expect(hereAt).toBeGreaterThanOrEqual(0);
  expect(goneAt).toBeGreaterThan(hereAt);
  // In twelve bits its number comes round once.
  const last = later.slice(20 * frameRate).map((n) => (n < CAMERA.from ? n + 2 ** NUMBER_BITS : n));
  expectByTheClock(last, CAMERA);
  expect(Math.abs(soundLagMs(last, CAMERA, frameRate, beepsFrom(50)))).toBeLessThanOrEqual(TOGETHER_MS);
});

test('what the browser’s own bar stops is told, and can be shared again', async ({ page, origin }) => {
  await page.addInitScript(numberedSources(CAMERA, SCREEN));
  await page.goto(`${origin.url}${pages.studio}?ladder=360`);
  await button(page, 'Screen and camera').click();
  await expect(button(page, 'Screen and camera')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('slider', { name: 'Volume: Sound of the screen' })).toBeVisible();
  await page.evaluate(() => (window as unknown as { stopSharing(): void }).stopSharing());
  await expect(page.getByText('Sharing was stopped.')).toBeVisible();
  await page.getByRole('button', { name: 'Share again' }).click();
  await expect(page.getByText('Sharing was stopped.')).toHaveCount(0);
});

test('the browser’s own question about the screen is answered, and its picture is the preview', async ({
  page,
  origin,
}) => {
  await page.goto(`${origin.url}${pages.studio}?ladder=360`);
  await button(page, 'Screen').click();
  await expect
    .poll(() => page.locator('studio-stage video').evaluate((video: HTMLVideoElement) => video.videoWidth))
    .toBeGreaterThan(0);
  await button(page, 'Sound only').click();
  await expect(page.getByRole('img', { name: 'Preview of what viewers get' })).toBeVisible();
});
