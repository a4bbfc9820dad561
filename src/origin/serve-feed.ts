import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { LATE_MS, partStartMs, patience } from './availability.ts';
import type { Broadcast } from './broadcast.ts';
import type { StopWaiting } from './hot-tail.ts';
import { answerFiller, answerOverloaded, IMMUTABLE, NO_STORE, type RawResponse, writeHead } from './media-answer.ts';

/** Bytes a viewer may have waiting in the origin before it must read some. */
const MAX_WAITING_BYTES = 512 * 1024;
/** A viewer that takes nothing for this long is dropped. */
const STUCK_AFTER_MS = 15_000;
/** A stream in which nothing comes for this long is broken off. */
const SILENT_AFTER_MS = 10_000;
/** Parts read from the disk at once. */
const READ_AHEAD_PARTS = 20;

/**
 * The segment from part `from` on, streamed as it grows (SPEC MEDIA2, MEDIA3, MEDIA6). A hole known before the first
 * byte makes the answer `no-store`; one found later breaks the connection at the end, so that no cache keeps it.
 */
export function serveFeed(
  response: RawResponse,
  broadcast: Broadcast,
  track: TrackId,
  from: PartIndex,
  segmentEnd: PartIndex,
): void {
  const { running, store } = broadcast;
  if (running === undefined) return answerFiller(response, track);
  const { tail } = running;
  const stored = store.stored(track);
  let nextPart = from;
  let hasHole = false;
  let mayBeKept = true;
  let lastWriteMs = broadcast.nowMs();
  let stop: StopWaiting | undefined;
  let isClosed = false;
  let isBusy = false;
  let stuck: NodeJS.Timeout | undefined;

  const finish = (): void => {
    if (!response.headersSent) return answerFiller(response, track);
    if (hasHole && mayBeKept) response.destroy();
    else response.end();
  };
  const breakOff = (): void => {
    if (response.headersSent) response.destroy();
    else answerFiller(response, track);
  };
  const waitFor = (part: PartIndex | 'any', untilMs: number): void => {
    stop = part === 'any' ? tail.waitForAny(track, untilMs, pump) : tail.waitFor(track, part, untilMs, pump);
    if (stop !== undefined) return;
    if (response.headersSent) response.destroy();
    else answerOverloaded(response);
  };
  /** False when the viewer has to read something first. */
  const send = (bytes: Buffer): boolean => {
    if (!response.headersSent) {
      mayBeKept = !hasHole;
      writeHead(response, 200, track, { 'cache-control': mayBeKept ? IMMUTABLE : NO_STORE });
    }
    response.write(bytes);
    nextPart++;
    lastWriteMs = broadcast.nowMs();
    if (response.writableLength < MAX_WAITING_BYTES) return true;
    isBusy = true;
    stuck = setTimeout(() => response.destroy(), STUCK_AFTER_MS);
    response.once('drain', () => {
      clearTimeout(stuck);
      isBusy = false;
      pump();
    });
    return false;
  };
  const readOn = (end: PartIndex): void => {
    isBusy = true;
    let to = nextPart + 1;
    while (to < end && to < nextPart + READ_AHEAD_PARTS && stored.has(to) && tail.get(track, to) === undefined) to++;
    store.read(track, nextPart, to).then(
      (parts) => {
        isBusy = false;
        if (isClosed) return;
        if (parts.length !== to - nextPart) return breakOff();
        // All of what was read is sent before looking again; it is bounded, and already in memory.
        for (const bytes of parts) {
          if (isBusy) {
            response.write(bytes);
            nextPart++;
          } else send(bytes);
        }
        pump();
      },
      () => breakOff(),
    );
  };
  /** False when it waits or is done. */
  const crossGap = (end: PartIndex): boolean => {
    const edge = broadcast.edge(track, running);
    const lateMs = partStartMs(nextPart + 1, edge) + LATE_MS;
    const later = stored.firstIn(nextPart + 1, end);
    if (later !== undefined && (edge.nowMs >= lateMs || edge.endPart !== undefined)) {
      hasHole = true;
      nextPart = later;
      return true;
    }
    if (edge.endPart !== undefined && nextPart < edge.endPart) {
      hasHole = true;
      finish();
      return false;
    }
    if (edge.nowMs < lateMs && edge.endPart === undefined) {
      const wait = patience(nextPart, nextPart + 1, edge);
      if (wait.kind === 'wait') waitFor(nextPart, wait.untilMs);
      else finish();
      return false;
    }
    const untilMs = response.headersSent
      ? Math.max(lastWriteMs, lateMs) + SILENT_AFTER_MS
      : (() => {
          const wait = patience(nextPart, edge.endPart === undefined ? segmentEnd : nextPart + 1, edge);
          return wait.kind === 'wait' ? wait.untilMs : edge.nowMs;
        })();
    if (edge.nowMs >= untilMs) breakOff();
    else waitFor('any', untilMs);
    return false;
  };
  const pump = (): void => {
    stop = undefined;
    while (!isClosed && !isBusy) {
      const endPart = broadcast.edge(track, running).endPart ?? segmentEnd;
      const end = from >= endPart ? segmentEnd : Math.min(segmentEnd, endPart);
      if (nextPart >= end) return finish();
      const bytes = tail.get(track, nextPart);
      if (bytes !== undefined) {
        if (!send(bytes)) return;
      } else if (stored.has(nextPart)) return readOn(end);
      else if (!crossGap(end)) return;
    }
  };
  response.once('close', () => {
    isClosed = true;
    clearTimeout(stuck);
    stop?.();
  });
  pump();
}
