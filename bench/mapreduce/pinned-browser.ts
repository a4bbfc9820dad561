import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { holdToShare } from './processor-share.ts';

export interface PinnedBrowser {
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

let browsers = 0;

/**
 * A browser that may use these processors only (`0`, `0,1`), and of each no more than `share`, so that each tab stands
 * for a machine where there are fewer processors than tabs.
 */
export async function pinnedBrowser(folder: string, processors: string, share = 1): Promise<PinnedBrowser> {
  const { executablePath, args } = launchOptions();
  if (executablePath === undefined) throw new Error('A browser on this machine is needed: set CHROME_PATH.');
  const wrapper = join(folder, `browser-${browsers++}`);
  const pidFile = `${wrapper}.pid`;
  writeFileSync(wrapper, `#!/bin/sh\necho $$ > '${pidFile}'\nexec taskset -c ${processors} '${executablePath}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  const browser = await chromium.launch({ executablePath: wrapper, args });
  const letGo =
    share < 1 && existsSync(pidFile) ? holdToShare(Number(readFileSync(pidFile, 'utf8')), share) : undefined;
  return {
    browser,
    close: async () => {
      letGo?.();
      await browser.close();
    },
  };
}
