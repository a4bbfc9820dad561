import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { FAKE_CAMERA_FLAGS, launchOptions } from '../helpers/browser.ts';
import { startOrigin } from '../helpers/origin.ts';
import { broadcastDetail, endStream, goLive } from '../helpers/studio.ts';
import { proveWhole, reservedBy } from './spool-proof.ts';

test.use({ launchOptions: launchOptions(FAKE_CAMERA_FLAGS), permissions: ['camera', 'microphone'] });

test('P4 the origin is killed and gone for 6 s while live: the studio counts what is safe, and nothing is missing afterwards', async ({
  page,
}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-outage-'));
  const first = await startOrigin({ dataDir });
  const reserved = reservedBy(page);
  const { id } = await goLive(page, first.url, '?ladder=360,240');
  await expect.poll(async () => (await broadcastDetail(first.url, id)).durationMs).toBeGreaterThan(2000);
  await first.kill();
  const pill = page.locator('status-pill');
  await expect(pill).toContainText(/Reconnecting: \d+ s safe in this tab/);
  await expect(pill).toContainText(/Reconnecting: ([6-9]|[1-9]\d) s safe in this tab/);
  const second = await startOrigin({ dataDir, port: first.port });
  await expect(pill).toContainText('You are live');
  await expect(pill).not.toContainText('still to be sent');
  await endStream(page);
  expect(await proveWhole(second.url, await reserved)).toBeGreaterThan(80);
  await second.stop();
  await rm(dataDir, { recursive: true });
});

test('P8 the disk of the origin is full while live: the studio says so and what is safe, and nothing is missing afterwards', async ({
  page,
}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tabcast-full-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', dataDir]).status === 0;
  test.skip(!isMounted, 'mounting a small file system needs rights that this user does not have');
  const origin = await startOrigin({ dataDir });
  try {
    const reserved = reservedBy(page);
    const { id } = await goLive(page, origin.url, '?ladder=360,240');
    await expect.poll(async () => (await broadcastDetail(origin.url, id)).durationMs).toBeGreaterThan(2000);
    const ballast = join(dataDir, 'ballast');
    for (let isFull = false; !isFull; )
      isFull = await appendFile(ballast, Buffer.alloc(64 * 1024)).then(
        () => false,
        () => true,
      );
    const pill = page.locator('status-pill');
    await expect(pill).toContainText(/The server is full: [3-9] s safe in this tab/);
    await rm(ballast);
    await expect(pill).toContainText('You are live');
    await expect(pill).not.toContainText('still to be sent');
    await endStream(page);
    expect(await proveWhole(origin.url, await reserved)).toBeGreaterThan(40);
  } finally {
    await origin.stop();
    spawnSync('umount', [dataDir]);
    await rm(dataDir, { recursive: true });
  }
});
