import { isDeepStrictEqual } from 'node:util';
import { type Helped, NO_HELP } from '../package/mpd-periods.ts';
import type { Visibility } from '../protocol/accounts.ts';
import type { BroadcastDetail, IngestState, TimelineCut, UploadPlan } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import type { Edge } from './availability.ts';
import { BroadcastLife } from './broadcast-life.ts';
import type { BroadcastRecord, BroadcastRecords, RecordChange, StartFacts } from './broadcast-records.ts';
import { type BroadcastBasics, basicsOf, detailOf, durableOf, ingestStateOf } from './broadcast-views.ts';
import type { Clock } from './clock.ts';
import {
  type HelpMade,
  type HelpPromise,
  helpedOf,
  lackingOfHelpers,
  type MadeFacts,
  madeByHelpers,
} from './helped.ts';
import type { WaiterBudget } from './hot-tail.ts';
import type { SilenceRules } from './lifecycle.ts';
import { edgeOf } from './live-edge.ts';
import { newerTab, unknownGeneration } from './problem.ts';
import { endOfUpload } from './recording-end.ts';
import { type Running, runningOf } from './running.ts';
import { SavedRecord } from './saved-record.ts';
import type { BroadcastStore } from './segment-store.ts';
import { reshape, shapeOf } from './store-shape.ts';
import { isWhole } from './timeline.ts';

export interface BroadcastDeps {
  readonly clock: Clock;
  readonly records: BroadcastRecords;
  readonly budget: WaiterBudget;
  readonly silence: SilenceRules;
  /** Something failed that no answer can tell: a change that could not be saved, bytes that could not be read. */
  readonly onError: (error: unknown) => void;
}

/** A broadcast in this process: joins its record, its bytes and the requests that wait for it. */
export class Broadcast {
  readonly store: BroadcastStore;
  readonly #deps: BroadcastDeps;
  readonly #saved: SavedRecord;
  readonly #life: BroadcastLife;
  #running: Running | undefined;
  #isStopping = false;
  /** What viewers are promised of helpers: their renditions from this part on. */
  #promise: HelpPromise | undefined;
  #helped: Helped = NO_HELP;
  #isBeingRedone = false;

  constructor(record: BroadcastRecord, store: BroadcastStore, deps: BroadcastDeps) {
    this.store = store;
    this.#deps = deps;
    const saved = new SavedRecord(record, deps.records);
    this.#saved = saved;
    this.#life = new BroadcastLife({
      ...deps,
      saved,
      store,
      running: () => this.#running,
      isComplete: () => this.isComplete(),
    });
    if (record.start !== undefined) this.#running = runningOf(record.start, store.inits(), deps);
    this.#helped = this.#helpedNow();
    this.#life.arm();
  }

  get record(): BroadcastRecord {
    return this.#saved.now;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  get isOver(): boolean {
    return this.#life.isOver;
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

  /** Where the live edge of a track is, or the end of what lies around `part`, for `availability.ts`. */
  edge(track: TrackId, part: PartIndex, start: StartFacts): Edge {
    const facts = { record: this.#record, start, life: this.#life.now, helped: this.#helped, nowMs: this.nowMs() };
    return edgeOf(facts, track, part);
  }

  /** What is missing of an upload is being made: it comes when it comes, not by the clock. */
  get isBeingMade(): boolean {
    return this.#record.start?.isUpload === true && this.#life.now.state === 'ended';
  }

  /**
   * Every part up to the end that the creator said is in. What helpers began and nobody finished is waited for only as
   * long as somebody makes it again.
   */
  isComplete(): boolean {
    const { end, cuts } = this.#record;
    const { whole } = this.#madeByHelpers();
    const helped = { ...this.#helped, ranges: whole, redone: [] };
    return (
      !this.#isBeingRedone &&
      end?.by === 'creator' &&
      isWhole(cuts, end.endParts, (track) => this.store.stored(track), helped)
    );
  }

  /** What helpers make of it, and where it is shown (SPEC LEND12). */
  get helped(): Helped {
    return this.#helped;
  }

  /**
   * What viewers are promised of helpers from now on; undefined: they see only what is whole. Called again whenever a
   * segment of theirs has become whole.
   */
  async promiseHelp(promise: HelpPromise | undefined): Promise<void> {
    this.#promise = promise;
    await this.#showHelp({});
  }

  /** What helpers made of these segments is never shown again (SPEC LEND16). Durable when the promise resolves. */
  async disown(segments: readonly number[]): Promise<void> {
    const disowned = [...new Set([...this.#record.disowned, ...segments])];
    this.#saved.note({ disowned });
    await this.#showHelp({ disowned });
  }

  /** Somebody makes again what helpers did not finish (SPEC LEND17): until it is false, a recording stays open. */
  setBeingRedone(isBeingRedone: boolean): void {
    const wasBeingRedone = this.#isBeingRedone;
    this.#isBeingRedone = isBeingRedone;
    if (wasBeingRedone && !isBeingRedone) this.heard();
  }

  /** Segments that could be made again. */
  lackingOfHelpers(): readonly number[] {
    const facts = this.#madeFacts();
    return facts === undefined ? [] : lackingOfHelpers(facts);
  }

  async #showHelp(change: RecordChange): Promise<void> {
    const helped = this.#helpedNow();
    const isSame = isDeepStrictEqual(helped, this.#helped);
    this.#helped = helped;
    if (isSame && Object.keys(change).length === 0) return;
    await this.#change({ ...change, publishMs: this.nowMs() });
    this.#running?.tail.wakeAll();
  }

  #helpedNow(): Helped {
    return helpedOf(this.#running?.tracks ?? [], this.#madeByHelpers(), this.#promise);
  }

  #madeByHelpers(): HelpMade {
    const facts = this.#madeFacts();
    return facts === undefined ? { whole: [], redone: [] } : madeByHelpers(facts);
  }

  #madeFacts(): MadeFacts | undefined {
    const { end, disowned } = this.#record;
    const running = this.#running;
    if (running === undefined) return undefined;
    const { tracks, grid } = running;
    return { tracks, grid, disowned, endParts: end?.endParts, stored: (track) => this.store.stored(track).toJSON() };
  }

  /** SPEC FENCE1: durable when the promise resolves, in force at once. */
  async claim(): Promise<void> {
    await this.#change({ generation: this.#record.generation + 1 });
  }

  /** SPEC FENCE2; asked before a body is read and again before anything of it is taken. */
  fence(generation: number): void {
    if (generation < this.#record.generation) throw newerTab();
    if (generation > this.#record.generation) throw unknownGeneration();
  }

  /** `cuts` replaces the declared ones, which it contains (SPEC CUT). */
  async setCuts(cuts: readonly TimelineCut[]): Promise<void> {
    await this.#change({ cuts, publishMs: this.nowMs() });
    reshape(this.store, this.#record);
    this.#running?.tail.wakeAll();
    if (this.#life.now.state === 'ended') this.heard();
  }

  /** `upload`: everything that will ever come is known now (SPEC UPLOAD1). */
  async start(facts: StartFacts, upload?: UploadPlan): Promise<void> {
    const nowMs = this.nowMs();
    const ending = upload === undefined ? {} : endOfUpload(upload, nowMs);
    this.#saved.note(ending);
    this.store.setShape(shapeOf(facts, this.#record));
    this.#running = runningOf(facts, this.store.inits(), this.#deps);
    const state = this.#life.start(facts.isUpload, nowMs);
    this.#helped = this.#helpedNow();
    await this.#change({ ...ending, start: facts, state, publishMs: nowMs });
  }

  heard(): void {
    this.#life.heard();
  }

  /** `endParts` for every track: the index after its last part. What is stored beyond counts too. */
  async end(endParts: Readonly<Record<TrackId, PartIndex>>): Promise<void> {
    await this.#life.end(endParts);
  }

  /** What has not come for so long is given up. */
  async expire(): Promise<void> {
    await this.#life.expire();
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
    return basicsOf(this.#record, this.store);
  }

  detail(): Omit<BroadcastDetail, 'isOwn' | 'viewers'> {
    return detailOf(this.#record, this.store);
  }

  ingestState(): IngestState {
    return ingestStateOf(this.#record, this.store, this.nowMs());
  }

  durable(): Readonly<Record<TrackId, readonly PartRange[]>> {
    return durableOf(this.#record, this.store);
  }

  /** Stops the timers and lets go of the bytes; the broadcast goes on in the next process. */
  async close(): Promise<void> {
    this.#life.stop();
    this.stopWaiting();
    await this.#saved.rest();
    await this.store.close();
  }

  get #record(): BroadcastRecord {
    return this.#saved.now;
  }

  async #change(change: RecordChange): Promise<void> {
    await this.#saved.change(change);
  }
}
