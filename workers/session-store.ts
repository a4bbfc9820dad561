import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { KeptSession, TrackChange } from '../src/upload/unfinished.ts';

interface Kept extends Omit<KeptSession, 'changes'> {
  readonly id: string;
  /** Not there in what older pages kept. */
  readonly changes?: readonly TrackChange[];
  readonly keptAtMs: number;
}

interface StudioDatabase extends DBSchema {
  sessions: { key: string; value: Kept };
}

const open = (): Promise<IDBPDatabase<StudioDatabase>> =>
  openDB<StudioDatabase>('tabcast-studio', 1, {
    upgrade(database) {
      database.createObjectStore('sessions', { keyPath: 'id' });
    },
  });

async function withDatabase<T>(work: (database: IDBPDatabase<StudioDatabase>) => Promise<T>): Promise<T> {
  const database = await open();
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

/** Kept for this origin until `forgetSession`, the capability token with it. */
export async function keepSession(session: KeptSession): Promise<void> {
  const { broadcast, request, inits, changes } = session;
  await withDatabase((database) =>
    database.put('sessions', { broadcast, request, inits, changes, id: broadcast.id, keptAtMs: Date.now() }),
  );
}

/** With the session; nothing where that was not kept. */
export async function keepChange(id: string, change: TrackChange): Promise<void> {
  await withDatabase(async (database) => {
    const { store, done } = database.transaction('sessions', 'readwrite');
    const kept = await store.get(id);
    if (kept !== undefined) await store.put({ ...kept, changes: [...(kept.changes ?? []), change] });
    await done;
  });
}

export async function forgetSession(id: string): Promise<void> {
  await withDatabase((database) => database.delete('sessions', id));
}

/** Newest first; none where this browser keeps nothing. */
export async function keptSessions(): Promise<readonly KeptSession[]> {
  const all = await withDatabase((database) => database.getAll('sessions')).catch(() => []);
  return all
    .map(({ changes = [], ...session }) => ({ ...session, changes }))
    .toSorted((a, b) => b.keptAtMs - a.keptAtMs);
}
