import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { test } from '../helpers/fixtures.ts';
import { hostileFiles } from '../helpers/hostile-files.ts';
import { type NumberedFile, numberedFile } from '../helpers/numbered-file.ts';
import { count, type NumberedCase, playNumbered, proveNumbered, uploadNumbered } from '../helpers/numbered-upload.ts';
import { startUpload } from '../helpers/upload.ts';

test.use({ originEnv: { BROADCAST_BY: 'anyone' } });

const X264 = '-c:v libx264 -preset ultrafast';
const CASES: readonly (NumberedCase & { readonly playedFrom?: number })[] = [
  {
    name: 'B-frames, one key picture for all of it and sound of 44.1 kHz',
    file: {
      output: `${X264} -bf 3 -b_strategy 0 -g 9999 -c:a aac -ac 1`,
      extension: 'mp4',
      size: '640x360',
      rate: 30,
      seconds: 21,
      hasSound: true,
    },
    shown: count(630),
    size: [640, 360],
    // Over the last seam to the end.
    playedFrom: 19,
  },
  {
    name: 'open GOPs of odd length, times in milliseconds, MP3 sound',
    file: {
      output: `${X264} -bf 2 -x264-params open-gop=1:keyint=77:scenecut=0 -c:a libmp3lame`,
      extension: 'mkv',
      size: '640x360',
      rate: 25,
      seconds: 12,
      hasSound: true,
    },
    shown: count(300),
    size: [640, 360],
  },
  {
    name: 'an odd size, no sound',
    file: {
      output: '-c:v libvpx -deadline realtime -cpu-used 8 -g 90',
      extension: 'webm',
      size: '427x241',
      rate: 24,
      seconds: 11,
      hasSound: false,
    },
    shown: count(264),
    size: [432, 240],
  },
  {
    name: 'uncompressed pictures (Y4M)',
    file: { output: '-pix_fmt yuv420p', extension: 'y4m', size: '426x240', rate: 25, seconds: 11, hasSound: false },
    shown: count(275),
    size: [432, 240],
  },
  {
    name: 'turned by its metadata, mono MP3 sound in an MP4 that says stereo',
    file: {
      output: `${X264} -g 60 -ac 1 -c:a libmp3lame`,
      extension: 'mp4',
      size: '640x360',
      rate: 30,
      seconds: 2,
      hasSound: true,
      remux: '-metadata:s:v:0 rotate=90',
    },
    shown: count(60),
    size: [272, 480],
    isTurned: true,
  },
  {
    name: 'pictures that come unevenly: each is shown until the next',
    file: {
      output: `${X264} -g 50 -fps_mode vfr`,
      extension: 'mp4',
      size: '640x360',
      rate: 30,
      seconds: 12,
      hasSound: false,
      filter: `select='not(between(mod(n,10),4,6))'`,
    },
    shown: count(360).map((n) => (n % 10 >= 4 && n % 10 <= 6 ? n - (n % 10) + 3 : n)),
    size: [640, 360],
  },
];

for (const wanted of CASES)
  test(`UPLOAD a file with ${wanted.name}: every picture once and in order, in every rendition`, async ({
    page,
    origin,
  }) => {
    let questions = 0;
    page.on('request', (request) => {
      if (new URL(request.url()).pathname.endsWith('/help')) questions++;
    });
    const detail = await uploadNumbered(page, origin.url, wanted);
    // Once at the start, once for the invitations that the page looked at, once a segment; not every second.
    expect(questions, 'questions about helpers that nobody invited').toBeLessThanOrEqual(
      2 + Math.ceil(wanted.file.seconds / 10),
    );
    await proveNumbered(origin.url, detail, wanted);
    const { playedFrom } = wanted;
    if (playedFrom === undefined) return;
    const height = detail.tracks.find((track) => track.kind === 'video')?.height ?? 0;
    const { pictures } = await playNumbered(page, origin.url, detail, wanted, { height, fromSeconds: playedFrom });
    expect(pictures, 'pictures that dash.js showed').toBeGreaterThan(0);
  });

/** Workers of the page that hold a file, by their names. */
const workersOfUpload = (page: Page): readonly string[] =>
  page
    .workers()
    .map((worker) => worker.url())
    .filter((url) => /recording|maker/.test(url));

test('files that are no video, damaged or hostile: a clear sentence each, nothing hangs, and no worker is left', async ({
  page,
  origin,
}) => {
  for (const { name, bytes, says } of await hostileFiles()) {
    await page.goto(origin.url + pages.studio);
    await page.locator('upload-drop input[type=file]').setInputFiles({ name, mimeType: 'video/mp4', buffer: bytes });
    const alert = page.locator('upload-view').getByRole('alert');
    await expect(alert, name).toHaveText(says);
    await expect.poll(() => workersOfUpload(page), name).toEqual([]);
  }
});

test('a file that is cut short while it is read is a clear sentence', async ({ page, origin }) => {
  const folder = await mkdtemp(join(tmpdir(), 'tabcast-shrinking-'));
  const file = join(folder, 'film.y4m');
  const [raw] = CASES.filter(({ file: { extension } }) => extension === 'y4m');
  await copyFile(await numberedFile(raw?.file as NumberedFile), file);
  await startUpload(page, origin.url, file);
  await truncate(file, 1_000_000);
  await expect(page.locator('upload-view').getByRole('alert')).toContainText('changed, moved or deleted');
  await rm(folder, { recursive: true, force: true });
});
