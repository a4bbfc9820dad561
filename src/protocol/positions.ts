import type { BroadcastSummary } from './broadcast.ts';

/**
 * Hybrid logical clock: milliseconds since 1970 on the origin's clock times 1024, plus a counter. Larger is later.
 * Made and read only by `src/positions/hlc.ts`.
 */
export type Hlc = number & { readonly hybridLogicalClock: unique symbol };

/** watching: go on here. finished: watched to the end. cleared: a tombstone, so that forgetting reaches every device. */
export const POSITION_STATES = ['watching', 'finished', 'cleared'] as const;
export type PositionState = (typeof POSITION_STATES)[number];

/** Who wrote: a browser profile, with a name for people ("Phone"), and one tab of it. Ids are 16 of `[a-z0-9]`. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly tab: string;
}

/** Where one person is in one broadcast. The newest `hlc` wins, whole; never the largest time. */
export interface Position {
  readonly broadcastId: string;
  readonly state: PositionState;
  /** Milliseconds since the broadcast's first sample: its own timeline, the same live and recorded. */
  readonly mediaMs: number;
  /** Of the recording; null until the broadcast is over. */
  readonly durationMs: number | null;
  /** Wall clock of the picture at `mediaMs`, for people and for repair. */
  readonly wallMs: number | null;
  /** Was at the live edge: coming back means the edge, not this moment. */
  readonly isAtEdge: boolean;
  /** When the end was first reached; stays when it is watched again. */
  readonly finishedMs: number | null;
  readonly hlc: Hlc;
  readonly device: Device;
}

/** Longest device name, in code points. */
export const MAX_DEVICE_NAME_CHARS = 40;
/** Positions in one `PUT /api/positions`. */
export const MAX_POSITIONS_PER_REQUEST = 150;

/** `GET /api/positions`. */
export interface PositionList {
  /** Tombstones too. */
  readonly positions: readonly Position[];
  /** Every position at or before it is cleared, also one that a device has not sent yet; 0 when never cleared. */
  readonly clearedHlc: Hlc;
  /** History is paused: nothing is taken. */
  readonly isPaused: boolean;
  /** What the positions are of, as far as this person may see it. */
  readonly broadcasts: readonly BroadcastSummary[];
  readonly serverTimeMs: number;
}

/** `PUT /api/positions`; a single one, without the list, to `PUT /api/positions/<broadcast>`. */
export interface PositionsRequest {
  readonly positions: readonly Position[];
}

/**
 * stored: it is the newest now. older: another was newer, and is in `position`; take it over. paused: nothing was
 * written. `position` is what the origin holds; null when it holds none: with `older` it was cleared, forget it here too.
 */
export type PositionOutcome =
  | { readonly outcome: 'stored' | 'older' | 'paused'; readonly position: Position | null }
  | { readonly outcome: 'refused'; readonly status: 404 | 422; readonly code: string; readonly message: string };

/** `PUT /api/positions/<broadcast>`. A refused one is answered as a problem instead (ANSWER1). */
export type PositionAnswer = Extract<PositionOutcome, { outcome: 'stored' | 'older' | 'paused' }> & {
  readonly serverTimeMs: number;
};

/** `PUT /api/positions`: the outcomes in the order of the request. */
export interface PositionsAnswer {
  readonly results: readonly PositionOutcome[];
  readonly serverTimeMs: number;
}

/** `DELETE /api/positions` and `DELETE /api/positions/<broadcast>`, with `?hlc=` when it was cleared offline. */
export interface ClearedAnswer {
  /** What was watched at or before it is cleared. */
  readonly hlc: Hlc;
  readonly serverTimeMs: number;
}

/** `PATCH /api/positions`. */
export interface HistorySettings {
  readonly isPaused: boolean;
}
