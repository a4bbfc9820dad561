import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { test } from '../helpers/fixtures.ts';
import { inviteHelpers, lendStatus, makeSlow, startHelper } from '../helpers/lend.ts';
import { numberedFile } from '../helpers/numbered-file.ts';
import { startUpload, untilUploaded } from '../helpers/upload.ts';
import { expectAccessible } from './pages-axe.ts';

test.use({ originEnv: { BROADCAST_BY: 'anyone' } });

const HELPER_SCRIPT = fileURLToPath(new URL('../../scripts/helper.mjs', import.meta.url));

const FILE = {
  output: '-c:v libx264 -preset ultrafast',
  extension: 'mp4',
  size: '640x360',
  rate: 25,
  seconds: 70,
  hasSound: false,
} as const;

/** `npm run helper`: a helper without a window. */
function startMachine(link: string) {
  const child = spawn(process.execPath, [HELPER_SCRIPT, link, 'Machine'], { stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill());
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { ended, output: () => printed };
}

test('LEND4 a tab and a machine without a window help with a recording, and its creator sees with what', async ({
  browser,
  origin,
}) => {
  const creator = await browser.newContext();
  makeSlow(creator);
  const page = await creator.newPage();
  await startUpload(page, origin.url, await numberedFile(FILE));
  await page.getByRole('button', { name: 'Pause' }).click();
  const link = await inviteHelpers(page);
  const friend = await startHelper(browser, link, 'Friend');
  const machine = startMachine(link);
  const list = page.getByRole('list', { name: 'Helpers' });
  // Also while it is paused.
  await expect(list).toContainText('Machine');
  const map = page.getByRole('slider', { name: 'Pieces of ten seconds' });
  await map.press('End');
  await map.press('ArrowLeft');
  await expect(map).toHaveAttribute('aria-valuetext', /^0:50 to 1:00: /);
  await expectAccessibleInBoth(page);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(friend.getByText('being made').first()).toBeAttached({ timeout: 90_000 });
  await expectAccessibleInBoth(friend);
  await untilUploaded(page);
  await expect(lendStatus(friend)).toHaveText('All of it is done');
  expect(await machine.ended, machine.output()).toBe(0);
  expect(machine.output()).toContain('All of it is done');
  await creator.close();
});

async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}
