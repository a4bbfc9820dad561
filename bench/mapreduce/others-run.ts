import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { runOnPage } from '../ladder/contestants.ts';
import { profileEngine } from '../ladder/profile.ts';
import { openSite } from '../ladder/site.ts';
import type { Cell } from '../shared/report.ts';
import { RUNGS } from './upload-run.ts';

const WARM_FRAMES = 3;

/** A page of the ladder bench with the file as its clip. */
async function onPage<T>(file: string, run: (page: Page) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tabcast-bench-'));
  const site = await openSite(file, folder);
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    return await run(page);
  } finally {
    await browser.close();
    site.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds of mediabunny's Conversion for the first pictures, to the product's own renditions. */
export const mediabunnySeconds = (file: string, frames: number): Promise<number> =>
  onPage(file, async (page) => {
    await runOnPage(page, 'mediabunny', WARM_FRAMES, RUNGS);
    return (await runOnPage(page, 'mediabunny', frames, RUNGS)).seconds;
  });

/** What decoding costs, each rendition beside it, and all of them. */
export const profileOf = (file: string, frames: number): Promise<Readonly<Record<string, Cell>>[]> =>
  onPage(file, async (page) => [
    ...(await profileEngine(page, file, frames, { rungs: RUNGS, contestant: 'engine-scaled' })),
  ]);
