import type { Size } from '../src/encode/i420-scaler.ts';
import { type Turn, turnedSize, turnI420 } from '../src/encode/i420-turn.ts';
import { I420Writer } from './i420-writer.ts';
import { i420Picture } from './picture.ts';

/** What encoders take as it is; more than 8 bits, or transparency, ends some of them. */
const PLAIN_FORMATS: readonly (VideoPixelFormat | null)[] = ['I420', 'NV12', 'I422', 'I444', null];

export const isUpright = ({ format }: VideoFrame, { rotation, isMirrored }: Turn): boolean =>
  rotation === 0 && !isMirrored && PLAIN_FORMATS.includes(format);

/** Brings pictures to one even size, the way up in which they are to be shown, in I420. */
export class UprightPictures {
  readonly #size: Size;
  #writer: { readonly before: Size; readonly writer: I420Writer } | undefined;

  constructor(size: Size) {
    this.#size = size;
  }

  /** One call at a time. The frame stays the caller's, and so does the answer to close. */
  async make(frame: VideoFrame, turn: Turn): Promise<VideoFrame> {
    // Turned back: what is turned has this size.
    const before = turnedSize(this.#size, turn);
    let known = this.#writer;
    if (known?.before.width !== before.width) known = { before, writer: new I420Writer(before) };
    this.#writer = known;
    const bytes = new Uint8Array(known.writer.frameBytes);
    const colours = await known.writer.write(frame, bytes);
    const isTurned = turn.rotation !== 0 || turn.isMirrored;
    const data = isTurned ? turnI420(bytes, before, turn) : bytes;
    return i420Picture(data, this.#size, frame.timestamp, colours);
  }
}
