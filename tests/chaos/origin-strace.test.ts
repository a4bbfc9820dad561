import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
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
  {
    words: 'makes the disk read-only for a while',
    call: 'fdatasync',
    fault: 'error=EROFS:when=8..11',
    isRefusing: true,
  },
  { words: 'takes 0.3 s for every fdatasync', call: 'fdatasync', fault: 'delay_exit=300000', isRefusing: false },
];

interface Target {
  readonly base: string;
  readonly id: string;
  readonly auth: Record<string, string>;
}

/** As a tab does: what is refused is sent again, what is not durable is not forgotten. */
class Sender {
  readonly #target: Target;
  /** Parts of each track in one request. */
  readonly #batch: number;
  #next = 0;
  durable = 0;
  refusals = 0;

  constructor(target: Target, batch: number) {
    this.#target = target;
    this.#batch = batch;
  }

  async send(): Promise<void> {
    const { base, id, auth } = this.#target;
    const indices = Array.from({ length: this.#batch }, (_, i) => this.#next + i);
    const parts = TRACKS.flatMap((track) => indices.map((part) => partOf(track.id, part, DEFAULT_GRID)));
    const headers = { ...auth, 'content-type': TICK_CONTENT_TYPE };
    const body = Buffer.from(encodeTick(parts));
    const answer = await fetch(base + ingest.parts(id), { method: 'POST', headers, body }).catch(() => undefined);
    if (answer?.status !== 200) {
      this.refusals += 1;
      return;
    }
    const { parts: outcomes, durable } = (await answer.json()) as TickAnswer;
    if (outcomes.every(({ status }) => status < 300)) this.#next += this.#batch;
    else this.refusals += 1;
    this.durable = Math.min(...TRACKS.map((track) => durable[track.id]?.[0]?.to ?? 0));
  }

  until(isEnough: () => boolean): Promise<void> {
    const sendOn = async (): Promise<boolean> => {
      await this.send();
      return isEnough();
    };
    return until(sendOn, { timeout: 90_000, intervals: [60] }).toBe(true);
  }
}

/** After a restart everything that was durable is there. */
async function expectKept(dataDir: string, { id, auth }: Omit<Target, 'base'>, durable: number): Promise<void> {
  const { child, base } = await startProcess(dataDir);
  const after = (await (await fetch(base + ingest.state(id), { headers: auth })).json()) as IngestState;
  for (const { id: track } of TRACKS) {
    expect(after.durable[track]?.[0]?.from).toBe(0);
    expect(after.durable[track]?.[0]?.to).toBeGreaterThanOrEqual(durable);
    for (let part = 0; part < durable; part += 5) {
      const url = base + live.piece(id, track, Math.floor(part / 100), part % 100, 100);
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect(bytes.equals(partBytes(track, part, DEFAULT_GRID))).toBe(true);
    }
  }
  expect(await stopProcess(child, 'SIGTERM')).toBe(0);
  await rm(dataDir, { recursive: true, force: true });
}

const canTrace = spawnSync('strace', ['-f', '-qq', '-e', 'trace=fdatasync', 'true']).status === 0;
const untraced = canTrace ? '' : '[skipped: strace cannot trace here] ';

for (const { words, call, fault, isRefusing } of FAULTS)
  test(`${untraced}P1 P8: a real kernel that ${words} costs time and not one durable part`, async () => {
    test.skip(!canTrace, 'strace cannot trace here');
    test.setTimeout(120_000);
    const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-strace-'));
    const log = path.join(dataDir, 'strace.log');
    const tracer = ['strace', '-f', '-qq', '-o', log, '-e', `trace=${call}`, '-e', `inject=${call}:${fault}`];
    const { child, base } = await startProcess(dataDir, { prefix: tracer });
    const started = await startBroadcast(base, TRACKS, 120);
    const sender = new Sender({ base, ...started }, 3);
    await sender.until(() => sender.durable > 220);
    expect(sender.refusals > 0).toBe(isRefusing);
    expect(await readFile(log, 'utf8'), 'the kernel did what it was told').toContain(
      isRefusing ? '(INJECTED)' : 'DELAYED',
    );
    const traced = spawnSync('pgrep', ['-P', String(child.pid)])
      .stdout.toString()
      .trim();
    process.kill(Number(traced), 'SIGKILL');
    await stopProcess(child, 'SIGKILL');
    await expectKept(dataDir, started, sender.durable);
  });

/** From now on this process can open nothing more; or, without a number, as much as ever. */
function limitFiles(pid: number, most?: number): void {
  const done = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${most ?? 1024}:`]);
  if (done.status !== 0) throw new Error(`prlimit: ${done.stderr.toString()}`);
}

const canLimit = spawnSync('prlimit', ['--version']).status === 0;
const unlimited = canLimit ? '' : '[skipped: there is no prlimit here] ';

test(`${unlimited}P1 P8: a process that may open no more files costs time and not one durable part`, async () => {
  test.skip(!canLimit, 'there is no prlimit here');
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-files-'));
  const { child, base } = await startProcess(dataDir);
  const started = await startBroadcast(base, TRACKS, 120);
  const sender = new Sender({ base, ...started }, 10);
  await sender.until(() => sender.durable > 50);
  const pid = child.pid ?? 0;
  const open = new Set((await readdir(`/proc/${pid}/fd`)).map(Number));
  let firstFree = 0;
  while (open.has(firstFree)) firstFree++;
  limitFiles(pid, firstFree);
  await sender.until(() => sender.refusals >= 3);
  limitFiles(pid);
  await sender.until(() => sender.durable > 130);
  await stopProcess(child, 'SIGKILL');
  await expectKept(dataDir, started, sender.durable);
});
