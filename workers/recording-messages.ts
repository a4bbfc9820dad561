import type { JobView } from '../src/mapreduce/job.ts';
import type { ReservedBroadcast } from '../src/protocol/broadcast.ts';
import type { WireError } from '../src/protocol/errors.ts';
import type { HelperView } from '../src/protocol/lend.ts';
import type { MadeSegment, Recipe } from './segment-maker.ts';

/** From the page to the recording worker. The file is a reference to the disk: nothing of it is copied. */
export type ToRecording =
  | {
      readonly kind: 'start';
      readonly file: File;
      readonly handle: FileSystemFileHandle | undefined;
      readonly broadcast: ReservedBroadcast;
      readonly baseUrl: string;
    }
  /** Goes on with what an earlier tab of this browser began. */
  | { readonly kind: 'resume'; readonly file: File; readonly broadcastId: string; readonly baseUrl: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'go-on' }
  /** The segments that were set aside are tried again. */
  | { readonly kind: 'retry' }
  /** The person invited somebody, or sent somebody away. */
  | { readonly kind: 'helpers-changed' };

export type RecordingPhase =
  | { readonly kind: 'opening' }
  | { readonly kind: 'making' }
  | { readonly kind: 'paused' }
  /** Nothing is left to do but what was set aside, each with its reason. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'complete' }
  | { readonly kind: 'failed'; readonly error: WireError };

export interface SourceWords {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly durationMs: number;
  readonly hasSound: boolean;
}

/** A job with its holders by the names that the creator knows. */
export interface SegmentView extends JobView {
  /** Another tab has it in hand, or has made it. */
  readonly isHelped: boolean;
}

/** Everything the page shows of an upload; a new one a few times a second. */
export interface RecordingState {
  readonly phase: RecordingPhase;
  readonly broadcast: ReservedBroadcast;
  readonly source: SourceWords | undefined;
  /** Heights of the renditions, largest first. */
  readonly heights: readonly number[];
  readonly segments: readonly SegmentView[];
  /** 0 to 1. */
  readonly soundShare: number;
  readonly workers: number;
  readonly framesPerSecond: number;
  /** Undefined until the first segment is done. */
  readonly leftMs: number | undefined;
  /** False while the origin does not answer; everything waits and nothing is lost. */
  readonly isConnected: boolean;
  readonly help: {
    readonly helpers: readonly HelperView[];
    /** False for uncompressed pictures, which are too large to be sent to anybody. */
    readonly isPossible: boolean;
  };
}

export interface FromRecording {
  readonly kind: 'state';
  readonly state: RecordingState;
}

/** whole: as somebody chose it. slice: what another tab cut out of one (`source-slice.ts`). */
export type FileForm = 'whole' | 'slice';

/** From the recording worker to one of its makers. */
export type ToMaker =
  | { readonly kind: 'open'; readonly file: Blob; readonly form: FileForm; readonly recipe: Recipe }
  | { readonly kind: 'make'; readonly segment: number };

export type FromMaker =
  | { readonly kind: 'slots'; readonly segment: number; readonly done: number; readonly of: number }
  /** All of it is with the encoders; the next may be given. */
  | { readonly kind: 'read'; readonly segment: number }
  | { readonly kind: 'made'; readonly segment: number; readonly made: MadeSegment }
  | { readonly kind: 'failed'; readonly segment: number; readonly error: WireError };
