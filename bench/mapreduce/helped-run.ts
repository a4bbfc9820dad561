import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inviteHelpers, startHelper } from '../../tests/helpers/lend.ts';
import { startOrigin } from '../../tests/helpers/origin.ts';
import { startUpload, untilUploaded } from '../../tests/helpers/upload.ts';
import { pinnedBrowser } from './pinned-browser.ts';

const LONG_MS = 1_800_000;

export interface HelpedTimes {
  readonly seconds: number;
  /** Published pieces of each helper. */
  readonly pieces: readonly number[];
}

/** The creator's tab on the first of the processors, the helpers on the next ones and from the first on again. */
export async function helpedTimes(file: string, helpers: number, processors: readonly number[]): Promise<HelpedTimes> {
  const origin = await startOrigin();
  const folder = mkdtempSync(join(tmpdir(), 'tabcast-bench-'));
  const browsers = await Promise.all(
    Array.from({ length: helpers + 1 }, (_, i) => pinnedBrowser(folder, String(processors[i % processors.length]))),
  );
  const [own, ...others] = browsers;
  try {
    if (own === undefined) throw new Error('No browser.');
    const studio = await own.newPage();
    await startUpload(studio, origin.url, file);
    await studio.getByRole('button', { name: 'Pause' }).click();
    const link = await inviteHelpers(studio);
    const pages = await Promise.all(others.map((browser, i) => startHelper(browser, link, `Helper ${i + 1}`)));
    const startedMs = performance.now();
    await studio.getByRole('button', { name: 'Go on' }).click();
    await untilUploaded(studio, LONG_MS);
    const seconds = (performance.now() - startedMs) / 1000;
    const pieces: number[] = [];
    for (const page of pages) {
      const words = await page.getByText(/This tab made \d+ piece/).innerText();
      pieces.push(Number(/made (\d+)/.exec(words)?.[1] ?? 0));
    }
    return { seconds, pieces };
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await origin.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
