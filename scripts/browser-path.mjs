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

/**
 * Path of a browser that is already on this machine; undefined means Playwright's own download.
 * @returns {string | undefined}
 */
export function installedBrowser() {
  return process.env['CHROME_PATH'] ?? KNOWN_PATHS.find((path) => existsSync(path));
}
