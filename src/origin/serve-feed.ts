import type { PartIndex } from '../protocol/grid.ts';
import { type Edge, LATE_MS, partStartMs, patience } from './availability.ts';
import type { Broadcast } from './broadcast.ts';
import type { StopWaiting } from './hot-tail.ts';
import {
  answerFiller,
  answerOverloaded,
  breakResponse,
  IMMUTABLE,
  NO_STORE,
  type RawResponse,
  writeHead,
} from './media-answer.ts';
import type { Running } from './running.ts';
import type { Slice } from './serve-piece.ts';

/** Bytes a viewer may have waiting in the origin before it must read some. */
const MAX_WAITING_BYTES = 512 * 1024;
/** A viewer that takes nothing for this long is dropped. */
const STUCK_AFTER_MS = 15_000;
/** A stream in which nothing comes for this long is broken off. */
const SILENT_AFTER_MS = 10_000;
/** Parts read from the disk at once. */
const READ_AHEAD_PARTS = 20;

/** What to do about a next part that is not there. */
export type Gap =
  | { readonly kind: 'skip'; readonly to: PartIndex }
  | { readonly kind: 'finish' }
  | { readonly kind: 'break-off' }
  | { readonly kind: 'wait'; readonly forPart: PartIndex | 'any'; readonly untilMs: number };

export interface GapFacts {
  readonly part: PartIndex;
  /** Index after the last part of the segment. */
  readonly segmentEnd: PartIndex;
  /** The first later part of the segment that is there. */
  readonly later: PartIndex | undefined;
  readonly hasSent: boolean;
  readonly lastWriteMs: number;
}

/** SPEC MEDIA5 and MEDIA6 for the feed: skip, wait, or give up; a pure decision. */
export function crossGap(facts: GapFacts, edge: Edge): Gap {
  const { part, later, hasSent } = facts;
  const isOver = edge.endPart !== undefined;
  const lateMs = partStartMs(part + 1, edge) + LATE_MS;
  if (later !== undefined && (isOver || edge.nowMs >= lateMs)) return { kind: 'skip', to: later };
  if (edge.endPart !== undefined && part < edge.endPart) return { kind: 'finish' };
  if (!isOver && edge.nowMs < lateMs) {
    const isInReach = hasSent || patience(part, facts.segmentEnd, edge).kind === 'wait';
    return isInReach ? { kind: 'wait', forPart: part, untilMs: lateMs } : { kind: 'finish' };
  }
  if (hasSent && !isOver) {
    const untilMs = Math.max(facts.lastWriteMs, lateMs) + SILENT_AFTER_MS;
    return edge.nowMs < untilMs ? { kind: 'wait', forPart: 'any', untilMs } : { kind: 'break-off' };
  }
  const wait = patience(part, facts.segmentEnd, edge);
  return wait.kind === 'wait' ? { kind: 'wait', forPart: 'any', untilMs: wait.untilMs } : { kind: 'finish' };
}

/**
 * A segment from one of its parts on, streamed as it grows (SPEC MEDIA2, MEDIA3, MEDIA6). A hole known before the first
 * byte makes the answer `no-store`; one found later breaks the connection at the end, so that no cache keeps it.
 */
export class FeedAnswer {
  readonly #response: RawResponse;
  readonly #broadcast: Broadcast;
  readonly #running: Running;
  readonly #slice: Slice;
  #next: PartIndex;
  #hasHole = false;
  #isKeepable = true;
  #lastWriteMs: number;
  /** Reading from the disk, or waiting until the viewer has read something. */
  #isBusy = false;
  #isClosed = false;
  #isBreaking = false;
  #unflushed = 0;
  #stop: StopWaiting | undefined;
  #stopStuck: () => void = () => {};

  constructor(response: RawResponse, broadcast: Broadcast, running: Running, slice: Slice) {
    this.#response = response;
    this.#broadcast = broadcast;
    this.#running = running;
    this.#slice = slice;
    this.#next = slice.from;
    this.#lastWriteMs = broadcast.nowMs();
    response.once('close', () => {
      this.#isClosed = true;
      this.#stopStuck();
      this.#stop?.();
    });
  }

  /** Sends what is there, then waits; called again by the hot tail whenever something may have changed. */
  readonly pump = (): void => {
    this.#stop = undefined;
    const { track } = this.#slice;
    while (!this.#isClosed && !this.#isBusy) {
      const end = this.#end();
      if (this.#next >= end) {
        this.#finish();
        return;
      }
      const bytes = this.#running.tail.get(track, this.#next);
      if (bytes !== undefined) this.#send(bytes);
      else if (this.#broadcast.store.stored(track).has(this.#next)) this.#readOn(end);
      else if (!this.#cross(end)) return;
    }
  };

  /** The segment ends where the recording ends; past that, requests are held until the players have been let out. */
  #end(): PartIndex {
    const { track, from, to } = this.#slice;
    const endPart = this.#broadcast.edge(track, from, this.#running).endPart ?? to;
    return from >= endPart ? to : Math.min(to, endPart);
  }

  #send(bytes: Buffer): void {
    const response = this.#response;
    if (!response.headersSent) {
      this.#isKeepable = !this.#hasKnownHole() && !this.#mayGrowOn();
      writeHead(response, 200, this.#slice.track, { 'cache-control': this.#isKeepable ? IMMUTABLE : NO_STORE });
    }
    this.#unflushed += 1;
    response.write(bytes, this.#onFlushed);
    this.#next += 1;
    this.#lastWriteMs = this.#broadcast.nowMs();
    if (response.writableLength < MAX_WAITING_BYTES || this.#isBusy) return;
    this.#isBusy = true;
    this.#stopStuck = this.#broadcast.at(this.#lastWriteMs + STUCK_AFTER_MS, () => breakResponse(response));
    response.once('drain', () => {
      this.#stopStuck();
      this.#isBusy = false;
      this.pump();
    });
  }

  /** Something is missing whose time is over: the answer will not be the whole segment. */
  #hasKnownHole(): boolean {
    const { track, from } = this.#slice;
    const edge = this.#broadcast.edge(track, this.#slice.from, this.#running);
    const partMs = partStartMs(1, edge) - partStartMs(0, edge);
    const overPart = Math.floor((edge.nowMs - LATE_MS - edge.availabilityStartMs) / partMs);
    const known = edge.endPart === undefined ? Math.min(this.#end(), overPart) : this.#end();
    return !this.#broadcast.store.stored(track).covers(from, known);
  }

  /** It ends where the recording ends today, and the creator may still send more. */
  #mayGrowOn(): boolean {
    const { track, from, to } = this.#slice;
    const { endPart, isEndFinal } = this.#broadcast.edge(track, from, this.#running);
    return endPart !== undefined && endPart < to && !isEndFinal;
  }

  readonly #onFlushed = (): void => {
    this.#unflushed -= 1;
    if (this.#isBreaking && this.#unflushed === 0) breakResponse(this.#response);
  };

  #readOn(end: PartIndex): void {
    const { track } = this.#slice;
    const { tail } = this.#running;
    const stored = this.#broadcast.store.stored(track);
    const from = this.#next;
    let to = from + 1;
    while (to < Math.min(end, from + READ_AHEAD_PARTS) && stored.has(to) && tail.get(track, to) === undefined) to++;
    this.#isBusy = true;
    this.#broadcast.store.read(track, from, to).then(
      (parts) => {
        this.#isBusy = false;
        if (this.#isClosed) return;
        if (parts.length !== to - from) this.#breakOff();
        else for (const bytes of parts) this.#send(bytes);
        this.pump();
      },
      (error: unknown) => {
        this.#broadcast.report(error);
        this.#breakOff();
      },
    );
  }

  /** False when it waits or is done. */
  #cross(end: PartIndex): boolean {
    if (this.#broadcast.isStopping) {
      this.#giveUp();
      return false;
    }
    const { track, to } = this.#slice;
    const later = this.#broadcast.store.stored(track).firstIn(this.#next + 1, end);
    const hasSent = this.#response.headersSent;
    const facts = { part: this.#next, segmentEnd: to, later, hasSent, lastWriteMs: this.#lastWriteMs };
    const gap = crossGap(facts, this.#broadcast.edge(track, this.#slice.from, this.#running));
    switch (gap.kind) {
      case 'skip':
        this.#hasHole = true;
        this.#next = gap.to;
        return true;
      case 'finish':
        this.#hasHole = true;
        this.#finish();
        return false;
      case 'break-off':
        this.#breakOff();
        return false;
      case 'wait': {
        const { tail } = this.#running;
        this.#stop =
          gap.forPart === 'any'
            ? tail.waitForAny(track, gap.untilMs, this.pump)
            : tail.waitFor(track, gap.forPart, gap.untilMs, this.pump);
        if (this.#stop !== undefined) return false;
        this.#giveUp();
        return false;
      }
    }
  }

  #finish(): void {
    if (this.#hasHole && this.#isKeepable) {
      this.#breakOff();
      return;
    }
    if (this.#response.headersSent) this.#response.end();
    else answerFiller(this.#response, this.#slice.track);
    this.#isClosed = true;
  }

  /** Nobody can wait here now: the viewer comes back in a second, to this origin or to the next. */
  #giveUp(): void {
    if (this.#response.headersSent) this.#breakOff();
    else answerOverloaded(this.#response);
    this.#isClosed = true;
  }

  /** Ends the connection without ending the answer, once what was sent is on its way. */
  #breakOff(): void {
    this.#isClosed = true;
    if (!this.#response.headersSent) answerFiller(this.#response, this.#slice.track);
    else if (this.#unflushed === 0) breakResponse(this.#response);
    else this.#isBreaking = true;
  }
}
