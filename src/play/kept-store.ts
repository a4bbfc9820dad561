import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { BroadcastDetail } from '../protocol/broadcast.ts';
import type { TrackId } from '../protocol/track.ts';
import type { KeptPart, KeptSize } from './kept-window.ts';

/** Everything beside the parts that playing without a server needs. */
export interface KeptFacts {
  /** Which build of the player wrote it; another one may read `detail` differently. */
  readonly build: string;
  readonly positionMs: number;
  readonly detail: BroadcastDetail;
  readonly manifest: string;
  readonly inits: Readonly<Record<TrackId, Uint8Array<ArrayBuffer>>>;
  /** The origin's clock minus this device's. */
  readonly clockOffsetMs: number;
}

/** What one save changes of a broadcast. Blocks are numbered from media zero. */
export interface KeptChange {
  readonly facts: KeptFacts;
  readonly blocks: ReadonlyMap<number, readonly KeptPart[]>;
  readonly firstBlock: number;
  readonly endBlock: number;
  readonly size: KeptSize;
}

interface Schema extends DBSchema {
  sizes: { key: string; value: KeptSize };
  facts: { key: string; value: KeptFacts };
  blocks: { key: [string, number]; value: readonly KeptPart[] };
}

const NAME = 'tabcast-kept';
const ALL = ['sizes', 'facts', 'blocks'] as const;
const CHANNEL = 'tabcast-kept';
const EVERYTHING = '*';

const blocksOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);

/** The last seconds watched of each broadcast, in this browser's IndexedDB. */
export class KeptStore {
  readonly #db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }

  /** Rejects where the browser keeps nothing. */
  static async open(): Promise<KeptStore> {
    const db = await openDB<Schema>(NAME, 1, {
      upgrade: (fresh) => {
        for (const name of ALL) fresh.createObjectStore(name);
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new KeptStore(db);
  }

  async load(id: string): Promise<{ facts: KeptFacts; parts: readonly KeptPart[] } | undefined> {
    const tx = this.#db.transaction(['facts', 'blocks']);
    const [facts, blocks] = await Promise.all([
      tx.objectStore('facts').get(id),
      tx.objectStore('blocks').getAll(blocksOf(id)),
    ]);
    return facts === undefined ? undefined : { facts, parts: blocks.flat() };
  }

  /** One transaction: the blocks that are new, none outside, and what belongs to them. */
  async save({ facts, blocks, firstBlock, endBlock, size }: KeptChange): Promise<void> {
    const { id } = size;
    const tx = this.#db.transaction(ALL, 'readwrite', { durability: 'relaxed' });
    const held = tx.objectStore('blocks');
    await Promise.all([
      ...[...blocks].map(([block, parts]) => held.put(parts, [id, block])),
      held.delete(IDBKeyRange.bound([id], [id, firstBlock], false, true)),
      held.delete(IDBKeyRange.bound([id, endBlock], [id, []])),
      tx.objectStore('facts').put(facts, id),
      tx.objectStore('sizes').put(size, id),
      tx.done,
    ]);
  }

  sizes(): Promise<readonly KeptSize[]> {
    return this.#db.getAll('sizes');
  }

  async forget(ids: readonly string[]): Promise<void> {
    const tx = this.#db.transaction(ALL, 'readwrite');
    await Promise.all([
      ...ids.flatMap((id) => [
        tx.objectStore('blocks').delete(blocksOf(id)),
        tx.objectStore('facts').delete(id),
        tx.objectStore('sizes').delete(id),
      ]),
      tx.done,
    ]);
  }

  async forgetAll(): Promise<void> {
    const tx = this.#db.transaction(ALL, 'readwrite');
    await Promise.all([...ALL.map((name) => tx.objectStore(name).clear()), tx.done]);
  }

  close(): void {
    this.#db.close();
  }
}

/** Calls back when this broadcast is not to be kept any more, whatever tab said so. Returns how to stop. */
export function whenForgotten(id: string, listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<string>) => {
    if (data === id || data === EVERYTHING) listener();
  };
  return () => channel.close();
}

/** Pages that play now keep nothing more, of one broadcast or of any. */
export function stopKeeping(id = EVERYTHING): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(id);
  channel.close();
}

/** After a log-out, or when history is cleared. Never rejects. */
export async function forgetKept(id?: string): Promise<void> {
  stopKeeping(id);
  try {
    const store = await KeptStore.open();
    await (id === undefined ? store.forgetAll() : store.forget([id]));
    store.close();
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
