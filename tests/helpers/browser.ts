import { existsSync } from 'node:fs';

const KNOWN_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Path of a browser that is already on this machine; undefined means Playwright's own download. */
export function installedBrowser(): string | undefined {
  const named = process.env['CHROME_PATH'];
  return named ?? KNOWN_PATHS.find((path) => existsSync(path));
}

/** No GPU, no QUIC, no phoning home. The sandbox stays on unless we are root, where Chromium refuses to start with it. */
export const BASE_FLAGS: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A camera of 30 frames a second with a moving picture, and a microphone that beeps. Permission is still asked for. */
export const FAKE_CAMERA_FLAGS: readonly string[] = ['--use-fake-device-for-media-stream=fps=30'];

/** What Playwright needs to start the browser, for tests and for the bench. */
export function launchOptions(flags: readonly string[] = []): { executablePath?: string; args: string[] } {
  const executablePath = installedBrowser();
  const args = [...BASE_FLAGS, ...flags];
  return executablePath === undefined ? { args } : { executablePath, args };
}
