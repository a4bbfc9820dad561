import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { launchOptions } from '../../tests/helpers/browser.ts';

/** A browser that may use these processors only (`0`, `0,1`), so that each tab stands for a machine. */
export function pinnedBrowser(folder: string, processors: string): Promise<Browser> {
  const { executablePath, args } = launchOptions();
  if (executablePath === undefined) throw new Error('A browser on this machine is needed: set CHROME_PATH.');
  const wrapper = join(folder, `browser-${processors.replaceAll(',', '-')}`);
  writeFileSync(wrapper, `#!/bin/sh\nexec taskset -c ${processors} '${executablePath}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  return chromium.launch({ executablePath: wrapper, args });
}
