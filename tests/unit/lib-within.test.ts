import { expect, test } from '@playwright/test';
import { startLimitMs, stuckAt } from '../../src/encode/start-steps.ts';
import { within } from '../../src/lib/within.ts';
import type { StageError } from '../../src/protocol/errors.ts';

const late = (): Error => new Error('late');
const never = new Promise<never>(() => undefined);

test('what settles in time counts, whatever it is; what does not is late', async () => {
  expect(await within(Promise.resolve(0), 1000, late)).toBe(0);
  await expect(within(Promise.reject(new Error('its own')), 1000, late)).rejects.toThrow('its own');
  await expect(within(never, 1, late)).rejects.toThrow('late');
});

test('every wait of a start ends, with its own code, what to do about it, and for the log how long it took', () => {
  const steps = ['encoders', 'picture', 'frames'] as const;
  const errors: readonly StageError[] = steps.map(stuckAt);
  expect(new Set(errors.map(({ code }) => code)).size).toBe(steps.length);
  for (const [i, error] of errors.entries()) {
    const step = steps[i] ?? 'frames';
    expect(startLimitMs(step)).toBeGreaterThan(0);
    expect(error.message).toMatch(/then reload the page\.$/);
    expect(String(error.cause)).toContain(`${startLimitMs(step)} ms for: ${step}`);
  }
});
