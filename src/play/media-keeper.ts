import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { type PartIndex, partMs } from '../protocol/grid.ts';
import type { Track, TrackId } from '../protocol/track.ts';
import { BUILD } from './kept-media.ts';
import { type KeptFacts, KeptStore, whenForgotten } from './kept-store.ts';
import { BLOCK_MS, type KeptPart, keptTooMuch, keptWindow, type PartWindow } from './kept-window.ts';
import { MediaRing } from './media-ring.ts';

/** Of this device, for all broadcasts together: 200 MB, or a tenth of what the browser grants where that is less. */
const BUDGET_BYTES = 200_000_000;
const QUOTA_SHARE = 0.1;
const SAVE_EVERY_MS = 2000;

/** What the player knows at the moment of a save. */
export interface Moment {
  readonly positionMs: number;
  readonly detail: BroadcastDetail;
  readonly clockOffsetMs: number | undefined;
}

/**
 * Keeps the seconds around the playhead on this device while a broadcast plays: in memory every part that the player
 * took, in IndexedDB a block of 2 s once, when it is whole. Keeps nothing until it is told that it may.
 */
export class MediaKeeper {
  readonly #id: string;
  readonly #partsPerSegment: number;
  readonly #ring = new MediaRing();
  readonly #inits: Record<TrackId, Uint8Array<ArrayBuffer>> = {};
  /** Parts of each block as they were written last. */
  readonly #written = new Map<number, { readonly parts: number; readonly bytes: number }>();
  readonly #stopListening: () => void;
  #manifest: string | undefined;
  #store: Promise<KeptStore> | undefined;
  #isSaving = false;
  #lastSaveMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  mayKeep = false;

  constructor(broadcastId: string, partsPerSegment: number) {
    this.#id = broadcastId;
    this.#partsPerSegment = partsPerSegment;
    this.#stopListening = whenForgotten(broadcastId, () => this.close());
  }

  took(track: Track, part: PartIndex, bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#isClosed) this.#ring.add(track.kind, track.id, part, bytes);
  }

  init(track: TrackId, bytes: Uint8Array<ArrayBuffer>): void {
    this.#inits[track] = bytes;
  }

  manifest(text: string): void {
    this.#manifest = text;
  }

  /** Often; writes every two seconds at the most. `isUrgent`: at a pause, or when the page may be closed. */
  tick(moment: Moment, isUrgent = false): void {
    const window = keptWindow(moment.positionMs, this.#partsPerSegment);
    this.#ring.keepOnly({ from: window.from, to: window.to + this.#partsPerSegment });
    const nowMs = performance.now();
    const isDue = nowMs - this.#lastSaveMs >= SAVE_EVERY_MS || isUrgent;
    if (!isDue || !this.mayKeep || this.#isSaving || this.#isClosed) return;
    const manifest = this.#manifest;
    const { clockOffsetMs, positionMs, detail } = moment;
    if (manifest === undefined || clockOffsetMs === undefined) return;
    this.#lastSaveMs = nowMs;
    this.#isSaving = true;
    void this.#save(window, { build: BUILD, positionMs, detail, manifest, clockOffsetMs, inits: this.#inits }).finally(
      () => {
        this.#isSaving = false;
      },
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopListening();
    void this.#store?.then(
      (store) => store.close(),
      () => undefined,
    );
  }

  async #save(window: PartWindow, facts: KeptFacts): Promise<void> {
    try {
      this.#store ??= KeptStore.open();
      const store = await this.#store;
      const partsPerBlock = Math.round(BLOCK_MS / partMs(this.#partsPerSegment));
      const [firstBlock, endBlock] = [window.from / partsPerBlock, window.to / partsPerBlock];
      const blocks = new Map<number, readonly KeptPart[]>();
      const written = new Map<number, { readonly parts: number; readonly bytes: number }>();
      for (let block = firstBlock; block < endBlock; block++) {
        const parts = this.#ring.within({ from: block * partsPerBlock, to: (block + 1) * partsPerBlock });
        const before = this.#written.get(block);
        if (before !== undefined) written.set(block, before);
        if (parts.length === 0 || before?.parts === parts.length) continue;
        blocks.set(block, parts);
        written.set(block, { parts: parts.length, bytes: parts.reduce((sum, { bytes }) => sum + bytes.length, 0) });
      }
      if (this.#isClosed) return;
      const bytes = [...written.values()].reduce((sum, one) => sum + one.bytes, 0);
      await store.save({
        facts,
        blocks,
        firstBlock,
        endBlock,
        size: { id: this.#id, savedAtMs: Date.now(), bytes },
      });
      this.#written.clear();
      for (const [block, one] of written) this.#written.set(block, one);
      if (blocks.size > 0) await this.#makeRoom(store);
    } catch {
      // Full, private or gone: watching goes on, and the next save tries again.
    }
  }

  async #makeRoom(store: KeptStore): Promise<void> {
    const { quota } = (await navigator.storage?.estimate()) ?? {};
    const budget = Math.min(BUDGET_BYTES, (quota ?? Number.POSITIVE_INFINITY) * QUOTA_SHARE);
    const evicted = keptTooMuch(await store.sizes(), budget, this.#id);
    if (evicted.length > 0) await store.forget(evicted);
  }
}
