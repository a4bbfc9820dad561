import { expect, type Page } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { test } from '../helpers/fixtures.ts';
import { checkSegments, fetchTrack } from '../helpers/media-checks.ts';
import { numbersShown } from '../helpers/numbered-file.ts';
import { numberedSources } from '../helpers/numbered-sources.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';

test.use({ launchOptions: launchOptions([...FAKE_CAMERA_FLAGS, '--autoplay-policy=no-user-gesture-required']) });

const CAMERA = { width: 640, height: 360, rate: 30, from: 0, beepHz: 1000 } as const;

interface Devices {
  readonly tracks: Partial<Record<'video' | 'audio', MediaStreamTrack>>;
  /** Another program has them: they cannot be opened. */
  isTaken: boolean;
}
type WithDevices = typeof window & { readonly devices: Devices };

/** What is opened can be unplugged and switched off by its own switch. Runs in the page. */
function watchDevices(): void {
  const media = navigator.mediaDevices;
  if (media === undefined) return;
  const open = media.getUserMedia.bind(media);
  const devices: Devices = { tracks: {}, isTaken: false };
  Object.assign(window, { devices });
  media.getUserMedia = async (wanted) => {
    if (devices.isTaken) throw new DOMException('taken', 'NotReadableError');
    const stream = await open(wanted);
    for (const track of stream.getTracks()) devices.tracks[track.kind as 'video' | 'audio'] = track;
    return stream;
  };
}

/** What browsers do when a device goes: the track is over, and says so. */
const unplug = (page: Page, kind: 'video' | 'audio'): Promise<void> =>
  page.evaluate((one) => {
    const track = (window as WithDevices).devices.tracks[one];
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  }, kind);

const setTaken = (page: Page, isTaken: boolean): Promise<void> =>
  page.evaluate((value) => {
    (window as WithDevices).devices.isTaken = value;
    if (!value) navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  }, isTaken);

const setSwitch = (page: Page, isOff: boolean): Promise<void> =>
  page.evaluate((value) => {
    const track = (window as WithDevices).devices.tracks.video;
    if (track === undefined) return;
    Object.defineProperty(track, 'muted', { value, configurable: true });
    track.dispatchEvent(new Event(value ? 'mute' : 'unmute'));
  }, isOff);

test('unplugged, taken by another program, switched off: each is told, the timeline goes on, and all comes back by itself', async ({
  page,
  origin,
}) => {
  await page.addInitScript(numberedSources(CAMERA, CAMERA));
  await page.addInitScript(watchDevices);
  const { id } = await goLive(page, origin.url, '?ladder=360');
  const untilMedia = (ms: number) =>
    expect
      .poll(async () => (await broadcastDetail(origin.url, id)).durationMs, { timeout: 60_000 })
      .toBeGreaterThan(ms);

  await untilMedia(2_000);
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
  await untilMedia(10_200);
  await endStream(page);

  const { tracks } = await broadcastDetail(origin.url, id);
  for (const track of tracks) {
    const fetched = await fetchTrack(origin.url, id, track, 1);
    const { problems } = await checkSegments(fetched, DEFAULT_GRID);
    expect(problems.filter((problem) => !problem.endsWith(' is a key frame'))).toEqual([]);
    if (track.kind === 'audio') continue;
    const numbers = await numbersShown(Buffer.concat([fetched.init, ...fetched.segments]));
    // The slate shows no number.
    const goneAt = numbers.findIndex((n, slot) => slot > 30 && n === 0);
    expect(goneAt).toBeGreaterThan(30);
    expect(numbers.at(-1)).toBeGreaterThan(numbers[goneAt - 1] ?? Number.POSITIVE_INFINITY);
  }
});
