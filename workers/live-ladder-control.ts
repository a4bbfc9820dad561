import {
  type LadderPressure,
  type LadderRules,
  type LiveLadder,
  nextLadder,
  restOrder,
  startLadder,
} from '../src/encode/live-ladder.ts';
import { nextToldSegment, type PartIndex, SEGMENT_MS } from '../src/protocol/grid.ts';
import type { LadderReport } from '../src/protocol/stats.ts';
import type { TrackId } from '../src/protocol/track.ts';

export interface LadderChange {
  readonly fromPart: PartIndex;
  /** Those that are made from then on. */
  readonly going: readonly TrackId[];
  readonly report: LadderReport;
}

interface RestingCandidate {
  readonly id: TrackId;
  readonly bitrateBps: number;
}

/** Joins the decision of `live-ladder.ts` to a broadcast's tracks and its grid. */
export class LiveLadderControl {
  readonly #all: readonly RestingCandidate[];
  #tracks: readonly RestingCandidate[];
  #order: readonly TrackId[];
  #broken: readonly TrackId[] = [];
  readonly #partsPerSegment: number;
  readonly #rules: LadderRules;
  #ladder: LiveLadder | undefined;
  readonly #restingAtFirst: number;
  /** What viewers were told of it may get less, not more: a quality that comes back does so later. */
  #saidSegment = 0;

  constructor(
    tracks: readonly RestingCandidate[],
    partsPerSegment: number,
    rules: LadderRules,
    resting: readonly TrackId[],
  ) {
    this.#all = tracks;
    this.#tracks = tracks;
    this.#order = restOrder(tracks);
    this.#partsPerSegment = partsPerSegment;
    this.#rules = rules;
    this.#restingAtFirst = this.#order.filter((track) => resting.includes(track)).length;
  }

  /** Once a second; `mediaNowMs` is the time on the grid. */
  look(pressure: LadderPressure, mediaNowMs: number): LadderChange | undefined {
    const segment = nextToldSegment(mediaNowMs);
    if (segment <= this.#saidSegment) return undefined;
    const before = this.#ladder ?? startLadder(mediaNowMs, this.#rules, this.#restingAtFirst);
    const changesAtMs = segment * SEGMENT_MS;
    this.#ladder = nextLadder(before, pressure, mediaNowMs, changesAtMs, this.#order.length, this.#rules);
    if (this.#ladder.resting === before.resting) return undefined;
    return this.#change(segment);
  }

  /** No encoder is left for this one; undefined when it was the last. The lightest of the others never rests. */
  drop(track: TrackId, mediaNowMs: number): LadderChange | undefined {
    const ladder = this.#ladder ?? startLadder(mediaNowMs, this.#rules, this.#restingAtFirst);
    const wasResting = this.#order.slice(0, ladder.resting).includes(track);
    this.#broken = [...this.#broken, track];
    this.#tracks = this.#tracks.filter(({ id }) => id !== track);
    this.#order = restOrder(this.#tracks);
    const resting = Math.min(ladder.resting - (wasResting ? 1 : 0), this.#order.length);
    this.#ladder = { ...ladder, resting, ...(resting === 0 && { reason: undefined }) };
    return this.#tracks.length === 0 ? undefined : this.#change(nextToldSegment(mediaNowMs));
  }

  /** Something rests because of overload: no time to add a quality. */
  get isResting(): boolean {
    return (this.#ladder?.resting ?? 0) > 0;
  }

  /** An encoder was found for one that was dropped, while nothing rests. */
  restore(track: TrackId, mediaNowMs: number): LadderChange {
    this.#broken = this.#broken.filter((one) => one !== track);
    this.#tracks = this.#all.filter(({ id }) => !this.#broken.includes(id));
    this.#order = restOrder(this.#tracks);
    return this.#change(Math.max(nextToldSegment(mediaNowMs), this.#saidSegment + 1));
  }

  /** The tracks of the next boundary at or behind segment `notBefore`, which is to begin a Period for another reason. */
  restate(mediaNowMs: number, notBefore: number): LadderChange {
    return this.#change(Math.max(nextToldSegment(mediaNowMs), notBefore));
  }

  #change(segment: number): LadderChange {
    this.#saidSegment = segment;
    const resting = this.#order.slice(0, this.#ladder?.resting ?? 0);
    return {
      fromPart: segment * this.#partsPerSegment,
      going: this.#tracks.map(({ id }) => id).filter((id) => !resting.includes(id)),
      report: { resting, reason: this.#ladder?.reason, broken: this.#broken },
    };
  }
}
