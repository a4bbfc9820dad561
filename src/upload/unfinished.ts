import type { ReservedBroadcast, StartRequest } from '../protocol/broadcast.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';

export interface InitSegment {
  readonly track: TrackId;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Of an encoder that took over from another one. */
export interface LaterInit extends InitSegment {
  /** RFC 6381, of these bytes. */
  readonly codecs: string;
}

/** From `part` on, the first of a segment, only these tracks are made; those of `inits` by another encoder. */
export interface TrackChange {
  readonly part: PartIndex;
  readonly tracks: readonly TrackId[];
  readonly inits: readonly LaterInit[];
}

/** What the origin is told at the start: with it a tab that comes back makes the same broadcast. */
export interface BroadcastStart {
  readonly request: StartRequest;
  readonly inits: readonly InitSegment[];
}

/** What is needed to send, and to go on sending, a broadcast or a recording that runs. */
export interface SendingSession extends BroadcastStart {
  readonly broadcast: ReservedBroadcast;
}

/** A broadcast that runs, as this browser remembers it until its end. */
export interface KeptSession extends SendingSession {
  /** In the order in which they were decided, told to the origin or not. */
  readonly changes: readonly TrackChange[];
}

/** A broadcast that an earlier tab left. */
export interface UnfinishedBroadcast {
  readonly broadcast: ReservedBroadcast;
  /** open: may go on. over: it ended by itself meanwhile; what is left may still be sent. elsewhere: in another tab. */
  readonly state: 'open' | 'over' | 'elsewhere';
  /** Undefined while another tab has it, and where this browser keeps nothing on disk. */
  readonly unsentMs: number | undefined;
}

/** True when what is made now needs the very init segments that there are. */
export function isSameStart(a: BroadcastStart, b: BroadcastStart): boolean {
  return (
    a.inits.length === b.inits.length &&
    a.inits.every((init) => {
      const other = b.inits.find((one) => one.track === init.track)?.bytes;
      return other?.length === init.bytes.length && init.bytes.every((byte, i) => byte === other[i]);
    })
  );
}
