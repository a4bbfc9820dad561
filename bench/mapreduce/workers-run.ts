import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { pinnedBrowser } from './pinned-browser.ts';
import { type UploadTimes, uploadTimesIn } from './upload-run.ts';

/** Makers are half as many as the processors that the tab is told of. */
const CORES_PER_MAKER = 2;

/** Seconds of an upload by so many workers of one tab, on these processors. */
export async function workersTimes(file: string, workers: number, processors: string): Promise<UploadTimes> {
  const folder = mkdtempSync(join(tmpdir(), 'tabcast-bench-'));
  const browser = await pinnedBrowser(folder, processors);
  try {
    return await uploadTimesIn(browser, file, (page) => pretendProcessors(page, workers * CORES_PER_MAKER));
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Init scripts do not run in workers, so the number is written into their code. */
async function pretendProcessors(page: Page, processors: number): Promise<void> {
  await page.route('**/assets/*.js', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replaceAll('navigator.hardwareConcurrency', String(processors));
    await route.fulfill({ response: answer, body });
  });
}
