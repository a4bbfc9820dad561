import path from 'node:path';
import { isBroadcastId } from '../protocol/urls.ts';
import { DiskBroadcastStore } from './disk-broadcast-store.ts';
import { diskFiles, type FileSystem } from './file-system.ts';
import type { BroadcastStore, SegmentStore, StoreHealth, StoreShape } from './segment-store.ts';

/** A folder per broadcast under `root`; folders are named by validated ids only. */
export class DiskSegmentStore implements SegmentStore {
  readonly #root: string;
  readonly #files: FileSystem;
  readonly #onError: (error: unknown) => void;
  readonly #open = new Map<string, DiskBroadcastStore>();

  constructor(root: string, onError: (error: unknown) => void, files: FileSystem = diskFiles) {
    this.#root = root;
    this.#files = files;
    this.#onError = onError;
  }

  async open(id: string, shape: StoreShape | undefined): Promise<BroadcastStore> {
    const store = await DiskBroadcastStore.open(this.#files, this.#directory(id), shape, this.#onError);
    this.#open.set(id, store);
    return store;
  }

  async bytesOf(id: string): Promise<number> {
    return this.#sizeOf(this.#directory(id));
  }

  async remove(id: string): Promise<void> {
    this.#open.delete(id);
    await this.#files.remove(this.#directory(id));
  }

  health(): StoreHealth {
    const all = [...this.#open.values()].map((store) => store.health);
    return all.find((health) => health === 'full') ?? all.find((health) => health === 'failing') ?? 'ok';
  }

  /** What is removed meanwhile counts nothing. */
  async #sizeOf(directory: string): Promise<number> {
    let sum = 0;
    for (const { name, isDirectory } of await this.#files.list(directory).catch(() => [])) {
      const full = path.join(directory, name);
      sum += isDirectory ? await this.#sizeOf(full) : await this.#files.size(full).catch(() => 0);
    }
    return sum;
  }

  #directory(id: string): string {
    if (!isBroadcastId(id)) throw new Error('A broadcast id is 16 characters a to z and 0 to 9.');
    return path.join(this.#root, id);
  }
}
