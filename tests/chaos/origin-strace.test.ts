import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { IngestState } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../../src/protocol/tick.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { until } from '../helpers/until.ts';
import { audioTrack, partBytes, partOf, videoTrack } from '../unit/origin-test-media.ts';
import { startProcess, stopProcess } from './origin-process.ts';
import { startBroadcast } from './started-broadcast.ts';

const TRACKS = [videoTrack(360), audioTrack];

interface KernelFault {
  readonly words: string;
  readonly call: string;
  readonly fault: string;
  /** What a tab is told while it lasts; a disk that is only slow refuses nothing. */
  readonly isRefusing: boolean;
}

const FAULTS: readonly KernelFault[] = [
  { words: 'fails fdatasync for a while', call: 'fdatasync', fault: 'error=EIO:when=8..11', isRefusing: true },
  { words: 'takes 0.3 s for every fdatasync', call: 'fdatasync', fault: 'delay_exit=300000', isRefusing: false },
];

for (const { words, call, fault, isRefusing } of FAULTS)
  test(`P1 P8: a real kernel that ${words} costs time and not one durable part`, async () => {
    test.skip(
      spawnSync('strace', ['-f', '-qq', '-e', `trace=${call}`, 'true']).status !== 0,
      'strace cannot trace here',
    );
    test.setTimeout(120_000);
    const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-strace-'));
    const log = path.join(dataDir, 'strace.log');
    const tracer = ['strace', '-f', '-qq', '-o', log, '-e', `trace=${call}`, '-e', `inject=${call}:${fault}`];
    let { child, base } = await startProcess(dataDir, { prefix: tracer });
    const { id, auth } = await startBroadcast(base, TRACKS, 120);

    // As a tab does: what is refused is sent again, what is not durable is not forgotten.
    let next = 0;
    let isDurable = 0;
    let refusals = 0;
    await until(
      async () => {
        const parts = TRACKS.flatMap((track) => [0, 1, 2].map((i) => partOf(track.id, next + i, DEFAULT_GRID)));
        const headers = { ...auth, 'content-type': TICK_CONTENT_TYPE };
        const body = Buffer.from(encodeTick(parts));
        const answer = await fetch(base + ingest.parts(id), { method: 'POST', headers, body });
        if (answer.status !== 200) refusals += 1;
        else {
          const { parts: outcomes, durable } = (await answer.json()) as TickAnswer;
          if (outcomes.every(({ status }) => status < 300)) next += 3;
          else refusals += 1;
          isDurable = Math.min(...TRACKS.map((track) => durable[track.id]?.[0]?.to ?? 0));
        }
        return isDurable > 220;
      },
      { timeout: 90_000, intervals: [60] },
    ).toBe(true);
    expect(refusals > 0).toBe(isRefusing);
    expect(await readFile(log, 'utf8'), 'the kernel did what it was told').toContain(
      isRefusing ? '(INJECTED)' : 'DELAYED',
    );
    const traced =
      child.pid === undefined
        ? ''
        : spawnSync('pgrep', ['-P', String(child.pid)])
            .stdout.toString()
            .trim();
    process.kill(Number(traced), 'SIGKILL');
    await stopProcess(child, 'SIGKILL');

    ({ child, base } = await startProcess(dataDir));
    const after = (await (await fetch(base + ingest.state(id), { headers: auth })).json()) as IngestState;
    for (const { id: track } of TRACKS) {
      expect(after.durable[track]?.[0]?.from).toBe(0);
      expect(after.durable[track]?.[0]?.to).toBeGreaterThanOrEqual(isDurable);
      for (let part = 0; part < isDurable; part += 5) {
        const url = base + live.piece(id, track, Math.floor(part / 100), part % 100, 100);
        const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
        expect(bytes.equals(partBytes(track, part, DEFAULT_GRID))).toBe(true);
      }
    }
    expect(await stopProcess(child, 'SIGTERM')).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });
