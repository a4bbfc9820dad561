import {
  type LadderPressure,
  type LadderRules,
  type LiveLadder,
  nextLadder,
  restOrder,
  startLadder,
} from '../src/encode/live-ladder.ts';
import { type PartIndex, SEGMENT_SECONDS } from '../src/protocol/grid.ts';
import type { LadderReport } from '../src/protocol/stats.ts';
import type { TrackId } from '../src/protocol/track.ts';

export interface LadderChange {
  readonly fromPart: PartIndex;
  /** Those that are made from then on. */
  readonly going: readonly TrackId[];
  readonly report: LadderReport;
}

/** Viewers ask for the manifest every two seconds; who is told of a change this early asks for nothing that is not made. */
const TELL_MS = 4_000;

/** Joins the decision of `live-ladder.ts` to a broadcast's tracks and its grid. */
export class LiveLadderControl {
  readonly #tracks: readonly TrackId[];
  readonly #order: readonly TrackId[];
  readonly #partsPerSegment: number;
  readonly #rules: LadderRules;
  #ladder: LiveLadder | undefined;
  readonly #restingAtFirst: number;

  constructor(
    tracks: readonly { readonly id: TrackId; readonly bitrateBps: number }[],
    partsPerSegment: number,
    rules: LadderRules,
    resting: readonly TrackId[],
  ) {
    this.#tracks = tracks.map(({ id }) => id);
    this.#order = restOrder(tracks);
    this.#partsPerSegment = partsPerSegment;
    this.#rules = rules;
    this.#restingAtFirst = this.#order.filter((track) => resting.includes(track)).length;
  }

  /** Once a second; `mediaNowMs` is the time on the grid. */
  look(pressure: LadderPressure, mediaNowMs: number): LadderChange | undefined {
    const segment = Math.floor((mediaNowMs + TELL_MS) / (SEGMENT_SECONDS * 1000)) + 1;
    const before = this.#ladder ?? startLadder(mediaNowMs, this.#rules, this.#restingAtFirst);
    const changesAtMs = segment * SEGMENT_SECONDS * 1000;
    this.#ladder = nextLadder(before, pressure, mediaNowMs, changesAtMs, this.#order.length, this.#rules);
    if (this.#ladder.resting === before.resting) return undefined;
    const resting = this.#order.slice(0, this.#ladder.resting);
    return {
      fromPart: segment * this.#partsPerSegment,
      going: this.#tracks.filter((track) => !resting.includes(track)),
      report: { resting, reason: this.#ladder.reason },
    };
  }
}
