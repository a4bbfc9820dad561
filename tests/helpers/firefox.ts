import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';

const SOUND_WITHIN_MS = 5_000;
const PLACES = ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

/** The Firefox of this machine, or the one that FIREFOX_PATH names; undefined where there is none. */
export function installedFirefox(): string | undefined {
  const named = process.env['FIREFOX_PATH'];
  return named ?? PLACES.find((path) => existsSync(path));
}

/** Nothing is asked, a camera and a microphone are played, and sound starts without a click. */
const FAKE_DEVICES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
} as const;

/**
 * Firefox starts no sound on a machine without a sound card. Where PulseAudio is installed it plays one that goes
 * nowhere; the answer ends it. Undefined where there is none.
 */
async function playSoundCard(): Promise<{ server: string; stop: () => Promise<void> } | undefined> {
  if (!existsSync('/usr/bin/pulseaudio')) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tabcast-sound-'));
  const socket = join(folder, 'socket');
  const server = spawn(
    '/usr/bin/pulseaudio',
    [
      '-n',
      '--daemonize=no',
      '--exit-idle-time=-1',
      '--load=module-null-sink',
      `--load=module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    ],
    { stdio: 'ignore', env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder } },
  );
  const deadline = Date.now() + SOUND_WITHIN_MS;
  while (!existsSync(socket) && server.exitCode === null && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    server: `unix:${socket}`,
    async stop() {
      server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Real Firefox, driven over WebDriver BiDi. The caller closes it. */
export async function launchFirefox(): Promise<Browser> {
  const executablePath = installedFirefox();
  if (executablePath === undefined)
    throw new Error(
      'This test needs Firefox. Install it (on Debian: apt-get install firefox-esr), or name its path in FIREFOX_PATH.',
    );
  const card = await playSoundCard();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: { ...FAKE_DEVICES },
    env: { ...process.env, ...(card === undefined ? {} : { PULSE_SERVER: card.server }) },
  });
  browser.once('disconnected', () => void card?.stop());
  return browser;
}
