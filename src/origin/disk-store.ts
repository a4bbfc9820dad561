import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isBroadcastId } from '../protocol/urls.ts';
import { DiskBroadcastStore } from './disk-broadcast-store.ts';
import { syncDirectory } from './durable-files.ts';
import type { BroadcastStore, SegmentStore, StoreHealth, StoreShape } from './segment-store.ts';

/** A folder per broadcast under `root`; folders are named by validated ids only. */
export class DiskSegmentStore implements SegmentStore {
  readonly #root: string;
  readonly #onError: (error: unknown) => void;
  readonly #open = new Map<string, DiskBroadcastStore>();

  constructor(root: string, onError: (error: unknown) => void) {
    this.#root = root;
    this.#onError = onError;
  }

  async open(id: string, shape: StoreShape | undefined): Promise<BroadcastStore> {
    const store = await DiskBroadcastStore.open(this.#directory(id), shape, this.#onError);
    await syncDirectory(this.#root);
    this.#open.set(id, store);
    return store;
  }

  async bytesOf(id: string): Promise<number> {
    const directory = this.#directory(id);
    const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    let sum = 0;
    for (const entry of entries)
      if (entry.isFile()) sum += (await stat(path.join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
    return sum;
  }

  async remove(id: string): Promise<void> {
    this.#open.delete(id);
    await rm(this.#directory(id), { recursive: true, force: true });
  }

  health(): StoreHealth {
    const all = [...this.#open.values()].map((store) => store.health);
    return all.find((health) => health === 'full') ?? all.find((health) => health === 'failing') ?? 'ok';
  }

  #directory(id: string): string {
    if (!isBroadcastId(id)) throw new Error('A broadcast id is 16 characters a to z and 0 to 9.');
    return path.join(this.#root, id);
  }
}
