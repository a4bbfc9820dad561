import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { inviteHelpers, startHelper } from '../../tests/helpers/lend.ts';
import { startOrigin } from '../../tests/helpers/origin.ts';
import { startUpload, untilUploaded } from '../../tests/helpers/upload.ts';

const LONG_MS = 1_800_000;

export interface HelpedTimes {
  readonly seconds: number;
  /** Published pieces of each helper. */
  readonly pieces: readonly number[];
}

/** A browser that may use one processor only, so that each tab stands for a machine. */
function pinnedOptions(folder: string, processor: number) {
  const { executablePath, args } = launchOptions();
  if (executablePath === undefined) throw new Error('A browser on this machine is needed: set CHROME_PATH.');
  const wrapper = join(folder, `browser-${processor}`);
  writeFileSync(wrapper, `#!/bin/sh\nexec taskset -c ${processor} '${executablePath}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  return { executablePath: wrapper, args };
}

/** The creator's tab on processor 0, helper `i` on processor `i + 1`. */
export async function helpedTimes(file: string, helpers: number): Promise<HelpedTimes> {
  const origin = await startOrigin();
  const folder = mkdtempSync(join(tmpdir(), 'tabcast-bench-'));
  const browsers = await Promise.all(
    Array.from({ length: helpers + 1 }, (_, processor) => chromium.launch(pinnedOptions(folder, processor))),
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
