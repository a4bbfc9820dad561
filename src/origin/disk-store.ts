import path from 'node:path';
import { isBroadcastId } from '../protocol/urls.ts';
import { DiskBroadcastStore } from './disk-broadcast-store.ts';
import { diskFiles } from './file-system.ts';
import type { Disk } from './filed-segments.ts';
import { MEDIA_CACHE_BYTES, MediaCache } from './media-cache.ts';
import type { BroadcastStore, SegmentStore, StoreHealth, StoreShape } from './segment-store.ts';

/** A folder per broadcast under `root`; folders are named by validated ids only. */
export class DiskSegmentStore implements SegmentStore {
  readonly #root: string;
  readonly #disk: Disk;
  readonly #onError: (error: unknown) => void;
  readonly #open = new Map<string, DiskBroadcastStore>();

  constructor(root: string, onError: (error: unknown) => void, { files = diskFiles, cache }: Partial<Disk> = {}) {
    this.#root = root;
    this.#disk = { files, cache: cache ?? new MediaCache(MEDIA_CACHE_BYTES) };
    this.#onError = onError;
  }

  async open(id: string, shape: StoreShape | undefined): Promise<BroadcastStore> {
    const store = await DiskBroadcastStore.open(this.#disk, this.#directory(id), shape, this.#onError);
    this.#open.set(id, store);
    return store;
  }

  async bytesOf(id: string): Promise<number> {
    return this.#sizeOf(this.#directory(id));
  }

  async remove(id: string): Promise<void> {
    this.#open.delete(id);
    const directory = this.#directory(id);
    await this.#disk.files.remove(directory);
    // Only now: who is still being answered may have read some of it until the files were gone.
    this.#disk.cache.forget(directory + path.sep);
  }

  health(): StoreHealth {
    const all = [...this.#open.values()].map((store) => store.health);
    return all.find((health) => health === 'full') ?? all.find((health) => health === 'failing') ?? 'ok';
  }

  /** What is removed meanwhile counts nothing. */
  async #sizeOf(directory: string): Promise<number> {
    let sum = 0;
    for (const { name, isDirectory } of await this.#disk.files.list(directory).catch(() => [])) {
      const full = path.join(directory, name);
      sum += isDirectory ? await this.#sizeOf(full) : await this.#disk.files.size(full).catch(() => 0);
    }
    return sum;
  }

  #directory(id: string): string {
    if (!isBroadcastId(id)) throw new Error('A broadcast id is 16 characters a to z and 0 to 9.');
    return path.join(this.#root, id);
  }
}
