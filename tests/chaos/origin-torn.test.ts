import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../../src/protocol/tick.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { freePort } from '../helpers/free-port.ts';
import { firstSeed, isLong, randomOf } from '../helpers/random.ts';
import { until } from '../helpers/until.ts';
import { audioTrack, partBytes, partOf, videoTrack } from '../unit/origin-test-media.ts';
import { type OriginProcess, startProcess, stopProcess } from './origin-process.ts';
import { type StartedBroadcast, startBroadcast } from './started-broadcast.ts';

const TRACKS = [videoTrack(360), audioTrack];
const PPS = DEFAULT_GRID.partsPerSegment;
/** Large enough that an answer is many writes, and that a small disk fills. */
const SAMPLE_BYTES = 6000;
const bytesOf = (track: string, part: number): Buffer =>
  partBytes(track, part, DEFAULT_GRID, { sampleBytes: SAMPLE_BYTES });
const PATIENCE_MS = 1000;
const RETRY_MS = 20;

/** A creator whose parts are known byte for byte: what is refused is sent again, as a tab does. */
class Creator {
  readonly base: string;
  readonly id: string;
  readonly #auth: { readonly authorization: string };
  next = 0;

  private constructor(base: string, { id, auth }: StartedBroadcast) {
    this.base = base;
    this.id = id;
    this.#auth = auth;
  }

  static async start(base: string): Promise<Creator> {
    return new Creator(base, await startBroadcast(base, TRACKS, 3600));
  }

  /** The status of the request; 200 moves on. */
  async send(): Promise<number> {
    const parts = TRACKS.map((track) => partOf(track.id, this.next, DEFAULT_GRID, { sampleBytes: SAMPLE_BYTES }));
    const headers = { ...this.#auth, 'content-type': TICK_CONTENT_TYPE };
    const body = Buffer.from(encodeTick(parts));
    const answer = await fetch(this.base + ingest.parts(this.id), { method: 'POST', headers, body });
    if (answer.status !== 200) return answer.status;
    const { parts: outcomes } = (await answer.json()) as TickAnswer;
    const worst = Math.max(...outcomes.map(({ status }) => status));
    if (worst < 300) this.next++;
    return worst;
  }

  /** Back to what is durable: what was only stored may have died with the origin. */
  async rewind(): Promise<void> {
    const state = (await (await fetch(this.base + ingest.state(this.id), { headers: this.#auth })).json()) as {
      durable: TickAnswer['durable'];
    };
    this.next = Math.min(...TRACKS.map((track) => state.durable[track.id]?.[0]?.to ?? 0));
  }
}

/** Viewers that never stop reading: new pieces, old ones, several at once, growing and finished segments. */
class Readers {
  readonly torn: string[] = [];
  whole = 0;
  broken = 0;
  #isOver = false;
  readonly #running: Promise<void>[];

  constructor(creator: Creator, random: () => number) {
    this.#running = Array.from({ length: 4 }, () => this.#read(creator, random));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #read(creator: Creator, random: () => number): Promise<void> {
    while (!this.#isOver) {
      const track = random() < 0.7 ? 'v360' : 'a128';
      const newest = Math.max(0, creator.next - 1);
      const part = random() < 0.5 ? newest : Math.floor(random() * (newest + 1));
      const segment = Math.floor(part / PPS);
      const isSegment = random() < 0.2;
      // Pieces of five parts begin where a manifest of such pieces says.
      const size = random() < 0.5 ? 1 : 5;
      const from = isSegment ? segment * PPS : part - (part % size);
      const wanted = isSegment
        ? live.segment(creator.id, track, segment)
        : live.piece(creator.id, track, segment, (from % PPS) / size, PPS / size);
      await this.#judge(creator, wanted, track, from, isSegment ? PPS : size);
    }
  }

  /**
   * What ends as HTTP says that it ends is the parts, whole and in order. What is broken off, as a segment that grows
   * may be, is the beginning of them.
   */
  async #judge(creator: Creator, url: string, track: string, from: number, count: number): Promise<void> {
    const truth = Buffer.concat(Array.from({ length: count }, (_, i) => bytesOf(track, from + i)));
    let got = Buffer.alloc(0);
    let isWhole = false;
    try {
      const answer = await fetch(creator.base + url, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
      for await (const chunk of answer.body ?? []) got = Buffer.concat([got, chunk]);
      isWhole = true;
    } catch {
      // A viewer asks again in a moment.
      await setTimeout(RETRY_MS);
    }
    const isFiller = isWhole && got.length < 100 && got.toString('latin1', 4, 8) === 'styp';
    const isRight = isWhole ? got.equals(truth) : truth.subarray(0, got.length).equals(got);
    if (isFiller || (isRight && !isWhole)) this.broken += 1;
    else if (isRight) this.whole += 1;
    else this.torn.push(`${url}: ${got.length} bytes that are not parts ${from} to ${from + count}`);
  }
}

async function note(readers: Readers): Promise<void> {
  await readers.stop();
  const description = `${readers.whole} answers whole, ${readers.broken} broken off, refused or not there, ${readers.torn.length} torn`;
  test.info().annotations.push({ type: 'read meanwhile', description });
  expect(readers.torn).toEqual([]);
  expect(readers.whole).toBeGreaterThan(20);
}

test(`P2 P3: what viewers read while the origin is killed again and again is whole or is told to be broken (seed ${firstSeed})`, async () => {
  test.setTimeout(isLong ? 600_000 : 60_000);
  const random = randomOf(firstSeed);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-torn-'));
  const port = await freePort();
  let running: OriginProcess = await startProcess(dataDir, { port });
  const creator = await Creator.start(running.base);
  while (creator.next < PPS + 20) await creator.send();
  const readers = new Readers(creator, random);
  for (let kill = 0; kill < (isLong ? 40 : 2); kill++) {
    const killAt = creator.next + 20 + Math.floor(random() * 80);
    while (creator.next < killAt) await creator.send();
    await stopProcess(running.child, 'SIGKILL');
    running = await startProcess(dataDir, { port });
    await creator.rewind();
  }
  await note(readers);
  await stopProcess(running.child, 'SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

test(`P8: what viewers read while the disk is full is whole, and the creator goes on when there is room (seed ${firstSeed})`, async () => {
  test.setTimeout(60_000);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tabcast-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', dataDir], { stdio: 'ignore' });
  } catch {
    test.skip(true, 'mounting a small file system needs rights that this user does not have');
  }
  const { child, base } = await startProcess(dataDir);
  try {
    const creator = await Creator.start(base);
    while (creator.next < PPS + 20) await creator.send();
    const readers = new Readers(creator, randomOf(firstSeed));
    const ballast = path.join(dataDir, 'ballast');
    // As much as there is room for; what does not fit is cut off by the disk.
    await writeFile(ballast, Buffer.alloc(40 << 20)).catch(() => undefined);
    await until(async () => [507, 503].includes(await creator.send()), { intervals: [0] }).toBe(true);
    const readBefore = readers.whole;
    await until(() => readers.whole, { timeout: 20_000 }).toBeGreaterThan(readBefore + 15);
    await rm(ballast);
    const fullAt = creator.next;
    await until(() => creator.send().then(() => creator.next), { timeout: 20_000, intervals: [20] }).toBeGreaterThan(
      fullAt + 50,
    );
    await note(readers);
  } finally {
    await stopProcess(child, 'SIGTERM');
    execFileSync('umount', [dataDir]);
    await rm(dataDir, { recursive: true, force: true });
  }
});
