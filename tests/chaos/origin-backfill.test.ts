import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { DiskSegmentStore } from '../../src/origin/disk-store.ts';
import { PROCESSING_MS } from '../../src/origin/lifecycle.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { live } from '../../src/protocol/urls.ts';
import { brokenRules } from '../helpers/mpd-rules.ts';
import { until } from '../helpers/until.ts';
import type { FakeClock } from '../unit/origin-test-clock.ts';
import { partBytes } from '../unit/origin-test-media.ts';
import { type TestBroadcast, TestOrigin } from '../unit/origin-test-server.ts';

const TRACKS = ['v360', 'a128'] as const;

const onDisk = (dataDir: string, clock?: FakeClock): Promise<TestOrigin> =>
  TestOrigin.start({
    dataDir,
    store: new DiskSegmentStore(path.join(dataDir, 'broadcasts'), () => {}),
    ...(clock === undefined ? {} : { clock }),
  });

/** The next process on the same folder, at the same time. */
async function restart(origin: TestOrigin, broadcast: TestBroadcast): Promise<[TestOrigin, TestBroadcast]> {
  await origin.origin.close();
  const next = await onDisk(origin.dataDir, origin.clock);
  return [next, broadcast.at(next)];
}

async function expectWhole(origin: TestOrigin, broadcast: TestBroadcast, end: number): Promise<void> {
  for (const track of TRACKS)
    for (let from = 0; from < end; from += 100) {
      const answer = await origin.get(live.segment(broadcast.id, track, from / 100));
      const parts = Array.from({ length: Math.min(end, from + 100) - from }, (_, i) => from + i);
      const expected = Buffer.concat(parts.map((part) => partBytes(track, part, DEFAULT_GRID)));
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect(Buffer.from(await answer.arrayBuffer()).equals(expected)).toBe(true);
    }
}

test('P4: after an outage the live edge comes first, the back-fill closes the gap, and the recording is whole', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 100);
  origin.clock.advance(70_000);
  // The line is back after 60 s: the newest first, so that viewers at the edge go on at once.
  await broadcast.sendTicks(700, 705);
  const edge = await origin.getBytes(broadcast.piece(7, 4, 100));
  expect(edge.equals(partBytes('v360', 704, DEFAULT_GRID))).toBe(true);
  expect((await origin.getBytes(broadcast.piece(3, 0, 5))).length).toBe(24);
  // Then the rest, newest and oldest in turns, while the edge goes on.
  origin.clock.advance(10_000);
  await broadcast.sendTicks(705, 800);
  for (let from = 100, to = 700; from < to; from += 50, to -= 50) {
    await broadcast.sendTicks(from, from + 50);
    await broadcast.sendTicks(to - 50, to);
  }
  const missed = await origin.getBytes(broadcast.piece(3, 0, 5));
  expect(missed.length).toBeGreaterThan(1000);
  await broadcast.end(800);
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('sealed');
  await expectWhole(origin, broadcast, 800);
});

test('P1 P4: what is missing at the end may follow, over restarts, until the recording is sealed and stays so', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-backfill-'));
  let origin = await onDisk(dataDir);
  let broadcast = await origin.live();
  origin.clock.advance(20_000);
  await broadcast.sendTicks(0, 80);
  await broadcast.sendTicks(150, 230);
  await broadcast.end(230);
  [origin, broadcast] = await restart(origin, broadcast);
  expect(await broadcast.state()).toBe('processing');
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('ended');
  const mpd = async (): Promise<string> => (await origin.get(live.manifest(broadcast.id, 100))).text();
  expect(brokenRules(await mpd(), { kind: 'static' })).toEqual([]);
  await broadcast.sendTicks(80, 120);
  [origin, broadcast] = await restart(origin, broadcast);
  expect(await broadcast.state()).toBe('ended');
  await broadcast.sendTicks(120, 149);
  expect(await broadcast.state()).toBe('ended');
  await broadcast.sendTicks(149, 150);
  await until(() => broadcast.state()).toBe('sealed');
  [origin, broadcast] = await restart(origin, broadcast);
  expect(await broadcast.state()).toBe('sealed');
  await expectWhole(origin, broadcast, 230);
  expect(brokenRules(await mpd(), { kind: 'static' })).toEqual([]);
  await origin.origin.close();
  await rm(dataDir, { recursive: true, force: true });
});
