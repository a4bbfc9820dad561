import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';

/** A browser whose process can be killed and started anew on the same profile, as after a crash. */
export class CrashableBrowser {
  readonly #profile: string;
  #process: ChildProcess | undefined;
  #browser: Browser | undefined;

  private constructor(profile: string) {
    this.#profile = profile;
  }

  static async create(): Promise<CrashableBrowser> {
    return new CrashableBrowser(await mkdtemp(join(tmpdir(), 'tabcast-profile-')));
  }

  /** Starts it and opens an empty page. */
  async start(cameraFlags = FAKE_CAMERA_FLAGS): Promise<Page> {
    const { executablePath, args } = launchOptions(cameraFlags);
    const portFile = join(this.#profile, 'DevToolsActivePort');
    await rm(portFile, { force: true });
    this.#process = spawn(
      executablePath ?? chromium.executablePath(),
      [
        ...args,
        '--headless=new',
        '--use-fake-ui-for-media-stream',
        '--remote-debugging-port=0',
        `--user-data-dir=${this.#profile}`,
        'about:blank',
      ],
      { detached: true, stdio: 'ignore' },
    );
    this.#browser = await chromium.connectOverCDP(`http://127.0.0.1:${await portIn(portFile)}`);
    return await this.newPage();
  }

  async newPage(): Promise<Page> {
    const page = await this.#browser?.contexts()[0]?.newPage();
    if (page === undefined) throw new Error('the browser does not run');
    return page;
  }

  /** SIGKILL to all its processes. The profile stays. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running?.pid === undefined) return;
    const ended = once(running, 'exit');
    process.kill(-running.pid, 'SIGKILL');
    await ended;
    // What the lock names is gone; a browser that finds it asks somebody who is not there.
    for (const name of ['SingletonLock', 'SingletonCookie', 'SingletonSocket'])
      await rm(join(this.#profile, name), { force: true });
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A browser to kill and a data folder for the origin, both gone afterwards. */
export async function withCrashes(
  work: (crashable: CrashableBrowser, dataDir: string) => Promise<void>,
): Promise<void> {
  const crashable = await CrashableBrowser.create();
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-crash-'));
  try {
    await work(crashable, dataDir);
  } finally {
    await crashable.dispose();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function portIn(file: string): Promise<number> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const [port] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    if (port !== undefined && port !== '') return Number(port);
    if (Date.now() > deadline) throw new Error('the browser did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
