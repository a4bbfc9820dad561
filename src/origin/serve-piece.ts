import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { patience } from './availability.ts';
import type { Broadcast } from './broadcast.ts';
import type { StopWaiting } from './hot-tail.ts';
import {
  answerFiller,
  answerNotMade,
  answerOverloaded,
  answerParts,
  IMMUTABLE,
  NO_STORE,
  type RawResponse,
} from './media-answer.ts';
import type { Running } from './running.ts';

/** Which parts of which track a request is about; half-open. */
export interface Slice {
  readonly track: TrackId;
  readonly from: PartIndex;
  readonly to: PartIndex;
}

/** SPEC MEDIA4 and MEDIA5: the whole piece, waited for, or an empty `styp`. */
export class PieceAnswer {
  readonly #response: RawResponse;
  readonly #broadcast: Broadcast;
  readonly #running: Running;
  readonly #slice: Slice;
  #stop: StopWaiting | undefined;

  constructor(response: RawResponse, broadcast: Broadcast, running: Running, slice: Slice) {
    this.#response = response;
    this.#broadcast = broadcast;
    this.#running = running;
    this.#slice = slice;
    response.once('close', () => this.#stop?.());
  }

  /** Answers now or waits; called again by the hot tail whenever something may have changed. */
  readonly look = (): void => {
    this.#stop = undefined;
    const { track, from, to } = this.#slice;
    const edge = this.#broadcast.edge(track, from, this.#running);
    // The last piece of a recording ends where the recording ends.
    const end = edge.endPart === undefined ? to : Math.max(from, Math.min(to, edge.endPart));
    const stored = this.#broadcast.store.stored(track);
    if (from < end && stored.covers(from, end)) {
      this.#answer(end, end === to || edge.isEndFinal ? IMMUTABLE : NO_STORE);
      return;
    }
    if (this.#broadcast.isBeingMade) {
      answerNotMade(this.#response);
      return;
    }
    if (this.#broadcast.isStopping) {
      answerOverloaded(this.#response);
      return;
    }
    const wait = patience(from, end, edge);
    if (wait.kind === 'give-up') {
      answerFiller(this.#response, track);
      return;
    }
    // The last missing part: in the usual order the others are there before it.
    let missing = Math.max(from, end - 1);
    while (missing > from && stored.has(missing)) missing--;
    this.#stop = this.#running.tail.waitFor(track, missing, wait.untilMs, this.look);
    if (this.#stop === undefined) answerOverloaded(this.#response);
  };

  #answer(end: PartIndex, cache: string): void {
    const { track, from } = this.#slice;
    const hot: Buffer[] = [];
    for (let part = from; part < end; part++) {
      const bytes = this.#running.tail.get(track, part);
      if (bytes === undefined) {
        this.#answerFromStore(end, cache);
        return;
      }
      hot.push(bytes);
    }
    answerParts(this.#response, track, hot, cache);
  }

  #answerFromStore(end: PartIndex, cache: string): void {
    const { track, from } = this.#slice;
    this.#broadcast.store.read(track, from, end).then(
      (parts) => answerParts(this.#response, track, parts, parts.length === end - from ? cache : NO_STORE),
      (error: unknown) => {
        this.#broadcast.report(error);
        answerOverloaded(this.#response);
      },
    );
  }
}
