import type { Visibility } from './accounts.ts';
import type { Grid, PartIndex } from './grid.ts';
import type { PartRange } from './part.ts';
import type { Track, TrackId } from './track.ts';

export const BROADCAST_STATES = ['reserved', 'live', 'interrupted', 'processing', 'ended', 'sealed'] as const;
/**
 * reserved: has a link, nothing sent. live. interrupted: nothing came for a while, may go on. processing: the creator
 * ended it, live players are still being let out. ended: static, back-fill still welcome. sealed: nothing more is taken.
 */
export type BroadcastState = (typeof BROADCAST_STATES)[number];

/** What anybody may see. Times in milliseconds since 1970 on the origin's clock; null before the first sample. */
export interface BroadcastSummary {
  readonly id: string;
  readonly title: string;
  readonly state: BroadcastState;
  readonly startedAt: number | null;
  readonly durationMs: number;
  /** `/live/<id>/poster.jpg?v=<n>` or null while there is no picture. */
  readonly posterUrl: string | null;
  readonly visibility: Visibility;
  /** The person who asks owns it: may rename it, delete it, change who sees it. */
  readonly isOwn: boolean;
  /** A recording that was uploaded; null for a live and what it left. */
  readonly upload: UploadProgress | null;
  /** Pages that play, and other players that read media, in the last 30 s. */
  readonly viewers: number;
}

/** Half open, in milliseconds of media time. */
export interface MediaRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Half open, of segment numbers. */
export interface SegmentRange {
  readonly from: number;
  readonly to: number;
}

/** A recording that was uploaded can be watched from its first segment while the rest is still being made (UPLOAD). */
export interface UploadProgress {
  /** Media that is there in every track, from the start without a hole. */
  readonly madeMs: number;
  /** Nothing more comes. */
  readonly isFinished: boolean;
}

/** `GET /api/broadcasts/<id>`. */
export interface BroadcastDetail extends BroadcastSummary {
  readonly grid: Grid | null;
  readonly tracks: readonly Track[];
  /** Where the timeline has declared holes and where renditions were dropped; in order, usually none. */
  readonly cuts: readonly TimelineCut[];
  /** While it goes on: what newer parts have overtaken and the creator's tab still sends; usually nothing. */
  readonly missing: readonly MediaRange[];
  /** Segments that have a strip of small pictures (SPEC THUMB). */
  readonly strips: readonly SegmentRange[];
}

/** `POST /api/broadcasts` answers this once; the token is not kept in clear anywhere but the tab. */
export interface ReservedBroadcast {
  readonly id: string;
  readonly token: string;
  readonly title: string;
  /** Absolute, with the public or LAN address; null when the origin only listens on loopback. */
  readonly watchUrl: string;
  /** Who can open `watchUrl`: everybody the public address reaches, the same network, or only this machine. */
  readonly reach: 'public' | 'lan' | 'this-machine';
}

/** `PATCH /api/broadcasts/<id>`, with the broadcast's token or as its owner. What is not named stays. */
export interface BroadcastChange {
  readonly title?: string;
  readonly visibility?: Visibility;
}

/** `POST /api/broadcasts/<id>/watching`: 16 of `[a-z0-9]`, random, new for every page, kept nowhere. */
export interface WatchingRequest {
  readonly viewer: string;
}

/** `POST /ingest/<id>/start`. */
export interface StartRequest {
  /** Wall clock of media time zero on the origin's clock. */
  readonly availabilityStartMs: number;
  readonly grid: Grid;
  readonly tracks: readonly Track[];
  /** Not a live: a recording whose end is known before its first part comes (UPLOAD1). */
  readonly upload?: UploadPlan;
}

/** Of an upload: more than eleven days. */
export const MAX_RECORDING_MS = 1_000_000_000;

/** What an upload will be when all of it is there. */
export interface UploadPlan extends EndRequest {
  /** Where the last sample ends. */
  readonly durationMs: number;
}

/** `POST /ingest/<id>/end`: for each track, the index after its last part. */
export interface EndRequest {
  readonly endParts: Readonly<Record<TrackId, PartIndex>>;
}

/** `POST /ingest/<id>/cuts`: nothing was recorded in `[fromPart, toPart)`, and from `toPart` on these tracks are (CUT). */
export interface TimelineCut {
  /** The first part that is not there in every track; the same as `toPart` when there is no hole. */
  readonly fromPart: PartIndex;
  /** The first part of a segment. */
  readonly toPart: PartIndex;
  /** Which of the started tracks go on, until the next cut. */
  readonly tracks: readonly TrackId[];
  /** Tracks that another encoder makes by then, with the `codecs` of their `init-<segment>.mp4` (SPEC CUT6). */
  readonly inits?: Readonly<Record<TrackId, string>>;
}

/** Names one init segment of a broadcast: the track, and the first segment that it describes. */
export const initKey = (track: TrackId, segment: number): string => (segment === 0 ? track : `${track}-${segment}`);

/** The part from which on the newest init segment of a track counts; 0 for its first one. */
export const newestInit = (track: TrackId, cuts: readonly TimelineCut[]): PartIndex =>
  cuts.findLast(({ inits }) => inits?.[track] !== undefined)?.toPart ?? 0;

/** Carries the generation of the tab with every upload (SPEC FENCE2). */
export const GENERATION_HEADER = 'Tabcast-Generation';

/** `GET /ingest/<id>/state` and `POST /ingest/<id>/claim`: everything a tab that comes back needs to go on. */
export interface IngestState {
  readonly state: BroadcastState;
  /** 1 until somebody claims it. */
  readonly generation: number;
  readonly title: string;
  readonly serverTimeMs: number;
  /** Null, like the grid, before the start. */
  readonly availabilityStartMs: number | null;
  readonly grid: Grid | null;
  readonly tracks: readonly Track[];
  /** SHA-256 of the init segments that are there, in hexadecimal, by `initKey`. */
  readonly inits: Readonly<Record<string, string>>;
  readonly stored: Readonly<Record<TrackId, readonly PartRange[]>>;
  readonly durable: Readonly<Record<TrackId, readonly PartRange[]>>;
  readonly cuts: readonly TimelineCut[];
  /** Null while it goes on. */
  readonly end: BroadcastEnd | null;
}

/** by silence: the creator may still send what lies behind it, and then say the end (SPEC INGEST4). */
export interface BroadcastEnd {
  readonly by: 'creator' | 'silence';
  readonly endParts: Readonly<Record<TrackId, PartIndex>>;
}
