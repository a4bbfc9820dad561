import { EarlyTicks } from '../mapreduce/early-ticks.ts';
import type { LiveBoard } from '../mapreduce/live-board.ts';
import type { LiveLease } from '../mapreduce/live-stand-by.ts';
import type { Part } from '../protocol/part.ts';
import type { TrackId, VideoTrack } from '../protocol/track.ts';
import type { Broadcast } from './broadcast.ts';
import type { HelperRecord } from './lend-records.ts';
import { liveTickProblem, ticksOf } from './live-part.ts';
import { Problem } from './problem.ts';
import { takePart } from './take-part.ts';

export interface LiveTakingOptions {
  readonly board: LiveBoard;
  /** The helped ones: every tick brings all of them. */
  readonly tracks: readonly VideoTrack[];
  nowMs(): number;
  /** The disk takes more. */
  hasRoom(): boolean;
  onTaken(helper: HelperRecord, segment: number, index: number): void;
  onWhole(helper: HelperRecord, segment: number): Promise<void>;
}

/** What helpers bring of the segments that grow: checked, and stored tick by tick. */
export class LiveTaking {
  readonly #broadcast: Broadcast;
  readonly #options: LiveTakingOptions;
  readonly #bitratesBps: ReadonlyMap<TrackId, number>;
  /** Of what is being made: what was taken of each track, by segment. */
  readonly #bytes = new Map<number, Map<TrackId, number>>();
  readonly #early = new EarlyTicks<readonly Part[]>();

  constructor(broadcast: Broadcast, options: LiveTakingOptions) {
    this.#broadcast = broadcast;
    this.#options = options;
    this.#bitratesBps = new Map(options.tracks.map(({ id, bitrateBps }) => [id, bitrateBps]));
  }

  /** It is not going to be whole. */
  drop(segment: number): void {
    this.#bytes.delete(segment);
    this.#early.drop(segment);
  }

  /** SPEC LEND10. Throws 422 `bad_part`, after which the helper is not asked for a while. */
  async take(helper: HelperRecord, segment: number, parts: readonly Part[]): Promise<void> {
    const { board } = this.#options;
    for (const [index, tick] of ticksOf(parts)) {
      const lease = board.leaseOf(segment, helper.id);
      const take = board.judge(helper.id, segment, index);
      if (take === 'far') throw this.#refuse(helper, `part ${index} comes long before the one that is due`);
      if (take === 'old' || lease === undefined) continue;
      this.#early.keep(lease, index, tick);
      if (take === 'own') await this.#storeFrom(helper, lease, index);
    }
  }

  /** The part that is due, and those that have waited for it. */
  async #storeFrom(helper: HelperRecord, lease: LiveLease, due: number): Promise<void> {
    const { segment } = lease;
    let index = due;
    for (let tick = this.#early.get(lease, index); tick !== undefined; tick = this.#early.get(lease, index)) {
      await this.#store(helper, segment, index, tick);
      this.#early.stored(segment, index++);
    }
  }

  /** All renditions of a tick or none: the next helper begins all of them at the same picture. */
  async #store(helper: HelperRecord, segment: number, index: number, parts: readonly Part[]): Promise<void> {
    const { board } = this.#options;
    const taken = this.#bytes.get(segment) ?? new Map<TrackId, number>();
    const problem = liveTickProblem(this.#broadcast, {
      parts,
      index,
      isTurn: board.isTurn(segment, index),
      bitratesBps: this.#bitratesBps,
      bytes: taken,
      nameOf: (track) => track,
    });
    if (problem !== undefined) throw this.#refuse(helper, problem);
    this.#bytes.set(segment, taken);
    for (const part of parts) {
      const outcome = await takePart(this.#broadcast, part, this.#options.hasRoom());
      if ('code' in outcome) throw new Problem(outcome.status, outcome.code, outcome.message);
    }
    this.#options.onTaken(helper, segment, index);
    if (!board.took(segment, index, this.#options.nowMs())) return;
    this.drop(segment);
    await this.#options.onWhole(helper, segment);
  }

  #refuse(helper: HelperRecord, reason: string): Problem {
    this.#options.board.fail(helper.id, this.#options.nowMs());
    return new Problem(422, 'bad_part', `What was made cannot be used: ${reason}.`);
  }
}
