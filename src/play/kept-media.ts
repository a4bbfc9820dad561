import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { DEFAULT_GRID, type PartIndex, partMs } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { type KeptFacts, KeptStore } from './kept-store.ts';
import { type KeptPart, type PlayableRun, playableRun } from './kept-window.ts';
import { offlineManifest } from './offline-manifest.ts';

/** Names of built files change with their bytes. */
export const BUILD: string = import.meta.url;

/** What an earlier visit to this broadcast left on this device. */
export class KeptMedia {
  readonly detail: BroadcastDetail;
  readonly clockOffsetMs: number;
  readonly run: PlayableRun;
  readonly #facts: KeptFacts;
  readonly #parts = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #partMs: number;

  private constructor(facts: KeptFacts, parts: readonly KeptPart[], run: PlayableRun) {
    this.#facts = facts;
    this.detail = facts.detail;
    this.clockOffsetMs = facts.clockOffsetMs;
    this.run = run;
    this.#partMs = partMs((facts.detail.grid ?? DEFAULT_GRID).partsPerSegment);
    for (const { track, part, bytes } of parts)
      if (part >= run.from && part < run.to) this.#parts.set(`${track}/${part}`, bytes);
  }

  /** Undefined where nothing is kept, or nothing of it plays. Never rejects. */
  static async load(broadcastId: string): Promise<KeptMedia | undefined> {
    try {
      const store = await KeptStore.open();
      const kept = await store.load(broadcastId);
      store.close();
      if (kept === undefined || kept.facts.build !== BUILD) return undefined;
      const { facts, parts } = kept;
      const run = playableRun(parts, facts.positionMs, facts.detail.grid ?? DEFAULT_GRID);
      return run === undefined ? undefined : new KeptMedia(facts, parts, run);
    } catch {
      return undefined;
    }
  }

  part(track: TrackId, part: PartIndex): Uint8Array<ArrayBuffer> | undefined {
    return this.#parts.get(`${track}/${part}`);
  }

  init(track: TrackId): Uint8Array<ArrayBuffer> | undefined {
    return this.#facts.inits[track];
  }

  /** `folderUrl` is where the manifest lies on the origin, absolute, with its slash. */
  manifest(folderUrl: string): string {
    return offlineManifest(this.#facts.manifest, folderUrl);
  }

  has(mediaMs: number): boolean {
    return mediaMs >= this.run.from * this.#partMs && mediaMs < this.run.to * this.#partMs;
  }

  /** Bit rate of the kept picture, in bit/s. */
  get videoBps(): number | undefined {
    return this.detail.tracks.find(({ id }) => id === this.run.video)?.bitrateBps;
  }
}
