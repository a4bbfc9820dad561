import { test as base } from '@playwright/test';
import { type RunningOrigin, startOrigin } from './origin.ts';

interface OriginFixtures {
  /** Environment of the origin beyond port, host and data folder. */
  originEnv: Readonly<Record<string, string>>;
  /** One origin for all tests of a worker: starting it is cheap, and sharing it is what an origin is for. */
  origin: RunningOrigin;
}

export const test = base.extend<object, OriginFixtures>({
  originEnv: [{}, { option: true, scope: 'worker' }],
  origin: [
    async ({ originEnv }, use) => {
      const origin = await startOrigin({ env: originEnv });
      await use(origin);
      await origin.stop();
    },
    { scope: 'worker' },
  ],
});
