import type { MediaRange, SegmentRange, UploadProgress } from '../protocol/broadcast.ts';
import type { TrackId } from '../protocol/track.ts';
import type { LatencyMode } from './latency.ts';
import type { Outage } from './outage.ts';

/** Where the broadcast and the way to it stand. */
export type PlayerPhase =
  | { readonly kind: 'loading' }
  /** Reserved: its link works, nothing was sent yet. The player starts by itself. */
  | { readonly kind: 'not-started' }
  | { readonly kind: 'live' }
  /** The creator's connection broke; the origin waits for it. */
  | { readonly kind: 'interrupted' }
  /** The creator ended it; the recording is there in a few seconds. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'ended' }
  /** The origin does not answer. `nextTryAtMs` is on the clock of `performance.now()`. */
  | { readonly kind: 'unreachable'; readonly nextTryAtMs: number }
  | { readonly kind: 'failed'; readonly problem: PlayerProblem };

export interface PlayerProblem {
  readonly code: 'unknown_broadcast' | 'no_media_source' | 'media' | 'never_started';
  readonly message: string;
  readonly canRetry: boolean;
}

export type Playback = 'starting' | 'playing' | 'paused' | 'buffering' | 'finished';

export interface Quality {
  readonly track: TrackId;
  readonly height: number;
  readonly bitrateBps: number;
}

export interface MissedMedia extends MediaRange {
  /** Of it, what the creator's tab still has to send; 0: it can be watched. */
  readonly missingMs: number;
}

/** Everything the watch page shows. Times in milliseconds; media time counts from the start of the broadcast. */
export interface PlayerState {
  readonly phase: PlayerPhase;
  readonly playback: Playback;
  readonly title: string;
  readonly posterUrl: string | null;
  /** How far an upload is made; null for a live and what it left. */
  readonly upload: UploadProgress | null;
  /** Segments with small pictures for the seek bar. */
  readonly strips: readonly SegmentRange[];
  /** Where nothing was captured. */
  readonly holes: readonly MediaRange[];
  /** The creator's, as far as this viewer meets it. */
  readonly outage: Outage;
  /** What the creator's outage kept from a viewer at the live edge, until it is watched or dismissed. */
  readonly missed: MissedMedia | undefined;
  readonly positionMs: number;
  /** End of the seek bar: now, while live; the length of a recording. */
  readonly endMs: number;
  /** Wall clock of media time zero; undefined before the start. */
  readonly startedAtMs: number | undefined;
  readonly isFollowingLive: boolean;
  /** Capture to screen; undefined in a recording. */
  readonly latencyMs: number | undefined;
  readonly targetLatencyMs: number;
  readonly bufferMs: number;
  readonly mode: LatencyMode;
  /** What the person chose; the pace towards the live edge is not shown here. */
  readonly speed: number;
  readonly qualities: readonly Quality[];
  /** undefined: automatic. */
  readonly chosenQuality: TrackId | undefined;
  readonly playingQuality: Quality | undefined;
  readonly droppedFrames: number;
  readonly decodedFrames: number;
  readonly stalls: number;
  /** What the line was last measured to carry. */
  readonly lineBps: number | undefined;
  readonly volume: number;
  readonly isMuted: boolean;
  /** The browser refused to start with sound: it plays muted until the person taps. */
  readonly isMutedByBrowser: boolean;
}
