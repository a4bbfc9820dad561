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

/** A process of a browser, as the protocol tells of it. */
export interface ProcessInfo {
  readonly type: string;
  readonly id: number;
}

/** Resident memory of all pages, their workers and encoders included. */
export async function pagesBytes(processes: readonly ProcessInfo[]): Promise<number> {
  const pages = processes.filter(({ type }) => type === 'renderer');
  const sizes = await Promise.all(pages.map(({ id }) => residentBytes(id)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The same of a browser that Playwright drives. */
export async function pagesResidentBytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return pagesBytes(processInfo);
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
