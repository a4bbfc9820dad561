import type { TrackId } from '../protocol/track.ts';

/** Who works: a worker of the creator's own tab, or somebody else's tab. */
export type HolderId = string;

/** One copy of a job in somebody's hands. */
export interface Lease {
  readonly id: number;
  readonly segment: number;
  readonly holder: HolderId;
  readonly startedMs: number;
  /** Moves on with every word of progress. */
  readonly deadlineMs: number;
  /** 0 to 1. */
  readonly progress: number;
}

export interface Failure {
  readonly holder: HolderId;
  /** A sentence for the creator. */
  readonly reason: string;
}

/** open: waits or is in work. done and set-aside are final, but a valid result that comes late still counts. */
export type JobOutcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'done'; readonly by: HolderId; readonly serviceMs: number }
  | { readonly kind: 'set-aside'; readonly reason: string };

/** What became of a result that somebody brings. */
export type Verdict = 'first' | 'duplicate' | 'unknown';

/** A job as a creator sees it: one cell of the map that fills. */
export interface JobView {
  readonly segment: number;
  readonly state: 'waiting' | 'working' | 'done' | 'set-aside';
  readonly holders: readonly HolderId[];
  /** 0 to 1, of whoever is furthest. */
  readonly progress: number;
  readonly failures: number;
  readonly reason: string | undefined;
}

export interface KeptJob {
  readonly segment: number;
  readonly failures: readonly Failure[];
  readonly outcome: JobOutcome;
  /** Without them whoever held it asks again. */
  readonly leases?: readonly Lease[];
}

/** Everything a board is, to keep it over a restart. */
export interface KeptBoard {
  readonly broadcastId: string;
  readonly renditions: readonly TrackId[];
  readonly jobs: readonly KeptJob[];
}
