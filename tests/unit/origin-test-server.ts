import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HashCost } from '../../src/accounts/password.ts';
import { type Origin, type OriginOptions, startOrigin } from '../../src/origin/app.ts';
import { MemorySegmentStore } from '../../src/origin/memory-store.ts';
import type { ReservedBroadcast } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID, type Grid } from '../../src/protocol/grid.ts';
import type { Part } from '../../src/protocol/part.ts';
import { encodeTick, TICK_CONTENT_TYPE, type TickAnswer } from '../../src/protocol/tick.ts';
import type { Track } from '../../src/protocol/track.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { FakeClock } from './origin-test-clock.ts';
import { audioTrack, type Bytes, contentDigest, initOf, partOf, videoTrack } from './origin-test-media.ts';

/** The least that Argon2 takes: what a password's hash costs is told by one test, and of no use to the others. */
export const QUICK_HASH: HashCost = { memoryKib: 8, passes: 1, lanes: 1 };

/** A real origin on a free port of this machine, with a clock that the test moves. */
export class TestOrigin {
  readonly origin: Origin;
  readonly clock: FakeClock;
  readonly base: string;
  readonly dataDir: string;

  private constructor(origin: Origin, clock: FakeClock, dataDir: string) {
    this.origin = origin;
    this.clock = clock;
    this.dataDir = dataDir;
    this.base = origin.url.replace('localhost', '127.0.0.1');
  }

  static async start(options: Partial<OriginOptions> & { clock?: FakeClock } = {}): Promise<TestOrigin> {
    const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'tabcast-origin-')));
    const clock = options.clock ?? new FakeClock();
    const origin = await startOrigin({
      staticDir: path.join(dataDir, 'no-pages'),
      store: new MemorySegmentStore(),
      host: '127.0.0.1',
      port: 0,
      broadcastBy: 'anyone',
      ...options,
      accounts: { hashCost: QUICK_HASH, ...options.accounts },
      dataDir,
      clock,
    });
    return new TestOrigin(origin, clock, dataDir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.origin.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  get(url: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.base + url, init);
  }

  async getBytes(url: string): Promise<Buffer> {
    return Buffer.from(await (await this.get(url)).arrayBuffer());
  }

  async reserve(title = 'A test'): Promise<TestBroadcast> {
    const headers = { 'content-type': 'application/json' };
    const answer = await this.get('/api/broadcasts', { method: 'POST', headers, body: JSON.stringify({ title }) });
    if (answer.status !== 201) throw new Error(`reserve: ${answer.status} ${await answer.text()}`);
    return new TestBroadcast(this, (await answer.json()) as ReservedBroadcast);
  }

  /** A broadcast with a picture and sound that has started now. */
  async live(grid: Grid = DEFAULT_GRID): Promise<TestBroadcast> {
    const broadcast = await this.reserve();
    await broadcast.putInits();
    const started = await broadcast.start(grid);
    if (started.status !== 200) throw new Error(`start: ${started.status} ${await started.text()}`);
    return broadcast;
  }
}

export class TestBroadcast {
  readonly id: string;
  readonly token: string;
  readonly reserved: ReservedBroadcast;
  readonly tracks: readonly Track[];
  readonly #origin: TestOrigin;
  #grid: Grid = DEFAULT_GRID;

  /** The same broadcast on another origin, such as the next process on the same folder. */
  at(origin: TestOrigin): TestBroadcast {
    return new TestBroadcast(origin, this.reserved);
  }

  constructor(origin: TestOrigin, reserved: ReservedBroadcast) {
    this.#origin = origin;
    this.reserved = reserved;
    this.id = reserved.id;
    this.token = reserved.token;
    this.tracks = [videoTrack(360), audioTrack];
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` };
  }

  url(file: string): string {
    return `/live/${this.id}/${file}`;
  }

  piece(segment: number, piece: number, pieces: number, track = 'v360'): string {
    return live.piece(this.id, track, segment, piece, pieces);
  }

  postJson(url: string, body: unknown): Promise<Response> {
    const headers = { ...this.headers, 'content-type': 'application/json' };
    return this.#origin.get(url, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  putInit(track: string, bytes: Bytes, segment = 0): Promise<Response> {
    const headers = { ...this.headers, 'content-digest': contentDigest(bytes) };
    return this.#origin.get(ingest.init(this.id, track, segment), { method: 'PUT', headers, body: bytes });
  }

  async putInits(): Promise<void> {
    for (const track of this.tracks) await this.putInit(track.id, initOf(track as Parameters<typeof initOf>[0]));
  }

  start(grid: Grid = DEFAULT_GRID): Promise<Response> {
    this.#grid = grid;
    const request = { availabilityStartMs: this.#origin.clock.nowMs(), grid, tracks: this.tracks };
    return this.postJson(ingest.start(this.id), request);
  }

  post(body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
    const all = { ...this.headers, 'content-type': TICK_CONTENT_TYPE, ...headers };
    return this.#origin.get(ingest.parts(this.id), { method: 'POST', headers: all, body: Buffer.from(body) });
  }

  async send(...parts: Part[]): Promise<TickAnswer> {
    const answer = await this.post(encodeTick(parts));
    if (answer.status !== 200) throw new Error(`parts: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as TickAnswer;
  }

  /** The parts `[from, to)` of both tracks, with the clock moved to the end of each. */
  async sendTicks(from: number, to: number, tracks: readonly string[] = ['v360', 'a128']): Promise<void> {
    const parts: Part[] = [];
    for (let part = from; part < to; part++) {
      for (const track of tracks) parts.push(partOf(track, part, this.#grid));
      if (parts.length < 200 && part + 1 < to) continue;
      const answer = await this.send(...parts.splice(0));
      const refused = answer.parts.find((outcome) => 'code' in outcome);
      if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`);
    }
  }

  end(endPart: number): Promise<Response> {
    return this.postJson(ingest.end(this.id), { endParts: { v360: endPart, a128: endPart } });
  }

  async state(): Promise<string> {
    const answer = await this.#origin.get(`/api/broadcasts/${this.id}`);
    return ((await answer.json()) as { state: string }).state;
  }
}

export const problemOf = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
];
