import type { StartRequest, TimelineCut } from '../src/protocol/broadcast.ts';
import { ownTracks, type TrackId } from '../src/protocol/track.ts';
import type { Spool } from '../src/spool/spool.ts';
import { type Going, goingAt, lostCuts } from '../src/upload/lost-cuts.ts';
import { otherInits } from '../src/upload/other-inits.ts';
import { cutOfChange } from '../src/upload/track-changes.ts';
import type { LaterInit, TrackChange } from '../src/upload/unfinished.ts';
import type { UploadPlan } from '../src/upload/upload-plan.ts';
import { insist } from './insist.ts';
import { type OriginClient, OriginRefusal } from './origin-client.ts';

export interface TimelineTellerOptions {
  readonly client: OriginClient;
  readonly spool: Spool;
  readonly plan: UploadPlan;
  readonly request: StartRequest;
  /** For the next tab, should this one go before the origin knows. Never rejects. */
  keep(change: TrackChange): Promise<void>;
  /** All that the origin has to know has been told. */
  onTold(): void;
  onFailed(cause: unknown): void;
}

/** Which tracks go on from where, and with which init segments; what was lost: the origin is told, and tells players. */
export class TimelineTeller {
  readonly #options: TimelineTellerOptions;
  /** Which tracks are made from a part on, the newest last. */
  #going: readonly Going[];
  /** What the origin has not been told, oldest first; each tries until it is done. */
  readonly #untold: (() => Promise<void>)[] = [];
  /** Losses are told by one of them, whatever is lost until it begins. */
  #willTellLosses = false;
  #isTelling = false;
  #isStarted = false;

  constructor(options: TimelineTellerOptions) {
    this.#options = options;
    this.#going = [{ from: 0, tracks: ownTracks(options.request.tracks).map((track) => track.id) }];
  }

  get isAllTold(): boolean {
    return this.#untold.length === 0;
  }

  /** What an earlier tab made of this broadcast, and what of that it could not tell any more. Before `begin`. */
  recall(going: readonly Going[], untold: readonly TrackChange[]): void {
    this.#going = going;
    this.#options.plan.setTracks(going.at(-1)?.tracks ?? [], 0);
    for (const change of untold) this.#tell(() => this.#tellChange(change));
    if (this.#options.spool.givenUp().size > 0) this.onGivenUp();
  }

  /** The origin knows of the broadcast. */
  begin(): void {
    this.#isStarted = true;
    this.#tellAll();
  }

  /** The spool gave something up. */
  onGivenUp(): void {
    if (this.#willTellLosses) return;
    this.#willTellLosses = true;
    this.#tell(() => {
      this.#willTellLosses = false;
      return this.#tellLosses();
    });
  }

  /** Resolves when the origin knows the hole; rejects when it refuses it. */
  declare(hole: TimelineCut): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tell(() => insist(() => this.#options.client.cut(hole)).then(resolve, reject));
    });
  }

  change(change: TrackChange): void {
    const { part, tracks } = change;
    this.#going = [...this.#going, { from: part, tracks }];
    this.#options.plan.setTracks(tracks, part);
    this.#tell(() => this.#tellChange(change));
    // Beside the telling: neither is to wait for the other.
    void this.#options.keep(change);
  }

  /** The encoders of this tab, which goes on with a broadcast; what they do otherwise than before is told. */
  renewInits(inits: readonly LaterInit[]): void {
    const { client, request } = this.#options;
    this.#tell(async () => {
      const digests = await Promise.all(
        inits.map(async ({ track, bytes }) => [track, await sha256Hex(bytes)] as const),
      );
      const others = await insist(async () => otherInits(Object.fromEntries(digests), await client.state()));
      if (others === undefined) return;
      const part = others.segment * request.grid.partsPerSegment;
      const changed = inits.filter(({ track }) => others.tracks.includes(track));
      this.change({ part, tracks: goingAt(this.#going, part), inits: changed });
    });
  }

  #tell(work: () => Promise<void>): void {
    this.#untold.push(work);
    this.#tellAll();
  }

  #tellAll(): void {
    if (this.#isTelling || !this.#isStarted) return;
    this.#isTelling = true;
    this.#tellEach().catch((cause: unknown) => this.#options.onFailed(cause));
  }

  async #tellEach(): Promise<void> {
    for (let [next] = this.#untold; next !== undefined; [next] = this.#untold) {
      await next();
      this.#untold.shift();
    }
    this.#isTelling = false;
    this.#options.onTold();
  }

  async #tellChange(change: TrackChange): Promise<void> {
    const { client, request } = this.#options;
    const segment = change.part / request.grid.partsPerSegment;
    await insist(async () => {
      await Promise.all(change.inits.map((init) => client.putInit(init.track, init.bytes, segment)));
      await this.#cutIfPossible(cutOfChange(change));
    });
  }

  /** The manifests stop offering what will never come. */
  async #tellLosses(): Promise<void> {
    const { client, spool, request } = this.#options;
    const { partsPerSegment } = request.grid;
    const going = (segment: number): readonly TrackId[] => goingAt(this.#going, segment * partsPerSegment);
    await insist(async () => {
      const { cuts } = await client.state();
      for (const cut of lostCuts(spool.givenUp(), going, partsPerSegment, cuts)) await this.#cutIfPossible(cut);
    });
  }

  /** A cut that does not fit between those that are there leaves a gap that players wait out, as without it. */
  async #cutIfPossible(cut: TimelineCut): Promise<void> {
    await this.#options.client.cut(cut).catch((error: unknown) => {
      const isImpossible =
        error instanceof OriginRefusal && (error.code === 'bad_request' || error.code === 'other_cut');
      if (!isImpossible) throw error;
    });
  }
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
