import { installedBrowser } from '../../scripts/browser-path.mjs';

/** No GPU, no QUIC, no phoning home. The sandbox stays on unless we are root, where Chromium refuses to start with it. */
const BASE_FLAGS: readonly string[] = [
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
