import { registerAacEncoder } from '@mediabunny/aac-encoder';
import { AdtsOutputFormat, AudioSample, AudioSampleSource, NullTarget, Output } from 'mediabunny';
import { FFMPEG_AAC_PRIMING, type PrimingPlan, planPriming } from '../src/encode/priming.ts';
import { within } from '../src/lib/within.ts';
import { StageError } from '../src/protocol/errors.ts';
import { AAC_FRAME_SAMPLES, AUDIO_TIMESCALE } from '../src/protocol/grid.ts';
import { nativeAacPriming } from './native-aac.ts';

export interface AacOptions {
  readonly channels: number;
  readonly bitrateBps: number;
  /** Packets in order; the first decodes to the first frame given to `encode`. */
  onPacket(data: Uint8Array<ArrayBuffer>): void;
  onError(error: StageError): void;
}

/** Fetching and compiling FFmpeg's encoder on a slow machine stays far below. */
const OPEN_WITHIN_MS = 20_000;
/** Silence fed at first, so that the encoder is loaded and has described itself before anything counts. */
const WARM_FRAMES = 2;

/**
 * AAC-LC at 48 kHz: the browser's own encoder where it has one whose delay could be measured, else FFmpeg's in WASM in a worker of its own. What an
 * encoder puts in front of the sound is taken out here.
 */
export class AacEncoder {
  readonly #options: AacOptions;
  readonly #source: AudioSampleSource;
  readonly #output: Output;
  readonly #described: Promise<Uint8Array>;
  #fedSamples = 0;
  #toDrop: number;

  private constructor(options: AacOptions, priming: PrimingPlan) {
    this.#options = options;
    this.#toDrop = priming.dropPackets + WARM_FRAMES;
    let describe: (config: Uint8Array) => void = () => {};
    this.#described = new Promise((resolve) => {
      describe = resolve;
    });
    this.#source = new AudioSampleSource({
      codec: 'aac',
      bitrate: options.bitrateBps,
      onEncodedPacket: (packet, metadata) => {
        const description = metadata?.decoderConfig?.description;
        if (description !== undefined) describe(bytesOf(description));
        if (this.#toDrop > 0) this.#toDrop--;
        else options.onPacket(new Uint8Array(packet.data));
      },
    });
    // ADTS keeps nothing of what went by; the bytes themselves are thrown away.
    this.#output = new Output({ format: new AdtsOutputFormat(), target: new NullTarget() });
    this.#output.addAudioTrack(this.#source);
  }

  /** Rejects with StageError `no_aac` when neither encoder works. Resolves when the first packet is out. */
  static async open(options: AacOptions): Promise<{ encoder: AacEncoder; config: Uint8Array }> {
    try {
      const late = () => new Error(`no sound packet within ${OPEN_WITHIN_MS} ms`);
      return await within(AacEncoder.#open(options), OPEN_WITHIN_MS, late);
    } catch (cause) {
      throw new StageError('encode', 'no_aac', 'The sound encoder could not be started. Reload the page.', { cause });
    }
  }

  static async #open(options: AacOptions): Promise<{ encoder: AacEncoder; config: Uint8Array }> {
    const native = await nativeAacPriming(options);
    if (native === undefined) registerAacEncoder();
    const priming = planPriming(native ?? FFMPEG_AAC_PRIMING);
    const encoder = new AacEncoder(options, priming);
    await encoder.#output.start();
    for (let i = 0; i < WARM_FRAMES; i++) await encoder.#feed(silence(options.channels));
    if (priming.leadInSamples > 0) await encoder.#feed(silence(options.channels, priming.leadInSamples));
    return { encoder, config: await encoder.#described };
  }

  /** One frame of 1024 samples, planar. Frames are encoded in the order of the calls. */
  encode(frame: readonly Float32Array[]): void {
    this.#feed(frame).catch((cause: unknown) => {
      const sentence = 'The sound encoder stopped. End the stream and start a new one.';
      this.#options.onError(new StageError('encode', 'aac_failed', sentence, { cause }));
    });
  }

  /** The same for a source that can wait: resolves when there is room for more. Rejects when the encoder stopped. */
  async encodeNext(frame: readonly Float32Array[]): Promise<void> {
    await this.#feed(frame);
  }

  /** Gives out what the encoder still holds and ends it. */
  async finish(): Promise<void> {
    await this.#output.finalize();
  }

  async cancel(): Promise<void> {
    await this.#output.cancel();
  }

  async #feed(frame: readonly Float32Array[]): Promise<void> {
    const length = frame[0]?.length ?? 0;
    const data = new Float32Array(length * frame.length);
    for (const [c, channel] of frame.entries()) data.set(channel, c * length);
    const sample = new AudioSample({
      data,
      format: 'f32-planar',
      numberOfChannels: frame.length,
      sampleRate: AUDIO_TIMESCALE,
      timestamp: this.#fedSamples / AUDIO_TIMESCALE,
    });
    this.#fedSamples += length;
    try {
      await this.#source.add(sample);
    } finally {
      sample.close();
    }
  }
}

const silence = (channels: number, samples: number = AAC_FRAME_SAMPLES): Float32Array[] =>
  Array.from({ length: channels }, () => new Float32Array(samples));

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}
