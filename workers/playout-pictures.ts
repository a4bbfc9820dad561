import { type EncodedPacket, EncodedPacketSink, type InputVideoTrack } from 'mediabunny';
import type { Size } from '../src/encode/i420-scaler.ts';
import type { Turn } from '../src/encode/i420-turn.ts';
import { shrinkTo } from '../src/encode/picture-frame.ts';
import { waitingLimit } from '../src/encode/playout-run.ts';
import { isUpright, UprightPictures } from './upright-frame.ts';

/** The largest that any rendition is made of. */
const LARGEST: Size = { width: 1920, height: 1080 };
const QUEUED_PACKETS = 3;

export interface PlayoutPicture {
  readonly seconds: number;
  /** Owned by whoever takes it. */
  readonly frame: VideoFrame;
}

/**
 * Decodes a track from one moment on and brings what is larger than any rendition down to size at once, so that few of
 * the large pictures are alive: each is closed as soon as it is scaled, and decoding waits for what is not taken yet.
 */
export class PlayoutPictures {
  readonly #track: InputVideoTrack;
  readonly #sink: EncodedPacketSink;
  readonly #waiting: PlayoutPicture[] = [];
  readonly #decoder: VideoDecoder;
  #limit = 2;
  #shown: Size = LARGEST;
  #turn: Turn = { rotation: 0, isMirrored: false };
  #upright: UprightPictures | undefined;
  #scaling = Promise.resolve();
  /** Decoded and not scaled yet. */
  #unscaled = 0;
  #fromSeconds = 0;
  #isDone = false;
  #isClosed = false;
  #failure: unknown;
  readonly #waiters: (() => void)[] = [];

  constructor(track: InputVideoTrack) {
    this.#track = track;
    this.#sink = new EncodedPacketSink(track);
    this.#decoder = new VideoDecoder({
      output: (frame) => this.#onFrame(frame),
      error: (cause) => this.#fail(cause),
    });
    this.#decoder.addEventListener('dequeue', () => this.#wake());
  }

  /** Begins with the picture that is shown at `fromSeconds`. Rejects when the track cannot be decoded. */
  async open(fromSeconds: number): Promise<void> {
    const track = this.#track;
    const [config, width, height, rotation, isMirrored] = await Promise.all([
      track.getDecoderConfig(),
      track.getDisplayWidth(),
      track.getDisplayHeight(),
      track.getRotation(),
      track.getFlip(),
    ]);
    const key = (await this.#keyBefore(fromSeconds)) ?? (await this.#sink.getFirstKeyPacket());
    if (config === null || key === null) throw new TypeError('there is nothing to decode');
    this.#fromSeconds = fromSeconds;
    this.#turn = { rotation, isMirrored };
    this.#shown = { width, height };
    this.#limit = waitingLimit(this.#shown);
    this.#decoder.configure(config);
    this.#feed(key).catch((cause: unknown) => this.#fail(cause));
  }

  /** When the last key frame at or before that moment is shown; undefined when there is none. */
  async keyTime(seconds: number): Promise<number | undefined> {
    return (await this.#keyBefore(seconds))?.timestamp;
  }

  /** True when there is one behind the next. */
  get hasNewer(): boolean {
    return this.#waiting.length > 0;
  }

  /** The next in the order of showing; undefined at the end. Rejects with the decoder's error. */
  async next(): Promise<PlayoutPicture | undefined> {
    for (;;) {
      const picture = this.#waiting.shift();
      if (picture !== undefined) {
        this.#wake();
        return picture;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isDone || this.#isClosed) return undefined;
      await this.#change();
    }
  }

  close(): void {
    this.#isClosed = true;
    if (this.#decoder.state !== 'closed') this.#decoder.close();
    for (const { frame } of this.#waiting.splice(0)) frame.close();
    this.#wake();
  }

  #keyBefore(seconds: number): Promise<EncodedPacket | null> {
    return this.#sink.getKeyPacket(seconds, { verifyKeyPackets: true });
  }

  async #feed(first: EncodedPacket): Promise<void> {
    let packet: EncodedPacket | null = first;
    while (packet !== null && !this.#isClosed) {
      while (this.#isFull() && !this.#isClosed) await this.#change();
      if (this.#isClosed) return;
      this.#decoder.decode(packet.toEncodedVideoChunk());
      packet = await this.#sink.getNextPacket(packet);
    }
    if (!this.#isClosed) await this.#decoder.flush();
    await this.#scaling;
    this.#isDone = true;
    this.#wake();
  }

  #isFull(): boolean {
    return this.#waiting.length + this.#unscaled >= this.#limit || this.#decoder.decodeQueueSize >= QUEUED_PACKETS;
  }

  /** Resolves when a picture came or went, or the decoder took a packet. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #onFrame(frame: VideoFrame): void {
    this.#unscaled++;
    this.#scaling = this.#scaling.then(async () => {
      try {
        if (this.#isClosed) return;
        const seconds = frame.timestamp / 1_000_000;
        // Decoded only because the next ones need it.
        const end = seconds + (frame.duration ?? 0) / 1_000_000;
        if (end <= this.#fromSeconds && seconds < this.#fromSeconds) return;
        this.#waiting.push({ seconds, frame: await this.#toSize(frame) });
      } catch (cause) {
        this.#fail(cause);
      } finally {
        frame.close();
        this.#unscaled--;
        this.#wake();
      }
    });
  }

  /** A picture of its own. */
  async #toSize(frame: VideoFrame): Promise<VideoFrame> {
    const size = shrinkTo(this.#shown, LARGEST);
    const isLarge = size.width < this.#shown.width - 1 || size.height < this.#shown.height - 1;
    if (!isLarge && isUpright(frame, this.#turn)) return frame.clone();
    this.#upright ??= new UprightPictures(size);
    return await this.#upright.make(frame, this.#turn);
  }

  #fail(cause: unknown): void {
    this.#failure ??= cause;
    this.#wake();
  }
}
