import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { SEGMENT_SECONDS } from '../../src/protocol/grid.ts';
import { inviteHelpers, startHelper } from '../../tests/helpers/lend.ts';
import { startOrigin } from '../../tests/helpers/origin.ts';
import { broadcastDetail } from '../../tests/helpers/studio.ts';
import { startUpload, untilUploaded } from '../../tests/helpers/upload.ts';
import { editScripts } from './page-scripts.ts';
import { type PinnedBrowser, pinnedBrowser } from './pinned-browser.ts';

const LONG_MS = 1_800_000;

export interface HelpedTimes {
  /** From the second segment to the end. */
  readonly seconds: number;
  /** Published pieces of each helper. */
  readonly pieces: readonly number[];
}

/**
 * The creator's tab on the first of the processors, the helpers on the next ones and from the first on again, each with
 * no more than `share` of it.
 */
export async function helpedTimes(
  file: string,
  helpers: number,
  { processors, share }: { readonly processors: readonly number[]; readonly share: number },
): Promise<HelpedTimes> {
  const origin = await startOrigin();
  const folder = mkdtempSync(join(tmpdir(), 'tabcast-bench-'));
  const browsers: PinnedBrowser[] = [];
  try {
    for (let i = 0; i <= helpers; i++)
      browsers.push(await pinnedBrowser(folder, String(processors[i % processors.length]), share));
    const [own, ...others] = browsers;
    if (own === undefined) throw new Error('No browser.');
    const studio = await own.browser.newPage();
    await editScripts(studio);
    const id = await startUpload(studio, origin.url, file);
    await studio.getByRole('button', { name: 'Pause' }).click();
    // What the tab has in hand it still makes: everybody begins with the second segment.
    await expect
      .poll(async () => (await broadcastDetail(origin.url, id)).upload?.madeMs ?? 0, { timeout: LONG_MS })
      .toBeGreaterThanOrEqual(SEGMENT_SECONDS * 1000);
    const link = await inviteHelpers(studio);
    const pages = await Promise.all(
      others.map(({ browser }, i) =>
        startHelper(browser, link, `Helper ${i + 1}`, async (context) => {
          context.on('page', (page) => void editScripts(page));
        }),
      ),
    );
    const startedMs = performance.now();
    await studio.getByRole('button', { name: 'Go on' }).click();
    await untilUploaded(studio, LONG_MS);
    const seconds = (performance.now() - startedMs) / 1000;
    return { seconds, pieces: await Promise.all(pages.map(piecesOf)) };
  } finally {
    await Promise.all(browsers.map(({ close }) => close()));
    await origin.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function piecesOf(page: Page): Promise<number> {
  const words = await page.getByText(/This tab made/).innerText();
  return Number(/made (\d+)/.exec(words)?.[1] ?? 0);
}
