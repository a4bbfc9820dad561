import type { Browser } from '@playwright/test';

/** It runs this long in a row, on as many cores as the machine has: short, so that it is slow and not away. */
const RUNS_MS = 2;
const ASKS_EVERY_MS = 200;
/** By so much longer it stands still between two runs, each time that it is not behind. */
const STEP_MS = 0.6;
const EASE = 0.95;
const MAX_STOP_MS = 100;
/** Enough to be felt, and too little for the process to be lost in its own queues: on any machine. */
const BEHIND_MS = { from: 700, to: 1300 };

/**
 * A machine that gets slower, for one process and every thread in it, until `behindMs` tells that it no longer keeps up,
 * and stays so until what is returned is called. The browser's own throttling (`Emulation.setCPUThrottlingRate`) slows
 * the main threads of pages and nothing else.
 */
export function makeTooSlow(pid: number, behindMs: () => Promise<number>): () => void {
  let timer: NodeJS.Timeout;
  let stopMs = 0;
  const stop = (): void => {
    process.kill(pid, 'SIGSTOP');
    timer = setTimeout(run, stopMs);
  };
  const run = (): void => {
    process.kill(pid, 'SIGCONT');
    timer = setTimeout(stop, RUNS_MS);
  };
  const asking = setInterval(() => {
    void behindMs().then((behind) => {
      if (behind < BEHIND_MS.from) stopMs = Math.min(MAX_STOP_MS, stopMs + STEP_MS);
      else if (behind > BEHIND_MS.to) stopMs *= EASE;
    });
  }, ASKS_EVERY_MS);
  stop();
  return () => {
    clearInterval(asking);
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
