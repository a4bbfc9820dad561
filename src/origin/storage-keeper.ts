import type { Registry } from './registry.ts';
import { type Due, dueForDeletion, type Kept, type RetentionRules } from './retention.ts';
import type { SegmentStore } from './segment-store.ts';

/** How much the media take as of the last look. */
export interface StorageFacts {
  readonly mediaBytes: number;
  readonly isOverBudget: boolean;
  /** Since the process started. */
  readonly deletedBroadcasts: number;
  readonly rules: RetentionRules;
}

export interface StorageKeeperDeps {
  readonly registry: Registry;
  readonly store: SegmentStore;
  readonly rules: RetentionRules;
  readonly nowMs: () => number;
  /** Everything beside the media that is known of a broadcast. */
  readonly forget: (id: string) => Promise<void>;
  readonly onDeleted: (due: Due) => void;
}

/** Looks how much is stored, and deletes what the rules say. */
export class StorageKeeper {
  readonly #deps: StorageKeeperDeps;
  /** Of sealed broadcasts: they never change. */
  readonly #sealedBytes = new Map<string, number>();
  #lastBytes = new Map<string, number>();
  #mediaBytes = 0;
  #isOverBudget = false;
  #deletedBroadcasts = 0;
  #sweeping: Promise<void> | undefined;

  constructor(deps: StorageKeeperDeps) {
    this.#deps = deps;
  }

  get facts(): StorageFacts {
    return {
      mediaBytes: this.#mediaBytes,
      isOverBudget: this.#isOverBudget,
      deletedBroadcasts: this.#deletedBroadcasts,
      rules: this.#deps.rules,
    };
  }

  /** Bytes of one broadcast as of the last look; undefined before it. */
  bytesOf(id: string): number | undefined {
    return this.#lastBytes.get(id);
  }

  /** One sweep at a time; whoever asks meanwhile gets the one that runs. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweep(): Promise<void> {
    const { registry, rules, nowMs, forget, onDeleted } = this.#deps;
    const kept: Kept[] = [];
    for (const { id, state, endedMs } of registry.records())
      kept.push({ id, state, endedMs, bytes: await this.#measure(id, state === 'sealed') });
    this.#lastBytes = new Map(kept.map(({ id, bytes }) => [id, bytes]));
    const { due, isOverBudget } = dueForDeletion(kept, rules, nowMs());
    for (const one of due) {
      await registry.remove(one.id);
      await forget(one.id);
      this.#sealedBytes.delete(one.id);
      this.#lastBytes.delete(one.id);
      this.#deletedBroadcasts += 1;
      onDeleted(one);
    }
    this.#mediaBytes = [...this.#lastBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#isOverBudget = isOverBudget;
  }

  async #measure(id: string, isSealed: boolean): Promise<number> {
    const known = isSealed ? this.#sealedBytes.get(id) : undefined;
    if (known !== undefined) return known;
    const bytes = await this.#deps.store.bytesOf(id);
    if (isSealed) this.#sealedBytes.set(id, bytes);
    return bytes;
  }
}
