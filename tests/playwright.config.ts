import { defineConfig } from '@playwright/test';
import { launchOptions } from './helpers/browser.ts';

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  reporter: [['./helpers/reporter.ts']],
  forbidOnly: true,
  projects: [
    {
      name: 'unit',
      testMatch: ['unit/**/*.test.ts', 'contract/**/*.test.ts', 'chaos/origin-*.test.ts'],
      fullyParallel: true,
      timeout: 60_000,
    },
    {
      name: 'chromium',
      testMatch: ['e2e/**/*.test.ts'],
      // Two cores carry one live broadcast and its viewer, not two.
      workers: 1,
      // Real browsers with real encoders share two cores with everything else: one that lost its turn is told as FLAKY,
      // with its error, and may try twice more. What is broken fails three times.
      retries: 2,
      timeout: 90_000,
      expect: { timeout: 20_000 },
      // Requests of pages under a service worker escape the tests' routes; who tests it allows it.
      use: {
        serviceWorkers: 'block',
        browserName: 'chromium',
        launchOptions: launchOptions(),
        screenshot: 'only-on-failure',
      },
    },
  ],
});
