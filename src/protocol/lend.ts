import type { Grid, PartIndex } from './grid.ts';
import type { TrackId, VideoTrack } from './track.ts';

/** SPEC LEND. A helper is somebody else's tab that makes segments of a recording for its creator. */

/** Of the property that tells viewers how late helpers' pictures come (SPEC LEND13). */
export const HELPED_LAG_SCHEME = 'urn:tabcast:helped-lag:2026';

export const MAX_HELPER_NAME_CHARS = 40;
/** A segment whose source is larger is made by the creator's tab alone. */
export const MAX_SOURCE_BYTES = 128 * 1024 * 1024;
export const SOURCE_CONTENT_TYPE = 'application/vnd.tabcast.source';

/** `POST /api/broadcasts/<id>/lend-invitations`. */
export interface LendInvitationRequest {
  readonly forMs: number;
}

/** Times in milliseconds since 1970. */
export interface LendInvitation {
  readonly id: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

export interface NewLendInvitation {
  readonly invitation: LendInvitation;
  /** `/lend#<token>`, absolute; the token is answered once. */
  readonly url: string;
}

/** `POST /api/lend/look`: what somebody is asked to help with, before they say yes. */
export interface LendOffer {
  readonly title: string;
  readonly grid: Grid;
  /** Those that are to be made. */
  readonly tracks: readonly VideoTrack[];
  readonly expiresMs: number;
  /** It goes on: made from the growing stream (LEND8). */
  readonly isLive: boolean;
}

/** `POST /api/lend/join`. */
export interface LendJoinRequest {
  readonly invitation: string;
  /** Shown to the creator. */
  readonly name: string;
  /** Of each rendition the `avcC` that this browser's encoder gives, base64: it must be the recording's own. */
  readonly configs: Readonly<Record<TrackId, string>>;
}

/** Everything a segment is made to; media time zero is the zero of the source's own times. */
export interface LendJoined {
  readonly helperId: string;
  /** For `Authorization: Bearer`; answered once. */
  readonly token: string;
  readonly broadcastId: string;
  readonly title: string;
  readonly grid: Grid;
  readonly tracks: readonly VideoTrack[];
  readonly availabilityStartMs: number;
  readonly durationMs: number;
  /** Null for a recording. */
  readonly live: LendLive | null;
}

/** What the renditions of a live are made from. */
export interface LendLive {
  readonly source: VideoTrack;
  /** Its init segment, base64. */
  readonly init: string;
}

/** A short stretch of what somebody made of a live, to be compared with its source (SPEC LEND14). */
export interface LiveLook {
  readonly look: number;
  readonly segment: number;
  /** Every rendition begins here with a key picture. */
  readonly fromPart: PartIndex;
  readonly toPart: PartIndex;
  /** Where the source has its key picture before. */
  readonly sourceFromPart: PartIndex;
  readonly source: VideoTrack;
  readonly tracks: readonly VideoTrack[];
  readonly grid: Grid;
}

/** What somebody says who looked. A lie: it is not what the source shows. */
export type LookVerdict = { readonly kind: 'good' } | { readonly kind: 'lie' | 'unable'; readonly reason: string };

/** `POST /ingest/<id>/help/looks`, by the creator's tab when it has time. */
export interface LooksRequest {
  /** It wants to look at everything itself. */
  readonly isAll: boolean;
}

export interface LooksAnswer {
  readonly look: LiveLook | null;
}

/** Shares of segments: `waiting` for a look, found right, found to be lies. */
export interface HelpLooks {
  readonly waiting: number;
  readonly good: number;
  readonly lies: number;
}

/** stand-by: somebody else makes it; follow the source, and be ready for `make` with the same lease. */
export interface LeaseWord {
  readonly kind: 'make' | 'stop' | 'stand-by';
  readonly lease: number;
  readonly segment: number;
  /** The first part to make, which begins with a key picture; for who stands by the first that lacks now. */
  readonly fromPart: PartIndex;
}

/** One line of `GET /api/lend/live`, a stream of JSON lines; `beat` says that the line is still there. */
export type LiveWord =
  | LeaseWord
  | { readonly kind: 'look'; readonly look: LiveLook }
  | { readonly kind: 'beat'; readonly segmentsDone: number }
  /** The broadcast has ended, and all of it is made. */
  | { readonly kind: 'over' };

/** `POST /api/lend/live/<segment>/parts`. */
export interface LivePartsAnswer {
  /** False: the rest of the segment is somebody else's. */
  readonly isYours: boolean;
}

export interface HeldLease {
  readonly lease: number;
  /** 0 to 1. */
  readonly progress: number;
}

/** `POST /api/lend/work`, every second or two: the word that renews leases, and the question for more. */
export interface LendWorkRequest {
  readonly held: readonly HeldLease[];
  readonly framesPerSecond: number;
  readonly roundTripMs: number;
  /** What a segment takes here; null before the first is done. */
  readonly serviceMs: number | null;
  /** False: nothing new, please; what is held is finished. */
  readonly isWilling: boolean;
}

export interface LentSegment {
  readonly lease: number;
  readonly segment: number;
}

export interface LendWork {
  /** over: the recording is complete, and there is nothing more to help with. */
  readonly state: 'open' | 'over';
  /** New ones, in the order in which they should be made. */
  readonly lent: readonly LentSegment[];
  /** Of `held`, those that are over: somebody else was first, or they ran out. */
  readonly ended: readonly number[];
  /** Segments of this helper that were published. */
  readonly segmentsDone: number;
}

/** `POST /api/lend/results/<segment>/done`. */
export type LendDoneRequest = { readonly kind: 'made' } | { readonly kind: 'failed'; readonly reason: string };

export interface LendDone {
  readonly verdict: 'first' | 'duplicate' | 'unknown';
}

export interface HelperView {
  readonly id: string;
  readonly name: string;
  readonly framesPerSecond: number;
  /** Published ones. */
  readonly segmentsDone: number;
  /** It has given a sign of life in the last seconds. */
  readonly isHere: boolean;
  /** Why it may not help any more; null while it may. */
  readonly sentAway: string | null;
}

export interface HelpJob {
  readonly segment: number;
  readonly state: 'waiting' | 'working' | 'returned' | 'done' | 'set-aside';
  /** Ids of helpers. */
  readonly holders: readonly string[];
  readonly progress: number;
  readonly failures: number;
  readonly reason: string | null;
}

/** A rendition of a live that helpers make. */
export interface HelpedRendition {
  readonly track: TrackId;
  /** Id of the helper that makes it now; null: nobody does. */
  readonly madeBy: string | null;
  /** How much of the source it lacks, in milliseconds of media, while somebody makes it. */
  readonly behindMs: number;
}

/** `GET /ingest/<id>/help`, for the creator's tab. */
export interface HelpState {
  readonly helpers: readonly HelperView[];
  readonly jobs: readonly HelpJob[];
  /** How many more segments should be offered now. */
  readonly wanted: number;
  /** Of a live: what is looked at; null for a recording. */
  readonly looks: HelpLooks | null;
  /** Of a live, the largest first; empty for a recording. */
  readonly helped: readonly HelpedRendition[];
  /** An invitation is open, somebody is here, or something is lent: what is said here may change. */
  readonly isExpected: boolean;
}

/** `POST /ingest/<id>/help/<segment>/verdict`. A lie sends its helper away. */
export type HelpVerdict = { readonly kind: 'good' } | { readonly kind: 'bad' | 'lie'; readonly reason: string };
