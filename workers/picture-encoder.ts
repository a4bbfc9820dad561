import type { EncoderName } from '../src/encode/encoder-choice.ts';
import type { TrialVerdict } from '../src/encode/encoder-trial.ts';
import type { Rung } from '../src/encode/ladder.ts';
import type { PictureContent } from '../src/encode/scene.ts';

export interface PictureEncoderEvents {
  /** Before the first frame, and again should the decoder configuration change. The record is the receiver's. */
  onConfig(avcC: Uint8Array, colorSpace: VideoColorSpaceInit | undefined): void;
  /** Frames come out in the order in which their pictures went in, one for each. */
  onFrame(slot: number, isKey: boolean, data: Uint8Array<ArrayBuffer>): void;
  /** Nothing more comes out; at most once. */
  onFailure(cause: Error): void;
}

/** One rendition's encoder: pictures in, H.264 (AVCC) out. Whoever fails is closed and replaced by another. */
export interface PictureEncoder {
  /** `picture` has the timestamp and the duration of its slot and stays the caller's. */
  encode(picture: VideoFrame, slot: number, isKey: boolean): void;
  /** What the pictures are like from the next key frame on; an encoder with one way to encode goes on with it. */
  setContentHint(contentHint: PictureContent): void;
  /** Everything handed in has come out when this resolves. */
  flush(): Promise<void>;
  /** Nothing comes out any more; nothing happens when it was closed before. */
  close(): void;
}

/** What an encoder is to make. */
export interface EncodeTask extends Rung {
  readonly frameRate: number;
  /** `realtime` for a camera, `quality` for a file. */
  readonly latencyMode: LatencyMode;
  readonly contentHint?: PictureContent;
  /** Slots divisible by this are key frames, in every rendition. */
  readonly keyEverySlots: number;
}

/** An implementation that was tried and works here, set up for one rendition. */
export interface EncoderSource {
  readonly name: EncoderName;
  /** Frames that its encoders keep inside, beyond what any does. */
  readonly heldFrames: number;
  /** Of encoders that are created from now on. */
  setContentHint(contentHint: PictureContent): void;
  /** Resolves when the encoder takes pictures. Rejects when it cannot be started. */
  create(events: PictureEncoderEvents): Promise<PictureEncoder>;
}

/** One implementation. `undefined`: it does not work here, or is not there. */
export type OpenEncoder = (task: EncodeTask) => Promise<EncoderSource | undefined>;

export type UsableTrial = Extract<TrialVerdict, { readonly kind: 'usable' }>;
