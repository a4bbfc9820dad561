import { expect, type Page, test } from '@playwright/test';
import { isHelped, redoneId } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';
import { launchOptions } from '../helpers/browser.ts';
import { changeEngine } from '../helpers/change-engine.ts';
import { decodeAll, probePackets } from '../helpers/ffprobe.ts';
import { inviteHelpers, lendStatus, letHelpersHelp, makeLiar, startHelper } from '../helpers/lend.ts';
import { fetchBytes } from '../helpers/media-checks.ts';
import { numberedCameraFlags } from '../helpers/numbered-camera.ts';
import { numbersInSlots, numbersShown } from '../helpers/numbered-file.ts';
import { startOrigin } from '../helpers/origin.ts';
import { SLOWABLE, slowDown } from '../helpers/slow-encoder.ts';
import { broadcastDetail, endStream, openGreenRoom, startLive } from '../helpers/studio.ts';
import { untilPlaying, videoState } from '../helpers/watch.ts';
import { expectAccessible } from './pages-axe.ts';

test.use({ launchOptions: launchOptions(await numberedCameraFlags()), permissions: ['camera', 'microphone'] });

const manifestOf = async (originUrl: string, id: string): Promise<string> =>
  (await fetch(originUrl + live.manifest(id, 100))).text();

/** The segments in which the manifest offers a track. */
async function segmentsWith(originUrl: string, id: string, track: string): Promise<readonly number[]> {
  return segmentsOf(await manifestOf(originUrl, id), track);
}

/** Of those the ones that were made again. */
async function redoneOf(originUrl: string, id: string, track: string): Promise<readonly number[]> {
  const periods = (await manifestOf(originUrl, id)).split(/(?=<Period )/);
  return segmentsOf(periods.filter((period) => period.includes('$RepresentationID$r/')).join(''), track);
}

function segmentsOf(manifest: string, track: string): readonly number[] {
  const periods = manifest.split('<Period ').slice(1);
  return periods.flatMap((period) => {
    const seconds = (name: string): number => Number(new RegExp(`${name}="PT([0-9.]+)S"`).exec(period)?.[1] ?? 'NaN');
    const from = seconds('start') / 10;
    const count = Math.ceil(seconds('duration') / 10);
    return period.includes(`id="${track}"`) ? Array.from({ length: count || 1 }, (_, i) => from + i) : [];
  });
}

async function goLiveHelped(page: Page, originUrl: string): Promise<string> {
  await changeEngine(page, SLOWABLE);
  const { id } = await openGreenRoom(page, originUrl, '?ladder=360,240');
  await letHelpersHelp(page);
  await expectAccessible(page);
  await startLive(page);
  return id;
}

test('LEND8 LEND16 LEND17 a live sends its largest picture only and others make the smaller one: a tab that lies is found by another and sent away, one is killed at work, then the last; the viewer plays on; what lacks is made again at the end, and the recording has every picture of it once and in order', async ({
  page,
  browser,
}) => {
  const origin = await startOrigin();
  const id = await goLiveHelped(page, origin.url);
  const helped = async () => (await broadcastDetail(origin.url, id)).tracks.filter(isHelped).map((track) => track.id);
  await expect.poll(helped).toEqual(['v240']);
  expect(await segmentsWith(origin.url, id, 'v240')).toEqual([]);
  const row = page.getByRole('table', { name: 'Each quality' }).getByRole('row', { name: /^240p/ });
  await expect(row).toContainText('Nobody makes it at this moment');
  const badLink = await inviteHelpers(page);
  const liar = await startHelper(browser, badLink, 'Liar', makeLiar);
  const one = await startHelper(browser, badLink, 'One');
  await expect(liar.getByRole('alert')).toContainText('does not show the film', { timeout: 90_000 });
  const list = page.getByRole('list', { name: 'Helpers' });
  await expect(list).toContainText('Sent away: its 240p does not show the film');
  await expect(page.locator('[data-figure=looks]')).toContainText('1 not what the source shows');
  await expectAccessible(page);
  await liar.context().close();
  const link = await inviteHelpers(page);
  const helpers = [one, await startHelper(browser, link, 'Two')];
  await expect.poll(() => segmentsWith(origin.url, id, 'v240')).not.toEqual([]);
  await expect(row).toContainText(/Good\s*Made by (One|Two), (up to date|0\.[0-9] s behind)/);
  const watching = await browser.newPage();
  await watching.goto(`${origin.url}/watch/${id}`);
  await untilPlaying(watching, 1);
  await watching.getByRole('button', { name: 'Settings' }).click();
  await watching.getByRole('radio', { name: /^240p/ }).check();
  const working = (): Promise<readonly Page[]> =>
    Promise.all(helpers.map(async (one) => ((await lendStatus(one).textContent()) === 'Helping' ? [one] : []))).then(
      (all) => all.flat(),
    );
  const [first = 0] = await segmentsWith(origin.url, id, 'v240');
  const secondOf = async (): Promise<number> => (await broadcastDetail(origin.url, id)).durationMs / 1000;
  await expect.poll(secondOf, { timeout: 90_000, intervals: [100] }).toBeGreaterThan(first * 10 + 4.3);
  const [busy] = await working();
  await busy?.context().close();
  await expect.poll(secondOf).toBeGreaterThan((first + 2) * 10 + 1);
  await expect.poll(async () => (await videoState(watching)).positionS).toBeGreaterThan((first + 1) * 10);
  expect((await videoState(watching)).height).toBe(240);
  // Slots that the source leaves out are made of the picture before: a helper gives every one.
  await slowDown(page, 62);
  await expect(page.locator('health-panel')).toContainText('of 360p: ');
  await slowDown(page, 0);
  // With the last helper the smaller picture goes, in the middle of a segment: who watches it is given the other one.
  for (const one of helpers) await one.context().close();
  const lastSeenS = await secondOf();
  await expect.poll(async () => (await videoState(watching)).positionS).toBeGreaterThan(lastSeenS + 4);
  expect((await videoState(watching)).height).toBe(360);
  await watching.close();
  // What lacks is made again after the end: the segments before anybody came, those of the liar, and what nobody finished.
  const late = await Promise.all(['Three', 'Four'].map((name) => startHelper(browser, link, name)));
  await endStream(page);
  await expect.poll(async () => (await broadcastDetail(origin.url, id)).state, { timeout: 90_000 }).toBe('sealed');
  for (const one of late) await expect(lendStatus(one)).toHaveText('All of it is done');
  const made = await segmentsWith(origin.url, id, 'v240');
  expect(made).toEqual(Array.from({ length: made.length }, (_, i) => i));
  const again = await redoneOf(origin.url, id, 'v240');
  expect(again.slice(0, first)).toEqual(made.slice(0, first));
  expect(again).not.toContain(first);
  const media = async (track: string): Promise<Buffer> => {
    const nameOf = (segment: number): string => (track !== 'v360' && again.includes(segment) ? redoneId(track) : track);
    const urls = made.map((segment) => live.segment(id, nameOf(segment), segment));
    return Buffer.concat(await Promise.all([live.init(id, track), ...urls].map((url) => fetchBytes(origin.url + url))));
  };
  const [top, smaller] = [await media('v360'), await media('v240')];
  await decodeAll(smaller);
  const numbers = await numbersShown(smaller);
  expect(numbers).toEqual(await numbersInSlots(top, 30));
  const keysOf = async (bytes: Buffer) =>
    (await probePackets(bytes)).filter(({ isKey }) => isKey).map(({ ptsS }) => ptsS);
  const keys = await keysOf(smaller);
  const offGrid = keys.filter((atS) => atS % 2 !== 0);
  expect(keys.filter((atS) => atS % 2 === 0)).toEqual(await keysOf(top));
  // Where the other tab went on: at the first missing part of the segment in which the first was killed.
  expect(offGrid.some((atS) => atS > first * 10 + 4 && atS < first * 10 + 10)).toBe(true);
  expect(offGrid.map((atS) => Math.round(atS * 100) % 10)).toEqual(offGrid.map(() => 0));
  await origin.stop();
});
