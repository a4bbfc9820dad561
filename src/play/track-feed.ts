import type { FeedChunk } from '../lib/chunk-splitter.ts';
import { type PartIndex, partMs } from '../protocol/grid.ts';
import type { Track } from '../protocol/track.ts';
import { FeedStream, type Taken } from './feed-stream.ts';
import { edgePartAt, isQuickerAnew, shouldOpenNext, stretchFor } from './stretch.ts';

export interface TrackFeedContext {
  readonly broadcastId: string;
  readonly partsPerSegment: number;
  /** Milliseconds of media captured so far, by the origin's clock. */
  mediaNowMs(): number;
  /** End of what the origin is known to hold, in media time. */
  knownEndMs(): number;
  /** Length of a recording; undefined while the broadcast is on the air. */
  recordingMs(): number | undefined;
  onRead(bytes: number, atMs: number): void;
  /** `isFresh`: captured after the request had caught up, so its arrival time tells something about the line. */
  onChunk(track: Track, chunk: FeedChunk, isFresh: boolean, atMs: number): void;
}

/** What a request asks for from the past comes first and delays what is made meanwhile; that says nothing. */
const SETTLES_MS = 900;

/** The parts of one track, one after another, over at most two streaming requests: the present one and the next. */
export class TrackFeed {
  readonly track: Track;
  readonly #context: TrackFeedContext;
  #streams: FeedStream[] = [];
  #lastTaken: PartIndex = -1;

  constructor(track: Track, context: TrackFeedContext) {
    this.track = track;
    this.#context = context;
  }

  /** `whenCancelled` takes what to call when nobody wants the part any more; the promise then stays unsettled. */
  take(part: PartIndex, whenCancelled: (cancel: () => void) => void): Promise<Taken> {
    const stream = this.#streamFor(part);
    whenCancelled(() => stream.forget(part));
    return stream.take(part).then((taken) => {
      this.#lastTaken = part;
      this.#openNextInTime();
      return taken;
    });
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams = [];
  }

  #streamFor(part: PartIndex): FeedStream {
    const { partsPerSegment } = this.#context;
    const edgePart = edgePartAt(this.#context.mediaNowMs(), partsPerSegment);
    const at = this.#streams.findIndex(
      (stream) => stream.covers(part) && !isQuickerAnew(part, stream, { edgePart, partsPerSegment }),
    );
    if (at === -1) {
      this.close();
      return this.#open(part);
    }
    for (const passed of this.#streams.splice(0, at)) passed.retire();
    return this.#streams[0] as FeedStream;
  }

  #open(part: PartIndex): FeedStream {
    const { broadcastId, partsPerSegment } = this.#context;
    const openedAtMs = this.#context.mediaNowMs();
    const edgePart = edgePartAt(openedAtMs, partsPerSegment);
    const stretch = stretchFor(part, { broadcastId, track: this.track.id, partsPerSegment, edgePart });
    const stream = new FeedStream(stretch, this.track.timescale, partsPerSegment, {
      knownEndMs: () => this.#context.knownEndMs(),
      onRead: (bytes, atMs) => this.#context.onRead(bytes, atMs),
      onChunk: (chunk, atMs) => {
        this.#context.onChunk(this.track, chunk, chunk.part * partMs(partsPerSegment) >= openedAtMs + SETTLES_MS, atMs);
        this.#openNextInTime();
      },
    });
    this.#streams.push(stream);
    return stream;
  }

  #openNextInTime(): void {
    const current = this.#streams.at(-1);
    if (current === undefined || this.#streams.length > 1) return;
    const { partsPerSegment } = this.#context;
    const progress = {
      isComplete: current.isComplete,
      lastTaken: this.#lastTaken,
      mediaNowMs: this.#context.mediaNowMs(),
      recordingMs: this.#context.recordingMs(),
    };
    if (shouldOpenNext(current.stretch, progress, partsPerSegment)) this.#open(current.stretch.to);
  }
}
