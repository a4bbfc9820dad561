import { isBroadcastId } from '../protocol/urls.ts';
import { Broadcast, type BroadcastDeps } from './broadcast.ts';
import type { BroadcastRecord } from './broadcast-records.ts';
import { unknownBroadcast } from './problem.ts';
import type { SegmentStore, StoreShape } from './segment-store.ts';
import { hashToken, mintBroadcastId, mintToken } from './token.ts';

/** A link that nobody went live on is forgotten after a day. */
const RESERVED_FOR_MS = 24 * 3600_000;

const shapeOf = (record: BroadcastRecord): StoreShape | undefined =>
  record.start === undefined
    ? undefined
    : {
        partsPerSegment: record.start.grid.partsPerSegment,
        ...(record.endParts === undefined ? {} : { endParts: record.endParts }),
      };

/** All broadcasts of this origin. Finished ones are opened when somebody asks for them. */
export class Registry {
  readonly #deps: BroadcastDeps;
  readonly #store: SegmentStore;
  readonly #dormant = new Map<string, BroadcastRecord>();
  readonly #open = new Map<string, Promise<Broadcast>>();
  readonly #awake = new Map<string, Broadcast>();

  private constructor(store: SegmentStore, deps: BroadcastDeps) {
    this.#store = store;
    this.#deps = deps;
  }

  /** Reads the records and opens what is not finished, so that it goes on at once. */
  static async load(store: SegmentStore, deps: BroadcastDeps): Promise<Registry> {
    const registry = new Registry(store, deps);
    for (const record of await deps.records.all()) registry.#dormant.set(record.id, record);
    await registry.forgetOldReservations();
    const unfinished = [...registry.#dormant.values()].filter((record) => record.state !== 'sealed');
    for (const record of unfinished) await registry.get(record.id);
    return registry;
  }

  async reserve(title: string): Promise<{ broadcast: Broadcast; token: string }> {
    const token = mintToken();
    const nowMs = this.#deps.clock.nowMs();
    const record: BroadcastRecord = {
      id: mintBroadcastId(),
      title,
      tokenHash: hashToken(token),
      state: 'reserved',
      createdMs: nowMs,
      start: undefined,
      endedMs: undefined,
      endParts: undefined,
      publishMs: nowMs,
      durationMs: 0,
      posterVersion: 0,
    };
    await this.#deps.records.insert(record);
    this.#dormant.set(record.id, record);
    return { broadcast: await this.get(record.id), token };
  }

  /** Without waiting when it is open, which the hot path relies on. Throws 404 for anything else. */
  find(id: string): Broadcast | Promise<Broadcast> {
    return this.#awake.get(id) ?? this.get(id);
  }

  /** Throws 404 `unknown_broadcast`, also for ids that are none. */
  get(id: string): Promise<Broadcast> {
    if (!isBroadcastId(id)) return Promise.reject(unknownBroadcast());
    let opened = this.#open.get(id);
    if (opened === undefined) {
      const record = this.#dormant.get(id);
      if (record === undefined) return Promise.reject(unknownBroadcast());
      opened = this.#wake(record);
      this.#open.set(id, opened);
    }
    return opened;
  }

  /** Newest first, without those that are only reserved (SPEC API1). */
  list(): ReturnType<Broadcast['summary']>[] {
    const summaries = [...this.#dormant.values()].map((record) => {
      const awake = this.#awake.get(record.id);
      if (awake !== undefined) return awake.summary();
      const { id, title, state, start, durationMs, posterVersion } = record;
      const posterUrl = posterVersion === 0 ? null : `/live/${id}/poster.jpg?v=${posterVersion}`;
      return { id, title, state, startedAt: start?.availabilityStartMs ?? null, durationMs, posterUrl };
    });
    return summaries
      .filter((summary) => summary.state !== 'reserved')
      .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
  }

  async forgetOldReservations(): Promise<void> {
    const beforeMs = this.#deps.clock.nowMs() - RESERVED_FOR_MS;
    for (const { id, createdMs } of Array.from(this.#dormant.values())) {
      const state = this.#awake.get(id)?.record.state ?? this.#dormant.get(id)?.state;
      if (state !== 'reserved' || createdMs >= beforeMs) continue;
      this.#dormant.delete(id);
      const awake = this.#awake.get(id);
      this.#awake.delete(id);
      this.#open.delete(id);
      await awake?.close();
      await this.#store.remove(id);
      await this.#deps.records.remove(id);
    }
  }

  /** Lets everybody go who waits for media, so that the server can close. */
  stopWaiting(): void {
    for (const broadcast of this.#awake.values()) broadcast.stopWaiting();
  }

  async close(): Promise<void> {
    for (const broadcast of this.#awake.values()) await broadcast.close();
    await this.#deps.records.close();
  }

  async #wake(record: BroadcastRecord): Promise<Broadcast> {
    const store = await this.#store.open(record.id, shapeOf(record));
    const broadcast = new Broadcast(record, store, this.#deps);
    this.#awake.set(record.id, broadcast);
    return broadcast;
  }
}
