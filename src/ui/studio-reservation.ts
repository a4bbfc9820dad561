import { renameBroadcast, reserveBroadcast } from './studio-api.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { StudioStore } from './studio-store.ts';

/** The broadcast that this studio will send, reserved early so that its link can be shared before going live. */
export class StudioReservation {
  readonly #engine: StudioEngine;
  readonly #store: StudioStore;
  #title = '';
  #reserving: Promise<void> | undefined;

  constructor(engine: StudioEngine, store: StudioStore) {
    this.#engine = engine;
    this.#store = store;
  }

  /** Once, however often it is asked; rejects with StageError when the origin does not answer. */
  async ensure(): Promise<void> {
    if (this.#store.state.broadcast !== undefined) return;
    this.#reserving ??= this.#reserve().finally(() => {
      this.#reserving = undefined;
    });
    await this.#reserving;
  }

  async rename(title: string): Promise<void> {
    this.#title = title;
    const { broadcast } = this.#store.state;
    if (broadcast === undefined) return;
    await renameBroadcast(broadcast, title);
    this.#store.set({ broadcast: { ...broadcast, title } });
  }

  async #reserve(): Promise<void> {
    const broadcast = await reserveBroadcast(this.#title);
    this.#engine.toUpload({ kind: 'broadcast', broadcast });
    this.#store.set({ broadcast });
  }
}
