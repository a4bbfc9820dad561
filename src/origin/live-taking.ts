import type { LiveBoard } from '../mapreduce/live-board.ts';
import type { Part } from '../protocol/part.ts';
import type { TrackId, VideoTrack } from '../protocol/track.ts';
import type { Broadcast } from './broadcast.ts';
import type { HelperRecord } from './lend-records.ts';
import { liveTickProblem } from './live-part.ts';
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

  constructor(broadcast: Broadcast, options: LiveTakingOptions) {
    this.#broadcast = broadcast;
    this.#options = options;
    this.#bitratesBps = new Map(options.tracks.map(({ id, bitrateBps }) => [id, bitrateBps]));
  }

  /** It is not going to be whole. */
  drop(segment: number): void {
    this.#bytes.delete(segment);
  }

  /** SPEC LEND10. Throws 422 `bad_part`, after which the helper is not asked for a while. */
  async take(helper: HelperRecord, segment: number, parts: readonly Part[]): Promise<void> {
    const indices = [...new Set(parts.map(({ part }) => part))].toSorted((a, b) => a - b);
    for (const index of indices) {
      const take = this.#options.board.judge(helper.id, segment, index);
      if (take === 'early') throw this.#refuse(helper, `part ${index} comes before the one that is due`);
      const tick = parts.filter(({ part }) => part === index);
      if (take === 'own') await this.#store(helper, segment, index, tick);
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
    this.#bytes.delete(segment);
    await this.#options.onWhole(helper, segment);
  }

  #refuse(helper: HelperRecord, reason: string): Problem {
    this.#options.board.fail(helper.id, this.#options.nowMs());
    return new Problem(422, 'bad_part', `What was made cannot be used: ${reason}.`);
  }
}
