import { expect } from '@playwright/test';

const LOOKS_AFTER_MS = [20, 50, 100];

interface Waiting {
  readonly message?: string;
  readonly timeout?: number;
  readonly intervals?: number[];
}

/**
 * `expect.poll` that looks ten times a second: by itself it comes to look once a second only, and half of that is lost
 * in each of the hundreds of waits of the suite.
 */
export const until = <T>(actual: () => T | Promise<T>, options: Waiting = {}): ReturnType<typeof expect.poll<T>> =>
  expect.poll(actual, { intervals: LOOKS_AFTER_MS, ...options });
