import { defineConfig } from '@playwright/test';
import { launchOptions } from './helpers/browser.ts';

/**
 * Files whose tests mostly wait for media, for people's pauses and for a server to come back, at one or two small
 * qualities or none encoded at all: two cores carry two of them.
 */
const PAIRED = [
  'ending',
  'firefox-watch',
  'first-frame',
  'green-room',
  'hidden',
  'hole',
  'isolation',
  'pages-*',
  'pause',
  'phone',
  'quality',
  'resume',
  'sleep',
  'slow-encoder',
  'spool-*',
  'start',
  'storm-fallback',
  'storm-kill',
  'storm-pause',
  'storm-sizes',
  'storm-slow-line',
  'storm-viewers',
  'strangers',
  'without-server',
].map((name) => `e2e/${name}.test.ts`);

const inChromium = {
  // What hangs is ended; how long a machine may take says nothing: the slowest so far was five times slower than the fastest.
  timeout: 240_000,
  expect: { timeout: 40_000 },
  // Requests of pages under a service worker escape the tests' routes; who tests it allows it.
  use: {
    serviceWorkers: 'block',
    browserName: 'chromium',
    launchOptions: launchOptions(),
    screenshot: 'only-on-failure',
  },
} as const;

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  reporter: [['./helpers/reporter.ts']],
  forbidOnly: true,
  workers: 2,
  projects: [
    {
      name: 'unit',
      testMatch: ['unit/**/*.test.ts', 'contract/**/*.test.ts', 'chaos/origin-*.test.ts'],
      fullyParallel: true,
      timeout: 60_000,
    },
    { name: 'paired', testMatch: PAIRED, ...inChromium },
    {
      name: 'chromium',
      testMatch: ['e2e/**/*.test.ts'],
      testIgnore: PAIRED,
      // Two cores carry one live broadcast of several qualities and its viewer, not two.
      workers: 1,
      ...inChromium,
    },
  ],
});
