import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { pages } from '../../src/protocol/urls.ts';
import { launchOptions } from '../helpers/browser.ts';
import { probePackets } from '../helpers/ffprobe.ts';
import { inviteHelpers, lendStatus, publishedBy, startHelper } from '../helpers/lend.ts';
import { fetchTrack } from '../helpers/media-checks.ts';
import { numberedFile, numbersShown } from '../helpers/numbered-file.ts';
import { startOrigin } from '../helpers/origin.ts';
import { broadcastDetail } from '../helpers/studio.ts';
import { chooseVideo, startUpload, untilUploaded } from '../helpers/upload.ts';
import { expectAccessible } from './pages-axe.ts';

test.use({ launchOptions: launchOptions() });

const HELPER_SCRIPT = fileURLToPath(new URL('../../scripts/helper.mjs', import.meta.url));
const SECONDS = 150;
const RATE = 25;

/** B-frames and open GOPs of odd length: what a piece of a file is hardest to cut from. */
const FILE = {
  output: '-c:v libx264 -preset ultrafast -bf 2 -x264-params open-gop=1:keyint=77:scenecut=0 -c:a aac',
  extension: 'mp4',
  size: '640x360',
  rate: RATE,
  seconds: SECONDS,
  hasSound: true,
} as const;

/** Its pictures come two seconds late: well formed, and not the film. */
async function lie(page: Page): Promise<void> {
  await page.context().route('**/api/lend/sources/*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.body();
    body.writeDoubleBE(body.readDoubleBE(0) + 2, 0);
    await route.fulfill({ response: answer, body });
  });
}

/** `npm run helper`: a helper without a window. */
function startMachine(link: string) {
  const child = spawn(process.execPath, [HELPER_SCRIPT, link, 'Machine'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { ended, output: () => printed };
}

test('LEND6 helpers make a recording: one is killed, one lies, one has no window, the creator’s tab and the origin are closed and come back; every picture once and in order', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const file = await numberedFile(FILE);
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-lend-'));
  const first = await startOrigin({ dataDir });
  const creator = await browser.newContext();
  let studio = await creator.newPage();
  const id = await startUpload(studio, first.url, file);
  // So that this tab's own worker has not made most of it before anybody has come.
  await studio.getByRole('button', { name: 'Pause' }).click();
  const link = await inviteHelpers(studio);
  const liar = await startHelper(browser, link, 'Liar', async (context) => lie(await context.newPage()));
  const [honest, killed] = await Promise.all([
    startHelper(browser, link, 'Honest'),
    startHelper(browser, link, 'Killed'),
  ]);
  await studio.getByRole('button', { name: 'Go on' }).click();
  await expect(killed.getByText('being made').first()).toBeAttached({ timeout: 30_000 });
  await killed.context().close();
  const machine = startMachine(link);
  await expect(liar.getByRole('alert')).toContainText('does not show the film', { timeout: 60_000 });
  await expect(studio.getByRole('list', { name: 'Helpers' })).toContainText('Sent away');
  await expect.poll(() => publishedBy(honest), { timeout: 60_000 }).toBeGreaterThan(0);
  await studio.getByRole('button', { name: 'Pause' }).click();
  const map = studio.getByRole('slider', { name: 'Pieces of ten seconds' });
  await map.press('End');
  await map.press('ArrowLeft');
  await expect(map).toHaveAttribute('aria-valuetext', /^2:10 to 2:20: /);
  for (const page of [honest, studio])
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(page);
    }
  await studio.close();
  await first.kill();
  const second = await startOrigin({ dataDir, port: first.port });
  studio = await creator.newPage();
  await studio.goto(second.url + pages.studio);
  await studio.getByRole('button', { name: 'Go on' }).click();
  await chooseVideo(studio, file);
  await untilUploaded(studio);
  await expect(lendStatus(honest)).toHaveText('All of it is done', { timeout: 30_000 });
  expect(await machine.ended, machine.output()).toBe(0);
  expect(machine.output()).toContain('All of it is done');
  const detail = await broadcastDetail(second.url, id);
  expect(detail).toMatchObject({ state: 'sealed', upload: { isFinished: true } });
  for (const track of detail.tracks) {
    const { init, segments } = await fetchTrack(second.url, id, track, SECONDS / 10);
    const packets = await probePackets(init, ...segments);
    for (const [i, packet] of packets.entries()) {
      const before = packets[i - 1];
      if (before !== undefined && Math.abs(packet.ptsS - before.ptsS - before.durationS) > 0.000_05)
        throw new Error(`${track.id}: a seam at ${packet.ptsS} s`);
    }
    if (track.kind === 'audio') continue;
    const numbers = await numbersShown(Buffer.concat([init, ...segments]));
    expect(numbers, track.id).toEqual(Array.from({ length: SECONDS * RATE }, (_, i) => i));
  }
  await second.stop();
  await rm(dataDir, { recursive: true, force: true });
});
