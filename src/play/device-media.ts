import { DEFAULT_GRID, type PartIndex } from '../protocol/grid.ts';
import type { Track } from '../protocol/track.ts';
import { live, parseMediaUrl } from '../protocol/urls.ts';
import { KeptMedia } from './kept-media.ts';
import { forgetKept } from './kept-store.ts';
import { MediaKeeper, type Moment } from './media-keeper.ts';

/** Boxes and overshoot, which a manifest counts and a track does not. */
const MANIFEST_FACTOR = 1.1;
const MANIFEST_BPS = 40_000;

/** What this device keeps of a broadcast: reads what an earlier visit left, and writes what is watched now. */
export class DeviceMedia {
  readonly #id: string;
  readonly #loaded: Promise<KeptMedia | undefined>;
  #kept: KeptMedia | undefined;
  #keeper: MediaKeeper | undefined;
  #mayKeep = false;
  #isAway = false;
  #isClosed = false;

  constructor(broadcastId: string) {
    this.#id = broadcastId;
    this.#loaded = KeptMedia.load(broadcastId).then((kept) => {
      this.#kept = kept;
      return kept;
    });
  }

  /** Resolves when it is known what there is. */
  get loaded(): Promise<KeptMedia | undefined> {
    return this.#loaded;
  }

  /** What there is, once it is known. */
  get kept(): KeptMedia | undefined {
    return this.#kept;
  }

  /** The origin does not answer: the manifest is the kept one too. */
  get isAway(): boolean {
    return this.#isAway;
  }

  set isAway(isAway: boolean) {
    this.#isAway = isAway;
  }

  /** Until somebody says so nothing is written. */
  set mayKeep(mayKeep: boolean) {
    this.#mayKeep = mayKeep;
    if (this.#keeper !== undefined) this.#keeper.mayKeep = mayKeep;
  }

  /** The bytes of a request that this device has. */
  answer(url: string): Uint8Array<ArrayBuffer> | undefined {
    const kept = this.#kept;
    if (kept === undefined) return undefined;
    const media = parseMediaUrl(url);
    if (media === undefined) {
      const manifest = new URL(live.manifest(this.#id, 0), location.href);
      if (!this.#isAway || new URL(url, location.href).pathname !== manifest.pathname) return undefined;
      return new TextEncoder().encode(kept.manifest(new URL('.', manifest).href));
    }
    if (media.id !== this.#id) return undefined;
    const { name } = media;
    if (name.kind === 'init') return kept.init(name.track);
    const isPart = name.kind === 'piece' && name.pieces === (kept.detail.grid ?? DEFAULT_GRID).partsPerSegment;
    return isPart ? kept.part(name.track, name.segment * name.pieces + name.piece) : undefined;
  }

  /** The rung of an ascending ladder that the kept picture is of, where `mediaMs` is kept. */
  rungAt(mediaMs: number, ladderBps: readonly number[]): number | undefined {
    const kept = this.#kept;
    const bps = kept?.videoBps;
    if (kept === undefined || bps === undefined || !kept.has(mediaMs)) return undefined;
    const rung = ladderBps.findIndex((rate) => rate >= bps);
    return rung === -1 ? undefined : rung;
  }

  /** What a line must carry for the kept picture to be chosen at `mediaMs`, in bit/s. */
  lineBpsAt(mediaMs: number): number | undefined {
    const bps = this.#kept?.has(mediaMs) === true ? this.#kept.videoBps : undefined;
    return bps === undefined ? undefined : bps * MANIFEST_FACTOR + MANIFEST_BPS;
  }

  took(track: Track, part: PartIndex, bytes: Uint8Array<ArrayBuffer>, partsPerSegment: number): void {
    this.#keeperFor(partsPerSegment)?.took(track, part, bytes);
  }

  /** An answer of the origin, as it came. */
  received(url: string, data: unknown, partsPerSegment: number): void {
    const media = parseMediaUrl(url);
    if (data instanceof ArrayBuffer && media?.name.kind === 'init')
      this.#keeperFor(partsPerSegment)?.init(media.name.track, new Uint8Array(data.slice(0)));
  }

  manifest(text: string, partsPerSegment: number): void {
    if (!this.#isAway) this.#keeperFor(partsPerSegment)?.manifest(text);
  }

  tick(moment: Moment, isUrgent = false): void {
    this.#keeper?.tick(moment, isUrgent);
  }

  /** The origin says that there is no such broadcast for this person. */
  forget(): void {
    this.#kept = undefined;
    void forgetKept(this.#id);
  }

  close(): void {
    this.#isClosed = true;
    this.#keeper?.close();
  }

  #keeperFor(partsPerSegment: number): MediaKeeper | undefined {
    if (this.#isClosed) return undefined;
    if (this.#keeper === undefined) {
      this.#keeper = new MediaKeeper(this.#id, partsPerSegment);
      this.#keeper.mayKeep = this.#mayKeep;
    }
    return this.#keeper;
  }
}
