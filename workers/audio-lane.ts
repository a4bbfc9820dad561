import { AudioAligner } from '../src/encode/audio-aligner.ts';
import { ClockMap } from '../src/lib/clock-map.ts';
import { AudioAssembler, type ClosedPart } from '../src/package/part-assembler.ts';
import type { StageError } from '../src/protocol/errors.ts';
import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  firstFrameOfPart,
  type Grid,
  type PartIndex,
} from '../src/protocol/grid.ts';
import { type Micros, micros } from '../src/protocol/time.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { AacEncoder } from './aac.ts';
import { localNowMs } from './local-clock.ts';
import type { PcmBlock } from './messages.ts';

export const AUDIO_CHANNELS = 2;
/** Without a block for this long the device gives nothing: silence keeps the track going. */
const STARVED_MICROS = 150_000;
/** Silence stays this far behind now, so that a block that is only late still finds its place. */
const SILENCE_LAG_MICROS = 60_000;

export interface AudioLaneOptions {
  readonly track: TrackId;
  readonly bitrateBps: number;
  readonly grid: Grid;
  /** 0 unless a broadcast goes on. */
  readonly firstPart: PartIndex;
  /** Local time to media time; undefined before media zero. */
  toMedia(local: Micros): Micros | undefined;
  onPart(part: ClosedPart): void;
  onError(error: StageError): void;
}

/** Sound from blocks of a device to closed parts: on the media clock, silent where there is none. */
export class AudioLane {
  readonly #options: AudioLaneOptions;
  readonly #assembler: AudioAssembler;
  readonly #aligner: AudioAligner;
  readonly #clock = new ClockMap();
  #encoder: AacEncoder | undefined;
  #lastBlock: Micros = micros(0);
  #endSample: number | undefined;
  isMuted = false;

  constructor(options: AudioLaneOptions) {
    this.#options = options;
    const { track, grid, firstPart } = options;
    const firstFrame = firstFrameOfPart(firstPart, grid.partsPerSegment);
    this.#aligner = new AudioAligner(AUDIO_CHANNELS, firstFrame * AAC_FRAME_SAMPLES);
    this.#assembler = new AudioAssembler(track, grid.partsPerSegment, firstFrame);
  }

  /** Resolves with the AudioSpecificConfig when the encoder runs; rejects with StageError `no_aac`. */
  async open(): Promise<Uint8Array> {
    const { encoder, config } = await AacEncoder.open({
      channels: AUDIO_CHANNELS,
      bitrateBps: this.#options.bitrateBps,
      onPacket: (data) => this.#emit(this.#assembler.add(data)),
      onError: (error) => this.#options.onError(error),
    });
    this.#encoder = encoder;
    return config;
  }

  /** Another device: its sample counter is another clock. */
  resetSource(): void {
    this.#clock.reset();
  }

  push(block: PcmBlock): void {
    const length = block.channels[0]?.length ?? 0;
    const arrival = micros(localNowMs() * 1000);
    // The block arrives when its last sample has been taken, so the end of the block is what the clock is told.
    const end = micros(((block.firstSample + length) * 1_000_000) / AUDIO_TIMESCALE);
    const captured = micros(this.#clock.map(end, arrival) - (length * 1_000_000) / AUDIO_TIMESCALE);
    const media = this.#options.toMedia(captured);
    if (media === undefined || this.#endSample !== undefined) return;
    this.#lastBlock = arrival;
    const channels = this.isMuted ? block.channels.map((channel) => new Float32Array(channel.length)) : block.channels;
    this.#encode(this.#aligner.push(channels, media));
  }

  /** Now and then: silence when no device gives sound. */
  tick(): void {
    const now = micros(localNowMs() * 1000);
    const media = this.#options.toMedia(now);
    if (media === undefined || this.#endSample !== undefined || now - this.#lastBlock < STARVED_MICROS) return;
    this.#encode(this.#aligner.fill(micros(media - SILENCE_LAG_MICROS)));
  }

  /** Ends the track at media time `end`; all its parts have been given out when this resolves. */
  async finish(end: Micros): Promise<void> {
    this.#endSample = Math.round((end * AUDIO_TIMESCALE) / 1_000_000);
    this.#encode(this.#aligner.fill(micros(end + 1_000_000)));
    await this.#encoder?.finish();
    this.#emit(this.#assembler.flush());
  }

  #encode(frames: readonly Float32Array[][]): void {
    for (const frame of frames) this.#encoder?.encode(frame);
  }

  #emit(part: ClosedPart | undefined): void {
    if (part === undefined) return;
    const end = this.#endSample;
    const samples = end === undefined ? part.samples : part.samples.filter((sample) => sample.start < end);
    if (samples.length > 0) this.#options.onPart({ ...part, samples });
  }
}
