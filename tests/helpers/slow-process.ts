import type { Browser } from '@playwright/test';

/** It runs this long in a row, on as many cores as the machine has: short, so that it is slow and not away. */
const RUNS_MS = 2;
/** Of the time since it began: so long it stands still between two runs. */
const SLOWER = 1 / 300;
const MAX_STOP_MS = 100;

/**
 * A machine that gets slower and slower, for one process and every thread in it, until what is returned is called. The
 * browser's own throttling (`Emulation.setCPUThrottlingRate`) slows the main threads of pages and nothing else.
 */
export function growSlower(pid: number): () => void {
  const sinceMs = performance.now();
  let timer: NodeJS.Timeout;
  const stop = (): void => {
    process.kill(pid, 'SIGSTOP');
    timer = setTimeout(run, Math.min(MAX_STOP_MS, (performance.now() - sinceMs) * SLOWER));
  };
  const run = (): void => {
    process.kill(pid, 'SIGCONT');
    timer = setTimeout(stop, RUNS_MS);
  };
  stop();
  return () => {
    clearTimeout(timer);
    process.kill(pid, 'SIGCONT');
  };
}

/** The process of pages that has worked most: where the only page is that is open. */
export async function busiestRenderer(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const [busiest] = processInfo.filter(({ type }) => type === 'renderer').sort((a, b) => b.cpuTime - a.cpuTime);
  if (busiest === undefined) throw new Error('the browser has no page');
  return busiest.id;
}
