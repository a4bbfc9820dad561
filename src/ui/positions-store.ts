import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { laterHlc, NO_HLC, nextHlc } from '../positions/hlc.ts';
import {
  afterAnswer,
  type LocalPosition,
  mergeGuest,
  type OriginClock,
  type StampedPosition,
  stampNow,
  takeOver,
  type Watched,
  type Writing,
  writeCleared,
  writeDown,
} from '../positions/local.ts';
import type { Device, Hlc, Position, PositionList, PositionOutcome } from '../protocol/positions.ts';
import { randomId } from './random-id.ts';

/** Whose history a row is: an account's id, or nobody's. */
export type Owner = string;
export const GUEST: Owner = 'guest';

/** What this browser profile knows. `owner` is who uses it now. */
export interface DeviceFacts {
  readonly id: string;
  readonly owner: Owner;
  readonly lastHlc: Hlc;
  readonly clock: OriginClock;
}

export interface OwnerFacts {
  readonly clearedHlc: Hlc;
  readonly isPaused: boolean;
  /** Everything was cleared here, and the origin does not know yet. */
  readonly isClearUnsent: boolean;
}

interface Schema extends DBSchema {
  /** The newest of every broadcast, whoever wrote it: the offline queue too. */
  positions: { key: [Owner, string]; value: LocalPosition };
  /** What this device wrote last, which a newer one from elsewhere does not replace. */
  own: { key: [Owner, string]; value: Position };
  owners: { key: Owner; value: OwnerFacts };
  device: { key: 'this'; value: DeviceFacts };
}

type StoreName = 'positions' | 'own' | 'owners' | 'device';
const ALL: StoreName[] = ['positions', 'own', 'owners', 'device'];
type Writable = IDBPTransaction<Schema, StoreName[], 'readwrite'>;

const NAME = 'tabcast-positions';
const NO_FACTS: OwnerFacts = { clearedHlc: NO_HLC, isPaused: false, isClearUnsent: false };

const allOf = (owner: Owner): IDBKeyRange => IDBKeyRange.bound([owner], [owner, []]);

/** This browser's positions in IndexedDB. Every change is one transaction, so that tabs do not undo each other. */
export class PositionsStore {
  readonly #db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }

  /** Rejects where the browser keeps nothing (some private windows). */
  static async open(): Promise<PositionsStore> {
    const db = await openDB<Schema>(NAME, 1, {
      upgrade: (fresh) => {
        for (const name of ALL) fresh.createObjectStore(name);
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new PositionsStore(db);
  }

  device(): Promise<DeviceFacts> {
    return this.#change((tx) => deviceOf(tx));
  }

  async owner(owner: Owner): Promise<OwnerFacts> {
    return (await this.#db.get('owners', owner)) ?? NO_FACTS;
  }

  rows(owner: Owner): Promise<LocalPosition[]> {
    return this.#db.getAll('positions', allOf(owner));
  }

  row(owner: Owner, broadcastId: string): Promise<LocalPosition | undefined> {
    return this.#db.get('positions', [owner, broadcastId]);
  }

  ownRow(owner: Owner, broadcastId: string): Promise<Position | undefined> {
    return this.#db.get('own', [owner, broadcastId]);
  }

  /** The written record; undefined when history is paused. */
  write(watched: Watched, device: Device, nowMs: number): Promise<LocalPosition | undefined> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      if ((await ownerOf(tx, facts.owner)).isPaused) return undefined;
      const before = await tx.objectStore('positions').get([facts.owner, watched.broadcastId]);
      return put(tx, facts, writeDown(watched, before, writing(facts, device, nowMs)));
    });
  }

  clearOne(broadcastId: string, device: Device, nowMs: number): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      const before = await tx.objectStore('positions').get([facts.owner, broadcastId]);
      if (before !== undefined) await put(tx, facts, writeCleared(before, writing(facts, device, nowMs)));
    });
  }

  clearAll(nowMs: number): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      const { owner } = facts;
      const offsetMs = facts.clock.kind === 'known' ? facts.clock.offsetMs : 0;
      const clearedHlc = nextHlc(nowMs + offsetMs, facts.lastHlc);
      await tx.objectStore('positions').delete(allOf(owner));
      await tx.objectStore('own').delete(allOf(owner));
      const known = await ownerOf(tx, owner);
      await tx.objectStore('owners').put({ ...known, clearedHlc, isClearUnsent: owner !== GUEST }, owner);
      await tx.objectStore('device').put({ ...facts, lastHlc: clearedHlc }, 'this');
    });
  }

  changeOwner(owner: Owner, change: Partial<OwnerFacts>): Promise<void> {
    return this.#change(async (tx) => {
      await tx.objectStore('owners').put({ ...(await ownerOf(tx, owner)), ...change }, owner);
    });
  }

  /** Also moves what was stamped by this device's clock alone onto the origin's. */
  setClock(offsetMs: number): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      await tx.objectStore('device').put({ ...facts, clock: { kind: 'known', offsetMs } }, 'this');
      let cursor = await tx.objectStore('positions').openCursor();
      while (cursor !== null) {
        if (cursor.value.sync === 'unstamped') await cursor.update(stampNow(cursor.value, offsetMs));
        cursor = await cursor.continue();
      }
    });
  }

  /** What the origin made of what was sent, in the same order. */
  answered(owner: Owner, sent: readonly Position[], outcomes: readonly PositionOutcome[]): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      const positions = tx.objectStore('positions');
      for (const [index, position] of sent.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) continue;
        const key: [Owner, string] = [owner, position.broadcastId];
        const after = afterAnswer(stamped(await positions.get(key), facts), position, outcome);
        if (after === undefined) await positions.delete(key);
        else await positions.put(after, key);
      }
    });
  }

  /** What the origin holds. */
  pulled(owner: Owner, list: PositionList): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      const positions = tx.objectStore('positions');
      let lastHlc = laterHlc(facts.lastHlc, list.clearedHlc);
      for (const held of list.positions) {
        const key: [Owner, string] = [owner, held.broadcastId];
        await positions.put(takeOver(stamped(await positions.get(key), facts), held), key);
        lastHlc = laterHlc(lastHlc, held.hlc);
      }
      const known = await ownerOf(tx, owner);
      const clearedHlc = laterHlc(known.clearedHlc, list.clearedHlc);
      await tx.objectStore('owners').put({ ...known, clearedHlc, isPaused: list.isPaused }, owner);
      await tx.objectStore('device').put({ ...facts, lastHlc }, 'this');
    });
  }

  /** Somebody logged in: what the guest watched joins what of this account is here. */
  enter(owner: Owner): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      await tx.objectStore('device').put({ ...facts, owner }, 'this');
      if (facts.owner !== GUEST) return;
      const positions = tx.objectStore('positions');
      const known = await positions.getAll(allOf(owner));
      const guest = await positions.getAll(allOf(GUEST));
      const unsent = [...known.filter(({ sync }) => sync !== 'synced'), ...guest].flatMap(
        (local) => stamped(local, facts) ?? [],
      );
      const synced = known.filter(({ sync }) => sync === 'synced').map(({ position }) => position);
      for (const [id, local] of mergeGuest(unsent, synced)) await positions.put(local, [owner, id]);
      for (const position of await tx.objectStore('own').getAll(allOf(GUEST)))
        await tx.objectStore('own').put(position, [owner, position.broadcastId]);
      await forget(tx, GUEST);
    });
  }

  /** The session is gone without a log-out: what the origin has is forgotten here, the rest waits for that person. */
  sessionEnded(): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      let cursor = await tx.objectStore('positions').openCursor(allOf(facts.owner));
      while (cursor !== null) {
        if (cursor.value.sync === 'synced') await cursor.delete();
        cursor = await cursor.continue();
      }
      await tx.objectStore('own').delete(allOf(facts.owner));
      await tx.objectStore('device').put({ ...facts, owner: GUEST }, 'this');
    });
  }

  /** Logged out: nothing of that person stays. */
  leave(): Promise<void> {
    return this.#change(async (tx) => {
      const facts = await deviceOf(tx);
      await forget(tx, facts.owner);
      await tx.objectStore('device').put({ ...facts, owner: GUEST }, 'this');
    });
  }

  async #change<T>(act: (tx: Writable) => Promise<T>): Promise<T> {
    const tx = this.#db.transaction(ALL, 'readwrite', { durability: 'relaxed' });
    const [result] = await Promise.all([act(tx), tx.done]);
    return result;
  }
}

/** The origin is never met before its clock is known (`setClock`). */
const stamped = (local: LocalPosition | undefined, { clock }: DeviceFacts): StampedPosition | undefined =>
  local === undefined ? undefined : stampNow(local, clock.kind === 'known' ? clock.offsetMs : 0);

const writing = (facts: DeviceFacts, device: Device, nowMs: number): Writing => ({
  device: { ...device, id: facts.id },
  deviceNowMs: nowMs,
  clock: facts.clock,
  lastHlc: facts.lastHlc,
});

async function deviceOf(tx: Writable): Promise<DeviceFacts> {
  const known = await tx.objectStore('device').get('this');
  if (known !== undefined) return known;
  const fresh: DeviceFacts = { id: randomId(), owner: GUEST, lastHlc: NO_HLC, clock: { kind: 'unknown' } };
  await tx.objectStore('device').put(fresh, 'this');
  return fresh;
}

const ownerOf = async (tx: Writable, owner: Owner): Promise<OwnerFacts> =>
  (await tx.objectStore('owners').get(owner)) ?? NO_FACTS;

async function put(tx: Writable, facts: DeviceFacts, local: LocalPosition): Promise<LocalPosition> {
  const { position } = local;
  const key: [Owner, string] = [facts.owner, position.broadcastId];
  await tx.objectStore('positions').put(local, key);
  await tx.objectStore('own').put(position, key);
  await tx.objectStore('device').put({ ...facts, lastHlc: position.hlc }, 'this');
  return local;
}

async function forget(tx: Writable, owner: Owner): Promise<void> {
  await tx.objectStore('positions').delete(allOf(owner));
  await tx.objectStore('own').delete(allOf(owner));
  await tx.objectStore('owners').delete(owner);
}
