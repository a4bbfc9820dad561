import { isDeepStrictEqual } from 'node:util';
import type { BroadcastEnd, BroadcastState } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import type { RecordChange } from './broadcast-records.ts';
import type { Clock } from './clock.ts';
import { isOver, type Life, type LifeEvent, lifeAfterRestart, next, type SilenceRules, timerMs } from './lifecycle.ts';
import { endPartsOf, recordingEndMs } from './recording-end.ts';
import type { Running } from './running.ts';
import type { SavedRecord } from './saved-record.ts';
import type { BroadcastStore } from './segment-store.ts';
import { reshape } from './store-shape.ts';

export interface BroadcastLifeOptions {
  readonly saved: SavedRecord;
  readonly store: BroadcastStore;
  readonly clock: Clock;
  readonly silence: SilenceRules;
  readonly onError: (error: unknown) => void;
  running(): Running | undefined;
  /** Everything up to the end is in. */
  isComplete(): boolean;
}

type EndParts = Readonly<Record<TrackId, PartIndex>>;

/** How a broadcast goes on and ends: by what its creator says, by parts that come, by time that passes. */
export class BroadcastLife {
  readonly #options: BroadcastLifeOptions;
  #life: Life;
  #stopTimer: () => void = () => {};

  constructor(options: BroadcastLifeOptions) {
    this.#options = options;
    this.#life = lifeAfterRestart(options.saved.now, options.clock.nowMs());
  }

  get now(): Life {
    return this.#life;
  }

  get isOver(): boolean {
    return isOver(this.#life.state);
  }

  /** From now on time counts too. */
  arm(): void {
    const { clock, silence, onError } = this.#options;
    this.#stopTimer();
    const atMs = timerMs(this.#life, silence);
    if (atMs === undefined) return;
    this.#stopTimer = clock.at(atMs, () => {
      this.#apply({ kind: 'timer', isComplete: this.#options.isComplete() }).catch(onError);
      this.arm();
    });
  }

  stop(): void {
    this.#stopTimer();
  }

  /** Answers with the state, which is not in the record yet. */
  start(isUpload: boolean, nowMs: number): BroadcastState {
    this.#life = next(this.#life, { kind: 'started', isUpload }, nowMs, this.#options.silence);
    this.arm();
    return this.#life.state;
  }

  heard(): void {
    const { clock, onError } = this.#options;
    if (this.#life.state === 'live') this.#life = { state: 'live', heardMs: clock.nowMs() };
    else this.#hear().catch(onError);
  }

  async end(said: EndParts): Promise<void> {
    await this.#options.store.sync();
    if (this.isOver) await this.#setEnd({ by: 'creator', endParts: this.#endParts(said) });
    await this.#apply({ kind: 'ended', isComplete: this.#options.isComplete() }, said);
  }

  async expire(): Promise<void> {
    await this.#apply({ kind: 'expired' });
  }

  /** A part after the end: the end by silence moves on with it. */
  async #hear(): Promise<void> {
    const { end } = this.#options.saved.now;
    if (end?.by === 'silence' && this.#life.state !== 'sealed') {
      const endParts = this.#endParts(end.endParts);
      if (!isDeepStrictEqual(endParts, end.endParts)) await this.#setEnd({ by: 'silence', endParts });
    }
    await this.#apply({ kind: 'heard', isComplete: this.#options.isComplete() });
  }

  async #setEnd(end: BroadcastEnd): Promise<void> {
    const { saved, clock } = this.#options;
    saved.note({ end });
    await saved.change({ end, durationMs: await this.#durationMs(end), publishMs: clock.nowMs() });
    this.#tell();
  }

  async #apply(event: LifeEvent, said: EndParts = {}): Promise<void> {
    const { saved, clock, silence } = this.#options;
    const nowMs = clock.nowMs();
    const before = this.#life;
    this.#life = next(before, event, nowMs, silence);
    const { state } = this.#life;
    if (state === before.state) return;
    this.arm();
    const change: { -readonly [K in keyof RecordChange]: RecordChange[K] } = { state };
    if (state === 'processing') {
      change.endedMs = nowMs;
      change.end = { by: event.kind === 'ended' ? 'creator' : 'silence', endParts: this.#endParts(said) };
      // At once, so that nothing beyond the end is taken while the end is being looked at.
      saved.note(change);
    }
    const { end, durationMs } = saved.now;
    if (end !== undefined) change.durationMs = await this.#durationMs(end);
    if (before.state === 'processing' || (isOver(before.state) && change.durationMs !== durationMs))
      change.publishMs = nowMs;
    await saved.change(change);
    this.#tell();
  }

  /** Only after the record is saved: a short last segment on the disk means nothing without the end in the record. */
  #tell(): void {
    const { saved, store } = this.#options;
    if (saved.now.end !== undefined) reshape(store, saved.now);
    this.#options.running()?.tail.wakeAll();
  }

  #endParts(said: EndParts): EndParts {
    return endPartsOf(this.#options.running()?.tracks ?? [], this.#options.store, said);
  }

  async #durationMs(end: BroadcastEnd): Promise<number> {
    const expectations = this.#options.running()?.expectations ?? new Map();
    return recordingEndMs(end.endParts, expectations, this.#options.store);
  }
}
