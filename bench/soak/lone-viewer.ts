import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../../tests/helpers/browser.ts';
import { freePort } from '../../tests/helpers/free-port.ts';
import { type GlassRecord, glassScript } from '../shared/glass.ts';
import { BENCH_FLAGS } from '../shared/studio-run.ts';
import { type DebugSocket, heapBytesOf, openDebugSocket } from './debug-socket.ts';
import { type ProcessInfo, pagesBytes } from './process-facts.ts';

/** A viewer in a browser of its own, in bytes. */
export interface LoneViewer {
  heapBytes(): Promise<number>;
  residentBytes(): Promise<number>;
  record(): Promise<GlassRecord>;
  close(): Promise<void>;
}

/**
 * Without Playwright, which keeps the protocol's network domain on: in there a page remembers the address of every
 * request until it is left, and the addresses that dash.js is given hold the media itself.
 */
export async function openLoneViewer(url: string): Promise<LoneViewer> {
  const { executablePath = chromium.executablePath(), args } = launchOptions(BENCH_FLAGS);
  const [profile, port] = await Promise.all([mkdtemp(join(tmpdir(), 'tabcast-viewer-')), freePort()]);
  const own = ['--headless=new', `--user-data-dir=${profile}`, `--remote-debugging-port=${port}`, 'about:blank'];
  const browser = spawn(executablePath, [...args, ...own], { stdio: 'ignore' });
  const kill = (): void => {
    browser.kill('SIGKILL');
  };
  process.once('exit', kill);
  const whole = await socketTo(`http://127.0.0.1:${port}/json/version`);
  const page = await socketTo(`http://127.0.0.1:${port}/json/list`);
  await page.ask('Page.enable');
  await page.ask('Page.addScriptToEvaluateOnNewDocument', { source: glassScript() });
  await page.ask('Page.navigate', { url });
  return {
    heapBytes: () => heapBytesOf(page),
    async residentBytes() {
      const { processInfo } = await whole.ask<{ processInfo: readonly ProcessInfo[] }>('SystemInfo.getProcessInfo');
      return pagesBytes(processInfo);
    },
    async record() {
      const { result } = await page.ask<{ result: { value: GlassRecord } }>('Runtime.evaluate', {
        expression: 'tabcastGlass',
        returnByValue: true,
      });
      return result.value;
    },
    async close() {
      const ended = once(browser, 'exit');
      kill();
      await ended;
      process.removeListener('exit', kill);
      await rm(profile, { recursive: true, force: true });
    },
  };
}

const TRIES = 100;

/** The browser says where its debuggers are once it is up. */
async function socketTo(address: string): Promise<DebugSocket> {
  for (let left = TRIES; ; left--) {
    const answer = await fetch(address).catch(() => undefined);
    const said = (await answer?.json()) as DebugTarget | readonly DebugTarget[] | undefined;
    const target = [said].flat().find((one) => one !== undefined && (one.type ?? 'page') === 'page');
    if (target !== undefined) return openDebugSocket(target.webSocketDebuggerUrl);
    if (left === 0) throw new Error(`the browser does not answer at ${address}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface DebugTarget {
  readonly webSocketDebuggerUrl: string;
  /** The browser itself has none. */
  readonly type?: string;
}
