import { expect, test } from '@playwright/test';
import type { OriginStatus } from '../../src/protocol/origin-status.ts';
import { bytesText, originAdvice, retentionText } from '../../src/ui/origin-words.ts';

const status: OriginStatus = {
  version: '0.1.0',
  node: '24.0.0',
  startedMs: 0,
  clock: { nowMs: 90_000, movedMs: 0 },
  disk: {
    health: 'ok',
    freeBytes: 50e9,
    totalBytes: 100e9,
    mediaBytes: 3e9,
    retentionDays: null,
    maxStorageBytes: null,
    isOverBudget: false,
    deletedBroadcasts: 0,
  },
  broadcasts: { reserved: 0, live: 0, interrupted: 0, processing: 0, ended: 0, sealed: 0 },
  live: [],
  viewers: 0,
  waiting: 0,
  answers: { answers: 100, clientErrors: 5, serverErrors: 0 },
  eventLoopDelayMs: { p50: 1, p99: 5, max: 20 },
  memory: { rssBytes: 1, heapUsedBytes: 1, mediaCacheBytes: 0, mediaCacheBudgetBytes: 1 },
};

test('sizes are read as on the box of a disk', () => {
  expect([0, 999, 1000, 3_240_000_000, 999_600_000, 5e15].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '3.2 GB',
    '1 GB',
    '5000 TB',
  ]);
});

test('a server that is well gives no advice; errors of clients are not its own', () => {
  expect(originAdvice(status)).toEqual([]);
});

test('each thing that is wrong is a sentence with what to do, a full disk before a slow one', () => {
  const words = (change: Partial<OriginStatus>): string =>
    originAdvice({ ...status, ...change })
      .map(({ tone, sentence }) => `${tone}: ${sentence}`)
      .join('\n');
  expect(words({ disk: { ...status.disk, health: 'full' } })).toMatch(/^bad: The disk is full.*RETENTION_DAYS/);
  expect(words({ disk: { ...status.disk, health: 'failing' } })).toContain('does not write');
  expect(words({ disk: { ...status.disk, isOverBudget: true } })).toContain('MAX_STORAGE_BYTES');
  expect(words({ disk: { ...status.disk, freeBytes: 1e9 } })).toBe(
    'slow: Only 1 GB of the disk are free. Delete recordings, or set RETENTION_DAYS.',
  );
  expect(words({ clock: { nowMs: 0, movedMs: -2500 } })).toContain('-2.5 s');
  expect(words({ answers: { answers: 100, clientErrors: 0, serverErrors: 2 } })).toContain('2 of the last 100');
  expect(words({ eventLoopDelayMs: { p50: 1, p99: 300, max: 400 } })).toContain('300 ms late');
  const justStarted = { clock: { nowMs: 10_000, movedMs: 0 }, eventLoopDelayMs: { p50: 1, p99: 300, max: 400 } };
  expect(words(justStarted)).toBe('');
});

test('what happens to old recordings is said, also that nothing does', () => {
  expect(retentionText(status.disk)).toContain('kept until somebody deletes them');
  const text = retentionText({ ...status.disk, retentionDays: 1, maxStorageBytes: 2e9, deletedBroadcasts: 3 });
  expect(text).toBe(
    'Recordings are deleted after 1 day, and when all media are over 2 GB, the oldest first. 3 so far since the start.',
  );
});
