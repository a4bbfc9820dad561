import type { StartRequest, TimelineCut } from '../src/protocol/broadcast.ts';
import type { PartIndex } from '../src/protocol/grid.ts';
import { ownTracks, type TrackId } from '../src/protocol/track.ts';
import type { Spool } from '../src/spool/spool.ts';
import { type Going, goingAt, lostCuts } from '../src/upload/lost-cuts.ts';
import { otherInits } from '../src/upload/other-inits.ts';
import type { LaterInit } from '../src/upload/unfinished.ts';
import type { UploadPlan } from '../src/upload/upload-plan.ts';
import { insist } from './insist.ts';
import { type OriginClient, OriginRefusal } from './origin-client.ts';

export interface TimelineTellerOptions {
  readonly client: OriginClient;
  readonly spool: Spool;
  readonly plan: UploadPlan;
  readonly request: StartRequest;
  /** All that was lost has been told. */
  onTold(): void;
  onFailed(cause: unknown): void;
}

/** Which tracks go on from where, and with which init segments; what was lost: the origin is told, and tells players. */
export class TimelineTeller {
  readonly #options: TimelineTellerOptions;
  /** Which tracks are made from a part on, the newest last. */
  #going: readonly Going[];
  /** How often the spool gave something up that the origin has not been told. */
  #untold = 0;
  #isTelling = false;
  #isStarted = false;

  constructor(options: TimelineTellerOptions) {
    this.#options = options;
    this.#going = [{ from: 0, tracks: ownTracks(options.request.tracks).map((track) => track.id) }];
  }

  get isAllTold(): boolean {
    return this.#untold === 0;
  }

  /** What an earlier tab made of this broadcast. Before `begin`. */
  recall(going: readonly Going[]): void {
    this.#going = going;
    this.#options.plan.setTracks(going.at(-1)?.tracks ?? [], 0);
    if (this.#options.spool.givenUp().size > 0) this.#untold++;
  }

  /** The origin knows of the broadcast. */
  begin(): void {
    this.#isStarted = true;
    this.#tellLost();
  }

  /** The spool gave something up. */
  onGivenUp(): void {
    this.#untold++;
    this.#tellLost();
  }

  /** Rejects when the origin refuses it; otherwise tries until it is done. */
  async declare(cut: TimelineCut): Promise<void> {
    await insist(() => this.#options.client.cut(cut));
  }

  /** From `part` on only these tracks are made, those of `inits` by another encoder. */
  async change(tracks: readonly TrackId[], part: PartIndex, inits: readonly LaterInit[]): Promise<void> {
    const { client, plan, request } = this.#options;
    this.#going = [...this.#going, { from: part, tracks }];
    plan.setTracks(tracks, part);
    const segment = part / request.grid.partsPerSegment;
    const codecs = Object.fromEntries(inits.map((init) => [init.track, init.codecs]));
    await insist(async () => {
      await Promise.all(inits.map((init) => client.putInit(init.track, init.bytes, segment)));
      await this.#cutIfPossible({ fromPart: part, toPart: part, tracks, ...(inits.length > 0 && { inits: codecs }) });
    });
  }

  /** The encoders of this tab, which goes on with a broadcast; what they do otherwise than before is told. */
  async renewInits(inits: readonly LaterInit[]): Promise<void> {
    const { client, request } = this.#options;
    const digests = await Promise.all(inits.map(async ({ track, bytes }) => [track, await sha256Hex(bytes)] as const));
    await insist(async () => {
      const others = otherInits(Object.fromEntries(digests), await client.state());
      if (others === undefined) return;
      const part = others.segment * request.grid.partsPerSegment;
      const changed = inits.filter(({ track }) => others.tracks.includes(track));
      await this.change(goingAt(this.#going, part), part, changed);
    });
  }

  #tellLost(): void {
    this.#tellAllLost().catch((cause: unknown) => this.#options.onFailed(cause));
  }

  /** The manifests stop offering what will never come. */
  async #tellAllLost(): Promise<void> {
    if (this.#isTelling || !this.#isStarted) return;
    this.#isTelling = true;
    const { client, spool, request } = this.#options;
    const { partsPerSegment } = request.grid;
    const going = (segment: number): readonly TrackId[] => goingAt(this.#going, segment * partsPerSegment);
    while (this.#untold > 0) {
      const told = this.#untold;
      await insist(async () => {
        const { cuts } = await client.state();
        for (const cut of lostCuts(spool.givenUp(), going, partsPerSegment, cuts)) await this.#cutIfPossible(cut);
      });
      this.#untold -= told;
    }
    this.#isTelling = false;
    this.#options.onTold();
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
