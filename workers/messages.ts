import type { EncoderName } from '../src/encode/encoder-choice.ts';
import type { Rung, RungSpeed } from '../src/encode/ladder.ts';
import type { LadderPressure } from '../src/encode/live-ladder.ts';
import type { RingMemory } from '../src/encode/picture-ring.ts';
import type { Scene, SoundInput } from '../src/encode/scene.ts';
import type { StartStep } from '../src/encode/start-steps.ts';
import type { X264Run } from '../src/encode/x264-arguments.ts';
import type { ReservedBroadcast } from '../src/protocol/broadcast.ts';
import type { WireError } from '../src/protocol/errors.ts';
import type { Grid, PartIndex } from '../src/protocol/grid.ts';
import type { LadderReport, RenditionStats, SpoolSafety, UploadStats } from '../src/protocol/stats.ts';
import type { ThumbnailPlace } from '../src/protocol/thumbnails.ts';
import type { TrackId } from '../src/protocol/track.ts';
import type { FirstParts } from '../src/upload/return-plan.ts';
import type { BroadcastStart, TrackChange, UnfinishedBroadcast } from '../src/upload/unfinished.ts';

/*
 * Every message of every worker. What is transferred belongs to the receiver from then on: streams are read to their
 * end or cancelled by it, ports are closed by it, frames are closed by it, buffers are its own.
 */

/** Page to engine. */
export type ToEngine =
  /** Once, first. Transfers `uploadPort`. */
  | { readonly kind: 'open'; readonly uploadPort: MessagePort }
  /** What is shown from now on; its pictures come as sources of their own. */
  | { readonly kind: 'scene'; readonly scene: Scene }
  /** Transfers what `source` holds; a newer one at that place replaces it. */
  | { readonly kind: 'video-source'; readonly place: PicturePlace; readonly source: VideoSource }
  /** Blocks of `PcmBlock` on `blocks`, transferred; a newer one of that input replaces it. */
  | { readonly kind: 'audio-source'; readonly input: SoundInput; readonly blocks: MessagePort }
  /** 0 is mute, 1 leaves the input as it is. */
  | { readonly kind: 'sound-gain'; readonly input: SoundInput; readonly gain: number }
  /** The device is gone, or is not used any more. Without the main picture viewers see the slate. */
  | { readonly kind: 'picture-lost'; readonly place: PicturePlace }
  | { readonly kind: 'sound-lost'; readonly input: SoundInput }
  /** The source gives no pictures for a while: the slate, with that text, until it does. */
  | { readonly kind: 'source-paused'; readonly text?: string }
  /** Where the page shows what viewers get; transferred. Undefined: the page shows the source itself. */
  | { readonly kind: 'preview'; readonly canvas: OffscreenCanvas | undefined }
  | {
      readonly kind: 'probe';
      readonly rungs: readonly Rung[];
      readonly frameRate: number;
      readonly encoders: readonly EncoderName[];
      /** For all rungs together. */
      readonly forMs: number;
    }
  /** Encodes and packs for so long as a broadcast would be, and gives it back: `test-recorded` or `test-failed`. */
  | { readonly kind: 'record-test'; readonly plan: LivePlan; readonly durationMs: number }
  | { readonly kind: 'go-live'; readonly plan: LivePlan; readonly resume?: ResumePoint }
  /** The person hides the picture, whatever it is. */
  | { readonly kind: 'picture-off'; readonly isOff: boolean }
  | { readonly kind: 'end' };

/** main: all of the picture. corner: a camera over it. */
export type PicturePlace = 'main' | 'corner';

/** The frames of a track: `FrameSource` of the page, in words that workers know. */
export type VideoSource =
  | { readonly via: 'stream'; readonly frames: ReadableStream<VideoFrame> }
  | { readonly via: 'track'; readonly track: object }
  | { readonly via: 'port'; readonly frames: MessagePort };

/** What a broadcast is made of; fixed from go-live to its end. */
export interface LivePlan {
  readonly grid: Grid;
  readonly rungs: readonly Rung[];
  /** All rungs but the largest are left to helpers: this tab only says how its encoders would make them. */
  readonly isHelped: boolean;
  readonly audioBps: number;
  /** Implementations of the picture encoder that may be used, best first. */
  readonly encoders: readonly EncoderName[];
  /** Without trouble for this long, a rendition that rests comes back. */
  readonly calmMs: number;
}

/** Where a broadcast goes on that an earlier tab left. */
export interface ResumePoint {
  /** Media zero on the origin's clock. */
  readonly availabilityStartMs: number;
  /** Index of the first part that each track still needs. */
  readonly firstParts: FirstParts;
  /** Renditions that the earlier tab let rest. */
  readonly resting: readonly TrackId[];
}

/** One track of a test recording, init segment and parts in one piece. */
export interface RecordedTrack {
  readonly kind: 'video' | 'audio';
  readonly mimeType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the encoder here can do. */
export interface EncoderMeasure {
  readonly encoder: EncoderName;
  /** Of the rungs that this encoder is measured with, `rungsFor`. */
  readonly speeds: readonly RungSpeed[];
  /** How many frames the encoders keep before the first comes out, which viewers wait for. */
  readonly heldFrames: number;
}

/** Engine to page. */
export type FromEngine =
  /** Once, first: whether a track that is transferred can be read here. */
  | { readonly kind: 'abilities'; readonly readsTracks: boolean }
  | { readonly kind: 'probe-progress'; readonly progress: number }
  | ({ readonly kind: 'probed' } & EncoderMeasure)
  | { readonly kind: 'test-progress'; readonly progress: number }
  /** Transfers the bytes of all tracks. */
  | { readonly kind: 'test-recorded'; readonly tracks: readonly RecordedTrack[] }
  | { readonly kind: 'test-failed'; readonly error: WireError }
  /** What going live waits for now. */
  | { readonly kind: 'starting'; readonly step: StartStep }
  /** Media zero is known: the broadcast runs. `startedAtMs` on the origin's clock. */
  | { readonly kind: 'started'; readonly startedAtMs: number }
  | { readonly kind: 'stats'; readonly renditions: readonly RenditionStats[]; readonly encoder: EncoderName }
  /** Renditions went to rest or came back; in force from the next boundary on. */
  | { readonly kind: 'ladder'; readonly ladder: LadderReport }
  /** Machine or tab stood still. `isGivenUp`: for so long that only a new engine goes on, as after a reload. */
  | { readonly kind: 'slept'; readonly awayMs: number; readonly isGivenUp: boolean }
  | { readonly kind: 'ended'; readonly durationMs: number }
  /** The camera in use is of no use; the broadcast goes on with the slate. */
  | { readonly kind: 'camera-unusable'; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError };

/** Page to upload worker. */
export type ToUpload =
  /** Once, first. Transfers `enginePort`. */
  | { readonly kind: 'open'; readonly baseUrl: string; readonly enginePort: MessagePort; readonly spoolBytes?: number }
  | { readonly kind: 'broadcast'; readonly broadcast: ReservedBroadcast }
  /** Was a broadcast left open by an earlier tab? Answered by `recalled`. */
  | { readonly kind: 'recall' }
  /** Of what was recalled: takes it over and sends what is left. Answered by `resumable`, in the end by `ended`. */
  | { readonly kind: 'resume' }
  /** Of what was recalled: takes it over, sends what is left and ends it. Answered by `finishing`, then `ended`. */
  | { readonly kind: 'finish' }
  /** Somebody looks at the page again: what waits for its next try is tried at once. */
  | { readonly kind: 'hurry' }
  | { readonly kind: 'probe' };

/** Upload worker to page. */
export type FromUpload =
  | { readonly kind: 'probe-progress'; readonly progress: number }
  | { readonly kind: 'probed'; readonly uplinkBps: number }
  /** The origin has given the first part of every track back to a plain GET. */
  | { readonly kind: 'confirmed' }
  /** Once, when the broadcast starts: where this tab keeps what is not sent. */
  | { readonly kind: 'spool'; readonly safety: SpoolSafety }
  | { readonly kind: 'recalled'; readonly found: UnfinishedBroadcast | undefined }
  | { readonly kind: 'resumable'; readonly plan: LivePlan; readonly resume: ResumePoint }
  | { readonly kind: 'finishing'; readonly durationMs: number }
  | { readonly kind: 'stats'; readonly upload: UploadStats }
  /** The origin has everything and knows that it is the end. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly error: WireError };

/** Engine to upload worker, on their own port. Byte arrays are transferred. */
export type EngineToUpload =
  | ({ readonly kind: 'start' } & BroadcastStart)
  | {
      readonly kind: 'part';
      readonly track: TrackId;
      readonly part: PartIndex;
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** Of `bytes`, those that are encoded picture or sound. */
      readonly sampleBytes: number;
    }
  | { readonly kind: 'tracks'; readonly change: TrackChange }
  | { readonly kind: 'poster'; readonly jpeg: ArrayBuffer }
  | { readonly kind: 'strip'; readonly segment: number; readonly jpeg: ArrayBuffer }
  | { readonly kind: 'end'; readonly endParts: Readonly<Record<TrackId, PartIndex>> };

/** Upload worker to engine. */
export type UploadToEngine =
  /** The origin's clock minus the local one. */
  | { readonly kind: 'clock'; readonly offsetMs: number }
  | { readonly kind: 'line'; readonly line: LadderPressure['line'] };

/** Engine to poster worker. Transfers `picture`. */
export type ToPoster =
  /** `width` in pixels; the height follows. */
  | { readonly kind: 'poster'; readonly picture: VideoFrame; readonly width: number }
  /** A small picture; with the first one of another segment the strip before it is given out. */
  | {
      readonly kind: 'thumbnail';
      readonly picture: VideoFrame;
      readonly place: ThumbnailPlace;
      readonly maxBytes: number;
    }
  /** Nothing more comes: gives out what there is, then says `flushed`. */
  | { readonly kind: 'flush'; readonly maxBytes: number };

/** Poster worker to engine. Transfers `jpeg`. */
export type FromPoster =
  | { readonly kind: 'poster'; readonly jpeg: ArrayBuffer }
  | { readonly kind: 'strip'; readonly segment: number; readonly jpeg: ArrayBuffer }
  | { readonly kind: 'flushed' };

/** Planar 48 kHz sound to the engine. `firstSample` counts what the device gave since it was opened. */
export interface PcmBlock {
  readonly firstSample: number;
  /** Where the source has no clock but this machine's: when the first sample is heard, microseconds since 1970. */
  readonly capturedMicros?: number;
  readonly channels: readonly Float32Array<ArrayBuffer>[];
}

/** Worklet to page, about ten times a second: the loudest sample since the last message, 0 to 1. */
export interface PeakLevel {
  readonly peak: number;
}

/** Encoder to FFmpeg worker; `open` once, first. */
export type ToFfmpeg =
  | { readonly kind: 'open'; readonly scriptUrl: string; readonly module: WebAssembly.Module }
  /** One run without an end: the worker hears nothing more until the ring ends. */
  | { readonly kind: 'follow'; readonly run: X264Run; readonly ring: RingMemory }
  /** One run of these pictures. Transfers them. */
  | { readonly kind: 'batch'; readonly run: X264Run; readonly pictures: readonly Uint8Array<ArrayBuffer>[] };

/** FFmpeg worker to encoder. Transfers `data`. */
export type FromFfmpeg =
  | { readonly kind: 'ready' }
  | { readonly kind: 'config'; readonly avcC: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'frame'; readonly isKey: boolean; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly reason: string };
