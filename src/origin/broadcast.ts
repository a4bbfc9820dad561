import { checkInit } from '../package/check-init.ts';
import { checkPart, type PartExpectation } from '../package/check-part.ts';
import type { Visibility } from '../protocol/accounts.ts';
import type { BroadcastDetail, BroadcastSummary, IngestState } from '../protocol/broadcast.ts';
import { type PartIndex, SEGMENT_SECONDS } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import type { Edge } from './availability.ts';
import type { BroadcastRecord, BroadcastRecords, RecordChange, StartFacts } from './broadcast-records.ts';
import type { Clock } from './clock.ts';
import { type HotTail, MemoryHotTail, type WaiterBudget } from './hot-tail.ts';
import { isOver, type Life, type LifeEvent, next, PROCESSING_MS, timerMs } from './lifecycle.ts';
import type { BroadcastStore } from './segment-store.ts';

/** Segments of each track kept in memory: the growing one and the one before it. */
const HOT_SEGMENTS = 2;

/** What a broadcast can say of itself, whoever asks. */
export type BroadcastBasics = Omit<BroadcastSummary, 'isOwn' | 'viewers'>;

/** Everything a check of a part needs but its index. */
export type TrackExpectation = Omit<PartExpectation, 'part'>;

export interface BroadcastDeps {
  readonly clock: Clock;
  readonly records: BroadcastRecords;
  readonly budget: WaiterBudget;
  /** Something failed that no answer can tell: a change that could not be saved, bytes that could not be read. */
  readonly onError: (error: unknown) => void;
}

/** One started broadcast: its facts, its checks and its newest parts. */
export interface Running extends StartFacts {
  readonly tail: HotTail;
  readonly expectations: ReadonlyMap<TrackId, TrackExpectation>;
}

const lifeOf = (record: BroadcastRecord, nowMs: number): Life => {
  switch (record.state) {
    case 'live':
    case 'interrupted':
      // The time the origin was down is not the creator's silence.
      return { state: record.state, heardMs: nowMs };
    case 'processing':
      return { state: 'processing', endedMs: record.endedMs ?? nowMs };
    default:
      return { state: record.state };
  }
};

/** A broadcast in this process: joins its record, its bytes and the requests that wait for it. */
export class Broadcast {
  readonly store: BroadcastStore;
  readonly #deps: BroadcastDeps;
  #record: BroadcastRecord;
  #life: Life;
  #running: Running | undefined;
  #stopTimer: () => void = () => {};
  #isStopping = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(record: BroadcastRecord, store: BroadcastStore, deps: BroadcastDeps) {
    this.store = store;
    this.#deps = deps;
    this.#record = record;
    this.#life = lifeOf(record, deps.clock.nowMs());
    if (record.start !== undefined) this.#running = this.#run(record.start);
    this.#arm();
  }

  get record(): BroadcastRecord {
    return this.#record;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  get isOver(): boolean {
    return isOver(this.#life.state);
  }

  nowMs(): number {
    return this.#deps.clock.nowMs();
  }

  /** Calls back once; for the deadlines of answers. */
  at(atMs: number, callback: () => void): () => void {
    return this.#deps.clock.at(atMs, callback);
  }

  /** True from the moment the process was asked to stop: nobody is kept waiting any more. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Lets everybody go who waits here; what is being received is still taken. */
  stopWaiting(): void {
    this.#isStopping = true;
    this.#running?.tail.wakeAll();
  }

  /** For the log: something behind this broadcast failed, and the answer could not say it. */
  report(error: unknown): void {
    this.#deps.onError(error);
  }

  /** Where the live edge of a track is, for the decisions of `availability.ts`. */
  edge(track: TrackId, running: Running): Edge {
    return {
      nowMs: this.nowMs(),
      availabilityStartMs: running.availabilityStartMs,
      partsPerSegment: running.grid.partsPerSegment,
      endPart: this.#record.endParts?.[track],
      holdUntilMs: this.#life.state === 'processing' ? this.#life.endedMs + PROCESSING_MS : undefined,
    };
  }

  /** Every part up to the announced end is in. */
  isComplete(): boolean {
    const ends = Object.entries(this.#record.endParts ?? {});
    return ends.length > 0 && ends.every(([track, end]) => this.store.stored(track).covers(0, end));
  }

  async start(facts: StartFacts): Promise<void> {
    this.store.setShape({ partsPerSegment: facts.grid.partsPerSegment });
    this.#running = this.#run(facts);
    this.#life = next(this.#life, { kind: 'started' }, this.nowMs());
    this.#arm();
    await this.#change({ start: facts, state: this.#life.state, publishMs: this.nowMs() });
  }

  heard(): void {
    const life = this.#life;
    if (life.state === 'live') this.#life = { state: 'live', heardMs: this.nowMs() };
    else {
      const isComplete = life.state === 'ended' && this.isComplete();
      this.#apply({ kind: 'heard', isComplete }).catch(this.#deps.onError);
    }
  }

  /** `endParts` for every track: the index after its last part. What is stored beyond counts too. */
  async end(endParts: Readonly<Record<TrackId, PartIndex>>): Promise<void> {
    await this.store.sync();
    await this.#apply({ kind: 'ended' }, endParts);
  }

  async setTitle(title: string): Promise<void> {
    if (title !== this.#record.title) await this.#change({ title, publishMs: this.nowMs() });
  }

  async setVisibility(visibility: Visibility): Promise<void> {
    if (visibility !== this.#record.visibility) await this.#change({ visibility });
  }

  async setPoster(jpeg: Buffer): Promise<void> {
    await this.store.putPoster(jpeg);
    await this.#change({ posterVersion: this.#record.posterVersion + 1 });
  }

  summary(): BroadcastBasics {
    const { id, title, state, start, posterVersion, visibility } = this.#record;
    return {
      id,
      title,
      state,
      startedAt: start?.availabilityStartMs ?? null,
      durationMs: Math.round(this.isOver ? this.#record.durationMs : this.#storedMs()),
      posterUrl: posterVersion === 0 ? null : `/live/${id}/poster.jpg?v=${posterVersion}`,
      visibility,
    };
  }

  detail(): Omit<BroadcastDetail, 'isOwn' | 'viewers'> {
    return { ...this.summary(), grid: this.#running?.grid ?? null, tracks: this.#running?.tracks ?? [] };
  }

  ingestState(): IngestState {
    const tracks = this.#running?.tracks.map((track) => track.id) ?? [];
    return {
      state: this.#record.state,
      serverTimeMs: this.nowMs(),
      availabilityStartMs: this.#running?.availabilityStartMs ?? null,
      inits: [...this.store.inits().keys()],
      stored: Object.fromEntries(tracks.map((track) => [track, this.store.stored(track).toJSON()])),
      durable: this.durable(),
    };
  }

  durable(): Readonly<Record<TrackId, readonly PartRange[]>> {
    const tracks = this.#running?.tracks ?? [];
    return Object.fromEntries(tracks.map(({ id }) => [id, this.store.durable(id).toJSON()]));
  }

  /** Stops the timers and lets go of the bytes; the broadcast goes on in the next process. */
  async close(): Promise<void> {
    this.#stopTimer();
    this.stopWaiting();
    await this.#saving;
    await this.store.close();
  }

  #run(facts: StartFacts): Running {
    const expectations = new Map<TrackId, TrackExpectation>();
    for (const track of facts.tracks) {
      const init = checkInit(this.store.inits().get(track.id) ?? new Uint8Array());
      if (init.kind === 'bad') continue;
      const { trackNumber, timescale, defaults } = init.facts;
      expectations.set(track.id, { kind: track.kind, trackNumber, timescale, defaults, grid: facts.grid });
    }
    const { clock, budget } = this.#deps;
    const keptParts = HOT_SEGMENTS * facts.grid.partsPerSegment;
    return { ...facts, expectations, tail: new MemoryHotTail({ clock, budget, keptParts }) };
  }

  #storedMs(): number {
    if (this.#running === undefined) return 0;
    const { tracks, grid } = this.#running;
    const end = Math.max(0, ...tracks.map((track) => this.store.stored(track.id).end));
    return (end * SEGMENT_SECONDS * 1000) / grid.partsPerSegment;
  }

  #arm(): void {
    this.#stopTimer();
    const atMs = timerMs(this.#life);
    if (atMs === undefined) return;
    this.#stopTimer = this.#deps.clock.at(atMs, () => {
      const event: LifeEvent = { kind: 'timer', isComplete: this.isComplete() };
      this.#apply(event).catch(this.#deps.onError);
      this.#arm();
    });
  }

  async #apply(event: LifeEvent, endParts?: Readonly<Record<TrackId, PartIndex>>): Promise<void> {
    const nowMs = this.nowMs();
    const before = this.#life;
    this.#life = next(before, event, nowMs);
    if (this.#life.state === before.state) return;
    this.#arm();
    const change: { -readonly [K in keyof RecordChange]: RecordChange[K] } = { state: this.#life.state };
    if (this.#life.state === 'processing') {
      change.endedMs = nowMs;
      change.endParts = this.#ends(endParts ?? {});
      // At once, so that nothing beyond the end is taken while the end is being looked at.
      this.#record = { ...this.#record, ...change };
      change.durationMs = await this.#endMs(change.endParts);
    } else if (isOver(this.#life.state) && this.#record.endParts !== undefined) {
      change.durationMs = await this.#endMs(this.#record.endParts);
      if (before.state === 'processing' || change.durationMs !== this.#record.durationMs) change.publishMs = nowMs;
    }
    await this.#change(change);
    // Only now: a short last segment on the disk means nothing without the end in the record.
    if (change.endParts !== undefined && this.#running !== undefined)
      this.store.setShape({ partsPerSegment: this.#running.grid.partsPerSegment, endParts: change.endParts });
    this.#running?.tail.wakeAll();
  }

  #ends(said: Readonly<Record<TrackId, PartIndex>>): Record<TrackId, PartIndex> {
    const tracks = this.#running?.tracks ?? [];
    return Object.fromEntries(
      tracks.map((track) => [track.id, Math.max(said[track.id] ?? 0, this.store.stored(track.id).end)]),
    );
  }

  /**
   * Where the recording ends. The track that ends first decides, so that no player waits for a picture under the last
   * moment of sound; a track that stopped much earlier does not cut the others.
   */
  async #endMs(endParts: Readonly<Record<TrackId, PartIndex>>): Promise<number> {
    const ends: number[] = [];
    for (const [track, end] of Object.entries(endParts)) {
      const expectation = this.#running?.expectations.get(track);
      if (end === 0 || expectation === undefined) continue;
      const [bytes] = await this.store.read(track, end - 1, end);
      const check = bytes === undefined ? undefined : checkPart(bytes, { ...expectation, part: end - 1 });
      const nominalMs = (end * SEGMENT_SECONDS * 1000) / expectation.grid.partsPerSegment;
      ends.push(check?.kind === 'ok' ? (check.endTicks * 1000) / expectation.timescale : nominalMs);
    }
    if (ends.length === 0) return 0;
    const last = Math.max(...ends);
    return Math.floor(Math.min(...ends.filter((end) => end > last - 200)));
  }

  /** The record in memory is the truth of this process; writes follow in order. */
  async #change(change: RecordChange): Promise<void> {
    this.#record = { ...this.#record, ...change };
    const saved = this.#saving.then(() => this.#deps.records.save(this.#record));
    this.#saving = saved.catch(() => {});
    await saved;
  }
}
