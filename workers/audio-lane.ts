import { AudioMixer } from '../src/encode/audio-mixer.ts';
import { ClockMap } from '../src/lib/clock-map.ts';
import { AudioAssembler, type ClosedPart } from '../src/package/part-assembler.ts';
import type { StageError } from '../src/protocol/errors.ts';
import { AUDIO_TIMESCALE, firstFrameOfPart, type Grid, type PartIndex } from '../src/protocol/grid.ts';
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
  readonly #mixer: AudioMixer;
  /** Of each input: its own clock, and when its last block came. */
  readonly #inputs = new Map<string, { readonly clock: ClockMap; lastBlock: Micros }>();
  #encoder: AacEncoder | undefined;
  #lastBlock: Micros = micros(0);
  #endSample: number | undefined;

  constructor(options: AudioLaneOptions) {
    this.#options = options;
    const { track, grid, firstPart } = options;
    const firstFrame = firstFrameOfPart(firstPart, grid.partsPerSegment);
    this.#mixer = new AudioMixer(AUDIO_CHANNELS, firstFrame);
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

  /** Another device under that name, or none any more: a sample counter is a clock of its own. */
  resetSource(input: string): void {
    this.#inputs.delete(input);
    this.#encode(this.#mixer.close(input));
  }

  /** 0 is mute. */
  setGain(input: string, gain: number): void {
    this.#mixer.setGain(input, gain);
  }

  push(input: string, block: PcmBlock): void {
    const length = block.channels[0]?.length ?? 0;
    const arrival = micros(localNowMs() * 1000);
    const known = this.#inputs.get(input) ?? { clock: new ClockMap(), lastBlock: arrival };
    this.#inputs.set(input, known);
    const media = this.#options.toMedia(capturedAt(block, length, arrival, known.clock));
    if (media === undefined || this.#endSample !== undefined) return;
    this.#lastBlock = arrival;
    known.lastBlock = arrival;
    this.#encode(this.#mixer.push(input, block.channels, media));
  }

  /** Now and then: silence where no device gives sound. */
  tick(): void {
    const now = micros(localNowMs() * 1000);
    const media = this.#options.toMedia(now);
    if (media === undefined || this.#endSample !== undefined) return;
    const until = micros(media - SILENCE_LAG_MICROS);
    for (const input of this.#mixer.inputs) {
      const lastBlock = this.#inputs.get(input)?.lastBlock ?? 0;
      if (now - lastBlock >= STARVED_MICROS) this.#encode(this.#mixer.fill(input, until));
    }
    if (now - this.#lastBlock >= STARVED_MICROS) this.#encode(this.#mixer.silence(until));
  }

  /** Ends the track at media time `end`; all its parts have been given out when this resolves. */
  async finish(end: Micros): Promise<void> {
    this.#endSample = Math.round((end * AUDIO_TIMESCALE) / 1_000_000);
    const until = micros(end + 1_000_000);
    for (const input of this.#mixer.inputs) this.#encode(this.#mixer.fill(input, until));
    this.#encode(this.#mixer.silence(until));
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

function capturedAt(block: PcmBlock, length: number, arrival: Micros, clock: ClockMap): Micros {
  if (block.capturedMicros !== undefined) return micros(block.capturedMicros);
  // The block arrives when its last sample has been taken, so the end of the block is what the clock is told.
  const end = micros(((block.firstSample + length) * 1_000_000) / AUDIO_TIMESCALE);
  return micros(clock.map(end, arrival) - (length * 1_000_000) / AUDIO_TIMESCALE);
}
