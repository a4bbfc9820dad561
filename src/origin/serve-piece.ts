import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { patience } from './availability.ts';
import type { Broadcast } from './broadcast.ts';
import type { HotTail, StopWaiting } from './hot-tail.ts';
import { answerFiller, answerOverloaded, answerParts, IMMUTABLE, NO_STORE, type RawResponse } from './media-answer.ts';

function hotParts(tail: HotTail, track: TrackId, from: PartIndex, to: PartIndex): Buffer[] | undefined {
  const parts: Buffer[] = [];
  for (let part = from; part < to; part++) {
    const bytes = tail.get(track, part);
    if (bytes === undefined) return undefined;
    parts.push(bytes);
  }
  return parts;
}

/** SPEC MEDIA4 and MEDIA5: the whole piece `[from, to)`, waited for, or an empty `styp`. Resolves with the answer. */
export function servePiece(
  response: RawResponse,
  broadcast: Broadcast,
  track: TrackId,
  from: PartIndex,
  to: PartIndex,
): void {
  const { running, store } = broadcast;
  if (running === undefined) return answerFiller(response, track);
  const { tail } = running;
  let stop: StopWaiting | undefined;
  const look = (): void => {
    stop = undefined;
    const edge = broadcast.edge(track, running);
    const end = edge.endPart === undefined ? to : Math.max(from, Math.min(to, edge.endPart));
    if (from < end) {
      const hot = hotParts(tail, track, from, end);
      if (hot !== undefined) return answerParts(response, track, hot, IMMUTABLE);
      if (store.stored(track).covers(from, end)) return readFromStore(end);
    }
    const wait = patience(from, end, edge);
    if (wait.kind === 'give-up') return answerFiller(response, track);
    // The last missing part: the others are there before it when they come in order.
    let missing = Math.max(from, end - 1);
    while (missing > from && store.stored(track).has(missing)) missing--;
    stop = tail.waitFor(track, missing, wait.untilMs, look);
    if (stop === undefined) answerOverloaded(response);
  };
  const readFromStore = (end: PartIndex): void => {
    store.read(track, from, end).then(
      (parts) => {
        if (parts.length === end - from) answerParts(response, track, parts, IMMUTABLE);
        else answerParts(response, track, parts, NO_STORE);
      },
      () => answerOverloaded(response),
    );
  };
  response.once('close', () => stop?.());
  look();
}
