import type { BroadcastFacts } from '../accounts/context.ts';
import { type Identity, isListedFor, isOwner } from '../accounts/permissions.ts';
import type { BroadcastSummary } from '../protocol/broadcast.ts';
import { isBroadcastId } from '../protocol/urls.ts';
import { Broadcast, type BroadcastDeps } from './broadcast.ts';
import type { BroadcastRecord } from './broadcast-records.ts';
import { basicsOf } from './broadcast-views.ts';
import { isOver, OPEN_AFTER_END_MS } from './lifecycle.ts';
import { unknownBroadcast } from './problem.ts';
import type { SegmentStore } from './segment-store.ts';
import { shapeOf } from './store-shape.ts';
import { hashToken, mintBroadcastId, mintToken } from './token.ts';
import type { Viewers } from './viewers.ts';

/** A link that nobody went live on is forgotten after a day. */
const RESERVED_FOR_MS = 24 * 3600_000;

export interface RegistryDeps extends BroadcastDeps {
  readonly viewers: Viewers;
}

/** All broadcasts of this origin. Finished ones are opened when somebody asks for them. */
export class Registry {
  readonly #deps: RegistryDeps;
  readonly #store: SegmentStore;
  readonly #dormant = new Map<string, BroadcastRecord>();
  readonly #open = new Map<string, Promise<Broadcast>>();
  readonly #awake = new Map<string, Broadcast>();

  private constructor(store: SegmentStore, deps: RegistryDeps) {
    this.#store = store;
    this.#deps = deps;
  }

  /** Reads the records and opens what is not finished, so that it goes on at once. */
  static async load(store: SegmentStore, deps: RegistryDeps): Promise<Registry> {
    const registry = new Registry(store, deps);
    for (const record of await deps.records.all()) registry.#dormant.set(record.id, record);
    await registry.forgetOldReservations();
    const unfinished = [...registry.#dormant.values()].filter((record) => record.state !== 'sealed');
    for (const record of unfinished) await registry.get(record.id);
    return registry;
  }

  /** `ownerId` undefined: for somebody without an account. */
  async reserve(title: string, ownerId?: string): Promise<{ broadcast: Broadcast; token: string }> {
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
      end: undefined,
      generation: 1,
      cuts: [],
      disowned: [],
      publishMs: nowMs,
      durationMs: 0,
      posterVersion: 0,
      ownerId,
      visibility: 'public',
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

  /** Newest first, without those that are only reserved, for whoever asks (SPEC API1). */
  list(who: Identity | undefined): BroadcastSummary[] {
    return [...this.#dormant.values()]
      .filter((record) => isListedFor(who, this.#awake.get(record.id)?.record ?? record))
      .map((record) => this.#seenBy(who, record))
      .filter((summary) => summary.state !== 'reserved')
      .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
  }

  /** What accounts and positions need to know, without opening it; undefined for every id that is none. */
  facts(id: string): BroadcastFacts | undefined {
    const dormant = this.#dormant.get(id);
    if (dormant === undefined) return undefined;
    const awake = this.#awake.get(id);
    const { ownerId, visibility, start, state } = awake?.record ?? dormant;
    const durationMs = awake?.summary().durationMs ?? dormant.durationMs;
    return {
      ownerId,
      visibility,
      extent: { isOver: isOver(state), durationMs, availabilityStartMs: start?.availabilityStartMs ?? null },
      summary: (who) => this.#seenBy(who, dormant),
    };
  }

  countByOwner(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { ownerId } of this.#dormant.values())
      if (ownerId !== undefined) counts.set(ownerId, (counts.get(ownerId) ?? 0) + 1);
    return counts;
  }

  /** The record, the media and everything that is open of it. Throws 404 `unknown_broadcast`. */
  async remove(id: string): Promise<void> {
    if (!this.#dormant.has(id)) throw unknownBroadcast();
    await this.#drop(id);
  }

  async removeOwnedBy(accountId: string): Promise<readonly string[]> {
    const owned = [...this.#dormant.values()].filter((record) => record.ownerId === accountId);
    for (const { id } of owned) await this.#drop(id);
    return owned.map(({ id }) => id);
  }

  async forgetOldReservations(): Promise<void> {
    const beforeMs = this.#deps.clock.nowMs() - RESERVED_FOR_MS;
    for (const { id, createdMs } of Array.from(this.#dormant.values())) {
      const state = this.#awake.get(id)?.record.state ?? this.#dormant.get(id)?.state;
      if (state !== 'reserved' || createdMs >= beforeMs) continue;
      await this.#drop(id);
    }
  }

  /** Gives up what is still missing of broadcasts that ended long ago (SPEC INGEST4). */
  async expireEnded(): Promise<void> {
    const beforeMs = this.#deps.clock.nowMs() - OPEN_AFTER_END_MS;
    for (const broadcast of Array.from(this.#awake.values())) {
      const { state, endedMs = Number.POSITIVE_INFINITY } = broadcast.record;
      if (state === 'ended' && endedMs <= beforeMs) await broadcast.expire();
    }
  }

  /** As they are now, open or not. */
  records(): readonly BroadcastRecord[] {
    return [...this.#dormant.values()].map((record) => this.#awake.get(record.id)?.record ?? record);
  }

  open(): readonly Broadcast[] {
    return [...this.#awake.values()];
  }

  /** Lets everybody go who waits for media, so that the server can close. */
  stopWaiting(): void {
    for (const broadcast of this.#awake.values()) broadcast.stopWaiting();
  }

  async close(): Promise<void> {
    for (const broadcast of this.#awake.values()) await broadcast.close();
    await this.#deps.records.close();
  }

  #seenBy(who: Identity | undefined, record: BroadcastRecord): BroadcastSummary {
    const basics = this.#awake.get(record.id)?.summary() ?? basicsOf(record, undefined);
    const { viewers, clock } = this.#deps;
    return { ...basics, isOwn: isOwner(who, record), viewers: viewers.count(record.id, clock.nowMs()) };
  }

  async #drop(id: string): Promise<void> {
    // First out of the maps, so that nobody finds it any more; then what is open of it; then what is kept.
    const opened = this.#open.get(id);
    this.#dormant.delete(id);
    this.#awake.delete(id);
    this.#open.delete(id);
    this.#deps.viewers.forget(id);
    await (await opened)?.close();
    this.#awake.delete(id);
    await this.#store.remove(id);
    await this.#deps.records.remove(id);
  }

  async #wake(record: BroadcastRecord): Promise<Broadcast> {
    const store = await this.#store.open(record.id, record.start && shapeOf(record.start, record));
    const broadcast = new Broadcast(record, store, this.#deps);
    this.#awake.set(record.id, broadcast);
    return broadcast;
  }
}
