import type { FeedChunk } from '../lib/chunk-splitter.ts';
import { type PartIndex, partsOfPiece } from '../protocol/grid.ts';
import type { Track, TrackId } from '../protocol/track.ts';
import { parseMediaUrl } from '../protocol/urls.ts';
import type { Taken } from './feed-stream.ts';
import type { OriginGate } from './origin-gate.ts';
import { urlOf } from './part-url.ts';
import { TrackFeed } from './track-feed.ts';

/** The fields of dash.js's request object that are used here; `customData.abort` is what it calls to give up. */
export interface PlayerRequest {
  url: string;
  customData?: unknown;
}

export interface FeedRouterContext {
  readonly broadcastId: string;
  readonly partsPerSegment: number;
  readonly tracks: readonly Track[];
  readonly gate: OriginGate;
  mediaNowMs(): number;
  /** End of what the origin is known to hold, in media time. */
  knownEndMs(): number;
  recordingMs(): number | undefined;
  /** Settles when the segment can be had: at once, but for an upload that is still being made. */
  whenMade(segment: number): Promise<void>;
  /** Settles when the creator's tab has sent the part, or the player may jump over it. */
  whenThere(part: PartIndex): Promise<void>;
  /** The same for what a feed has skipped. */
  whenCame(part: PartIndex): Promise<void>;
  /** Nothing new comes to the origin: a feed that brings nothing is not to blame. */
  isCreatorAway(): boolean;
  /** Of what a feed has skipped: whether this viewer waits for it, or can ask for it once more. */
  fateOf(part: PartIndex): Promise<'wait' | 'there' | 'never'>;
  /** What is on this device already, or on its way, for the URL of a request; undefined: ask the origin. */
  kept(url: string): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer> | undefined> | undefined;
  /** A part that the player takes now. */
  onTaken(track: Track, part: PartIndex, bytes: Uint8Array<ArrayBuffer>): void;
  onRead(bytes: number, atMs: number): void;
  onChunk(track: Track, chunk: FeedChunk, isFresh: boolean, atMs: number): void;
  /** The feed was refused or held no chunks, several times over: pieces have to take over. */
  onUnusable(): void;
}

/** What the origin answers for a part that will never come; dash.js appends it and asks for the next one. */
const EMPTY_STYP = Uint8Array.of(0, 0, 0, 16, 0x73, 0x74, 0x79, 0x70, 0x6d, 0x73, 0x64, 0x68, 0, 0, 0, 0);
const FAILURES_UNTIL_UNUSABLE = 4;
const NEVER = new Promise<never>(() => {});

/**
 * Answers dash.js's requests for parts out of the feeds: the request waits for its part, then points to a URL that
 * holds it. Whatever else dash.js asks for, and what a feed does not have, goes to the origin as it is.
 */
export class FeedRouter {
  readonly #context: FeedRouterContext;
  readonly #feeds = new Map<Track['kind'], TrackFeed>();
  readonly #blobs = new Set<string>();
  #failures = 0;
  #isClosed = false;

  constructor(context: FeedRouterContext) {
    this.#context = context;
  }

  /** For `MediaPlayer.addRequestInterceptor`. Never settles for a request that dash.js has given up. */
  async intercept<R extends PlayerRequest>(request: R): Promise<R> {
    const cancelled = cancellationOf(request);
    if (this.#isClosed) return NEVER;
    const kept = await this.#context.kept(request.url);
    if (cancelled.isSet || this.#isClosed) return NEVER;
    if (kept !== undefined) return this.#fromDevice(request, kept);
    await this.#context.gate.whenOpen();
    if (cancelled.isSet) return NEVER;
    const media = parseMediaUrl(request.url);
    if (media === undefined || media.id !== this.#context.broadcastId) return request;
    const track = this.#context.tracks.find((known) => known.id === media.name.track);
    if (track === undefined) return request;
    if (media.name.kind === 'init') this.#dropOther(track);
    if (media.name.kind !== 'init') await this.#context.whenMade(media.name.segment);
    const { partsPerSegment } = this.#context;
    if (media.name.kind === 'piece') await this.#context.whenThere(firstPartOf(media.name, partsPerSegment));
    if (cancelled.isSet || this.#isClosed) return NEVER;
    if (media.name.kind !== 'piece' || media.name.pieces !== partsPerSegment) return request;
    const part = firstPartOf(media.name, partsPerSegment);
    let wasThere = false;
    for (;;) {
      const taken = await this.#feedOf(track).take(part, cancelled.whenSet);
      if (cancelled.isSet || this.#isClosed) return NEVER;
      const fate = taken.kind === 'skipped' ? await this.#context.fateOf(part) : 'there';
      if (fate === 'wait') await this.#context.whenCame(part);
      if (cancelled.isSet || this.#isClosed) return NEVER;
      if (taken.kind === 'skipped' && (fate === 'wait' || (fate === 'there' && !wasThere))) {
        wasThere = fate === 'there';
        continue;
      }
      if (taken.kind === 'chunk') this.#context.onTaken(track, part, taken.bytes);
      const answer = await this.#answer(request, part, taken);
      if (cancelled.isSet || this.#isClosed) return NEVER;
      if (answer !== undefined) return answer;
    }
  }

  /** For `MediaPlayer.addResponseInterceptor`: a blob is read once. */
  release(url: string): void {
    if (this.#blobs.delete(url)) URL.revokeObjectURL(url);
  }

  get openTracks(): TrackId[] {
    return [...this.#feeds.values()].map((feed) => feed.track.id);
  }

  close(): void {
    this.#isClosed = true;
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds.clear();
    for (const url of this.#blobs) URL.revokeObjectURL(url);
    this.#blobs.clear();
  }

  /** undefined: ask the feed again, the origin was away. */
  async #answer<R extends PlayerRequest>(request: R, part: PartIndex, taken: Taken): Promise<R | undefined> {
    switch (taken.kind) {
      case 'chunk':
        this.#failures = 0;
        return this.#pointTo(request, taken.bytes);
      case 'skipped':
        return this.#pointTo(request, EMPTY_STYP);
      case 'failed': {
        if (taken.status === 503 || taken.status === 429) {
          this.#context.gate.reportFailure(taken.retryAfterMs);
          await this.#context.gate.whenOpen();
          return undefined;
        }
        if (taken.status === undefined) await this.#context.gate.suspect();
        if (taken.status === undefined && this.#context.isCreatorAway()) {
          await this.#context.whenCame(part);
          return undefined;
        }
        this.#failures += 1;
        if (this.#failures === FAILURES_UNTIL_UNUSABLE) this.#context.onUnusable();
        return taken.status === undefined && this.#failures < FAILURES_UNTIL_UNUSABLE ? undefined : request;
      }
    }
  }

  /** A kept part is also one of those around the playhead, and stays kept. */
  #fromDevice<R extends PlayerRequest>(request: R, bytes: Uint8Array<ArrayBuffer>): R {
    const media = parseMediaUrl(request.url);
    const track = this.#context.tracks.find((known) => known.id === media?.name.track);
    if (media?.name.kind === 'init' && track !== undefined) this.#dropOther(track);
    if (media?.name.kind === 'piece' && track !== undefined)
      this.#context.onTaken(track, media.name.segment * media.name.pieces + media.name.piece, bytes);
    return this.#pointTo(request, bytes);
  }

  #pointTo<R extends PlayerRequest>(request: R, bytes: Uint8Array<ArrayBuffer>): R {
    request.url = urlOf(bytes);
    if (request.url.startsWith('blob:')) this.#blobs.add(request.url);
    return request;
  }

  #feedOf(track: Track): TrackFeed {
    const open = this.#feeds.get(track.kind);
    if (open?.track.id === track.id) return open;
    open?.close();
    const feed = new TrackFeed(track, this.#context);
    this.#feeds.set(track.kind, feed);
    return feed;
  }

  /** An init segment of another rendition is the first sign of a switch: the old feed must not share the line. */
  #dropOther(track: Track): void {
    const open = this.#feeds.get(track.kind);
    if (open === undefined || open.track.id === track.id) return;
    open.close();
    this.#feeds.delete(track.kind);
  }
}

const firstPartOf = (
  { segment, piece, pieces }: { readonly segment: number; readonly piece: number; readonly pieces: number },
  partsPerSegment: number,
): PartIndex => partsOfPiece(segment, piece, pieces, partsPerSegment).from;

interface Cancellation {
  isSet: boolean;
  readonly whenSet: (cancel: () => void) => void;
}

/** dash.js aborts a request by calling `customData.abort`, which its loader sets only once the request is sent. */
function cancellationOf(request: PlayerRequest): Cancellation {
  let cancel = () => {};
  const cancellation: Cancellation = {
    isSet: false,
    whenSet: (call) => {
      cancel = call;
    },
  };
  const data = request.customData;
  if (typeof data === 'object' && data !== null) {
    Object.assign(data, {
      abort: () => {
        cancellation.isSet = true;
        cancel();
      },
    });
  }
  return cancellation;
}
