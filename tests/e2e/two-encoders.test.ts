import { createHash } from 'node:crypto';
import { expect } from '@playwright/test';
import { codecsFromAvcC } from '../../src/package/cmaf-codecs.ts';
import { writeVideoInit } from '../../src/package/cmaf-init.ts';
import type { TimelineCut } from '../../src/protocol/broadcast.ts';
import { VIDEO_TIMESCALE } from '../../src/protocol/grid.ts';
import { ingest, live, pages } from '../../src/protocol/urls.ts';
import { testClip } from '../helpers/clip.ts';
import { decodeAll } from '../helpers/ffprobe.ts';
import { installedFirefox, launchFirefox } from '../helpers/firefox.ts';
import { COUNTER, noteFirstPicture, type ShownPicture, timeShownS } from '../helpers/first-picture.ts';
import { test } from '../helpers/fixtures.ts';
import { fetchBytes } from '../helpers/media-checks.ts';
import { type Publisher, publish } from '../helpers/publisher.ts';
import { playWithShaka } from '../helpers/shaka.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { videoState } from '../helpers/watch.ts';

const OTHER_FROM_PART = 240;
const OTHER_FROM_S = OTHER_FROM_PART / 10;
/** The first segment that viewers can still be told of then. */
const INIT_SEGMENT = 3;
const INIT_FROM_S = INIT_SEGMENT * 10;
const MAX_GAP_S = 1.5;
const ALL_PICTURES = { ...COUNTER, isNotingAll: true };

/** Runs a function in a page, of either browser. */
type AnyPage = <R>(run: () => R) => Promise<R>;

interface Seen {
  readonly pictures: readonly ShownPicture[];
  /** Where the player jumped, in seconds. */
  readonly seeks: readonly number[];
}

/** Forgets what was seen so far. */
const note = (page: AnyPage): Promise<void> =>
  page(() => {
    window.allPictures = [];
    const noted: { seeks: number[] } = { seeks: [] };
    Object.assign(window, { noted });
    const listen = (root: Document | ShadowRoot): void => {
      root.addEventListener(
        'seeking',
        ({ target }) => noted.seeks.push((target as HTMLVideoElement).currentTime),
        true,
      );
      for (const one of root.querySelectorAll('*')) if (one.shadowRoot) listen(one.shadowRoot);
    };
    listen(document);
  });

const seen = (page: AnyPage): Promise<Seen> =>
  page(() => {
    const { noted } = window as unknown as { noted?: { seeks: number[] } };
    return { pictures: window.allPictures ?? [], seeks: noted?.seeks ?? [] };
  });

/** Resolves once a picture of this second, or of the next ones, has been shown. */
async function untilShown(page: AnyPage, fromS: number): Promise<void> {
  const isThere = async (): Promise<boolean> =>
    (await seen(page)).pictures.some(({ mediaS }) => mediaS >= fromS && mediaS < fromS + 4);
  await expect.poll(isThere).toBe(true);
}

/** Every picture is the one of its time: an encoder's pictures read with another's parameter sets would not be. */
function expectRight(pictures: readonly ShownPicture[], fromS: number, toS: number): void {
  const between = pictures.filter(({ mediaS }) => mediaS >= fromS && mediaS < toS);
  // Read a moment after the browser told of it, a picture may be a neighbour; what is decoded wrongly says any number.
  const wrong = between.filter((picture) => Math.abs(timeShownS(picture) - picture.mediaS) > 0.5);
  expect(wrong).toEqual([]);
  // Two browsers share this machine, so some are left out; a decoder that was lost would show none until the next key.
  const gaps = between.slice(1).flatMap(({ mediaS }, i) => {
    const lastS = between[i]?.mediaS ?? 0;
    return mediaS - lastS > MAX_GAP_S ? [`${lastS} to ${mediaS} s`] : [];
  });
  expect(between.length).toBeGreaterThan(20);
  expect(gaps).toEqual([]);
}

/** As the studio does once another encoder has described itself. */
async function tellInit(origin: string, { id, token }: Publisher): Promise<Uint8Array> {
  const { other } = await testClip();
  const init = new Uint8Array(writeVideoInit({ ...other, timescale: VIDEO_TIMESCALE }, other.description));
  const digest = createHash('sha256').update(init).digest('base64');
  const headers = { Authorization: `Bearer ${token}` };
  const put = { method: 'PUT', headers: { ...headers, 'Content-Digest': `sha-256=:${digest}:` }, body: init };
  expect((await fetch(origin + ingest.init(id, 'v360', INIT_SEGMENT), put)).status).toBe(201);
  const cut: TimelineCut = {
    fromPart: INIT_SEGMENT * 100,
    toPart: INIT_SEGMENT * 100,
    tracks: ['v360', 'a128'],
    inits: { v360: codecsFromAvcC(other.description) },
  };
  const body = JSON.stringify(cut);
  const post = { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, body };
  expect((await fetch(origin + ingest.cuts(id), post)).status).toBe(200);
  return init;
}

test('CUT6 another encoder takes over: Chromium and Firefox play through live, back in the DVR, and in the recording', async ({
  page,
  browser,
  origin,
}) => {
  test.skip(installedFirefox() === undefined, 'there is no Firefox on this machine');
  const firefox = await launchFirefox();
  const publisher = await publish({
    origin: origin.url,
    pastSeconds: 14,
    heights: [360],
    otherEncoderFrom: OTHER_FROM_PART,
  });
  const fox = await firefox.newPage();
  await fox.evaluateOnNewDocument(noteFirstPicture, ALL_PICTURES);
  await page.addInitScript(noteFirstPicture, ALL_PICTURES);
  const watch = origin.url + pages.watch(publisher.id);
  await Promise.all([page.goto(watch), fox.goto(watch)]);
  const both: AnyPage[] = [(run) => page.evaluate(run), async (run) => (await fox.evaluate(run)) as never];
  await Promise.all(both.map((one) => untilShown(one, 15)));
  await Promise.all(both.map(note));
  await Promise.all(both.map((one) => untilShown(one, 17)));
  await publisher.reached(OTHER_FROM_S + 0.2);
  const init = await tellInit(origin.url, publisher);
  const { codecs } = (await broadcastDetail(origin.url, publisher.id)).tracks[0] ?? { codecs: '' };
  const manifest = await (await fetch(origin.url + live.manifest(publisher.id, 2000))).text();
  const [first = '', second = ''] = manifest.split('<Period ').slice(1);
  expect(first).toContain(`codecs="${codecs}"`);
  expect(second).toMatch(
    /id="p3"[\s\S]*codecs="avc1\.64[^"]*"[\s\S]*initialization="\$RepresentationID\$\/init-3\.mp4"/,
  );
  await Promise.all(both.map((one) => untilShown(one, INIT_FROM_S + 2)));
  for (const { pictures, seeks } of await Promise.all(both.map(seen))) {
    expectRight(pictures, 17, INIT_FROM_S + 2);
    expect(seeks).toEqual([]);
  }
  // Back to the pictures of the first encoder, by a decoder that knows the second.
  await Promise.all(both.map(note));
  await Promise.all([page.keyboard.press('j'), fox.keyboard.press('j')]);
  await Promise.all(both.map((one) => untilShown(one, OTHER_FROM_S + 1)));
  for (const { pictures } of await Promise.all(both.map(seen)))
    expectRight(pictures, OTHER_FROM_S - 0.5, OTHER_FROM_S + 1);

  await publisher.end();
  await expect.poll(async () => (await broadcastDetail(origin.url, publisher.id)).state).toMatch(/ended|sealed/);
  const context = await browser.newContext({ bypassCSP: true });
  const stranger = await context.newPage();
  const recording = `${watch}?t=${INIT_FROM_S - 2}`;
  await Promise.all([
    page.goto(recording),
    fox.goto(recording),
    playWithShaka(stranger, origin.url, live.manifest(publisher.id, 200), INIT_FROM_S - 2),
  ]);
  await Promise.all(both.map((one) => untilShown(one, INIT_FROM_S + 1)));
  for (const { pictures } of await Promise.all(both.map(seen)))
    expectRight(pictures, INIT_FROM_S - 0.5, INIT_FROM_S + 1);
  await expect.poll(async () => (await videoState(stranger)).positionS).toBeGreaterThan(INIT_FROM_S + 1);
  const segments = await Promise.all([2, 3].map((n) => fetchBytes(origin.url + live.segment(publisher.id, 'v360', n))));
  await decodeAll(await fetchBytes(origin.url + live.init(publisher.id, 'v360')), ...segments);
  await decodeAll(init, segments[1] ?? new Uint8Array());
  await context.close();
  await firefox.close();
});
