import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { launchOptions } from '../helpers/browser.ts';
import {
  inviteHelpers,
  lendStatus,
  makeLate,
  makeSlow,
  makeStutter,
  publishedBy,
  startHelper,
} from '../helpers/lend.ts';
import { numberedFile } from '../helpers/numbered-file.ts';
import { count, type NumberedCase, proveNumbered } from '../helpers/numbered-upload.ts';
import { type RunningOrigin, startOrigin } from '../helpers/origin.ts';
import { isLong, randomOf, rounds } from '../helpers/random.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { chooseVideo, startUpload, untilUploaded } from '../helpers/upload.ts';

test.use({ launchOptions: launchOptions() });

const RATE = 25;
const SECONDS = isLong ? 150 : 90;

/** B-frames and open GOPs of odd length: what a piece of a file is hardest to cut from. */
const FILM: NumberedCase = {
  name: 'a film that is hard to cut',
  file: {
    output: '-c:v libx264 -preset ultrafast -bf 2 -x264-params open-gop=1:keyint=77:scenecut=0 -c:a aac',
    extension: 'mp4',
    size: isLong ? '1280x720' : '640x360',
    rate: RATE,
    seconds: SECONDS,
    hasSound: true,
  },
  shown: count(SECONDS * RATE),
  size: isLong ? [1280, 720] : [640, 360],
};

type Target = 'helper' | 'studio' | 'origin';

interface Blow {
  readonly target: Target;
  /** It falls when this share of the recording is made. */
  readonly share: number;
}

const TARGETS: readonly Target[] = ['helper', 'studio', 'origin'];
/** Towards the end nobody new is let in any more. */
const LAST_SHARE = 0.75;

/** All three targets again and again, in an order and at moments that the seed decides. */
function planBlows(random: () => number, blows: number, fromShare: number): readonly Blow[] {
  const shares = Array.from({ length: blows }, () => fromShare + random() * (LAST_SHARE - fromShare)).toSorted(
    (a, b) => a - b,
  );
  let left: Target[] = [];
  return shares.map((share) => {
    if (left.length === 0) left = [...TARGETS];
    const [target = 'helper'] = left.splice(Math.floor(random() * left.length), 1);
    return { target, share };
  });
}

const shareMade = async (studio: Page): Promise<number> => {
  const text = await studio.locator('upload-view').getByText('pieces of ten').textContent();
  return Number(/(\d+) %/.exec(text ?? '')?.[1]) / 100;
};

for (const seed of rounds(1, 1))
  test(`LEND6 a recording with helpers under blows (seed ${seed}): one of them lies, one brings everything twice and in the wrong order, they are killed at work, the creator’s tab and the origin too; every picture is there once and in order`, async ({
    browser,
  }) => {
    test.setTimeout(isLong ? 900_000 : 240_000);
    const random = randomOf(seed);
    const file = await numberedFile(FILM.file);
    const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-storm-helpers-'));
    let origin: RunningOrigin = await startOrigin({ dataDir });
    const creator = await browser.newContext();
    makeSlow(creator);
    let studio = await creator.newPage();
    const id = await startUpload(studio, origin.url, file);
    await studio.getByRole('button', { name: 'Pause' }).click();
    const link = await inviteHelpers(studio);
    let names = 0;
    const come = (prepare?: (context: BrowserContext) => Promise<void>): Promise<Page> =>
      startHelper(browser, link, `Helper ${++names}`, prepare);
    const liar = await come(makeLate);
    const helpers = [await come(makeStutter), await come()];
    await studio.getByRole('button', { name: 'Go on' }).click();
    await expect(liar.getByRole('alert')).toContainText('does not show the film', { timeout: 90_000 });
    await expect(studio.getByRole('list', { name: 'Helpers' })).toContainText('Sent away');

    let published = 0;
    const strike: Readonly<Record<Target, () => Promise<void>>> = {
      async helper() {
        const at = Math.floor(random() * helpers.length);
        const killed = helpers[at];
        if (killed === undefined) return;
        published += await publishedBy(killed);
        await killed.context().close();
        helpers[at] = await come(random() < 0.5 ? makeStutter : undefined);
      },
      async studio() {
        await studio.close();
        studio = await creator.newPage();
        await studio.goto(origin.url + pages.studio);
        await studio.getByRole('button', { name: 'Go on' }).click();
        await chooseVideo(studio, file);
      },
      async origin() {
        await origin.kill();
        origin = await startOrigin({ dataDir, port: origin.port });
      },
    };
    const blows = planBlows(random, isLong ? 20 : TARGETS.length, await shareMade(studio));
    test.info().annotations.push({
      type: 'blows',
      description: blows.map(({ target, share }) => `${target} at ${Math.round(100 * share)} %`).join(', '),
    });
    for (const { target, share } of blows) {
      await expect.poll(() => shareMade(studio), { timeout: 120_000, intervals: [100] }).toBeGreaterThanOrEqual(share);
      await strike[target]();
    }
    await untilUploaded(studio, isLong ? 400_000 : 90_000);
    for (const one of helpers) {
      await expect(lendStatus(one)).toHaveText('All of it is done');
      const thanks = await one.locator('lend-page').getByText('This tab made').textContent();
      published += Number(/(\d+) piece/.exec(thanks ?? '')?.[1]);
    }
    test.info().annotations.push({ type: 'pieces made by helpers', description: `${published} of ${SECONDS / 10}` });
    expect(published).toBeGreaterThan(0);
    await proveNumbered(origin.url, await broadcastDetail(origin.url, id), FILM);
    await origin.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
