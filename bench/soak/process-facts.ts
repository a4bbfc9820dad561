import { readdir, readFile } from 'node:fs/promises';
import type { Browser, Page } from '@playwright/test';

/** Resident memory in bytes; 0 where there is no /proc. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Open descriptors; 0 where there is no /proc. */
export const descriptors = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;

/** Resident memory of all pages of a browser, their workers and encoders included. */
export async function pagesResidentBytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const pages = processInfo.filter(({ type }) => type === 'renderer');
  const sizes = await Promise.all(pages.map(({ id }) => residentBytes(id)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Heap of the page after a forced collection, in bytes. Workers have their own. */
export async function pageHeapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
