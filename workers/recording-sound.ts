import type { Input } from 'mediabunny';
import { AudioAligner } from '../src/encode/audio-aligner.ts';
import { type RecordingPlan, soundFramesOf } from '../src/mapreduce/recording-plan.ts';
import { writePart } from '../src/package/cmaf-part.ts';
import { AudioAssembler, type ClosedPart } from '../src/package/part-assembler.ts';
import type { StageError } from '../src/protocol/errors.ts';
import { AAC_FRAME_SAMPLES, AUDIO_TIMESCALE } from '../src/protocol/grid.ts';
import { micros, millis } from '../src/protocol/time.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { AacEncoder } from './aac.ts';
import { type DecodedSound, decodedSound, SOUND_CHANNELS } from './decoded-sound.ts';
import { fileFailure } from './file-failure.ts';
import type { MadePart } from './segment-maker.ts';

export interface SoundOptions {
  readonly input: Input;
  /** Seconds of the file's own time. */
  readonly soundFrom: number;
  readonly plan: RecordingPlan;
  readonly track: TrackId;
  readonly bitrateBps: number;
  readonly partsPerSegment: number;
  readonly availabilityStartMs: number;
}

/** Parts in order; the next sound is decoded when it resolves. */
export type TakeSound = (part: MadePart) => Promise<void>;

/**
 * The sound of a recording, once, from end to end: there are no seams because nothing is cut. Decoded, brought to two
 * channels of 48 kHz, laid on the grid and encoded as AAC; silent where the file has no sound.
 */
export class RecordingSound {
  readonly #options: SoundOptions;
  readonly #aligner = new AudioAligner(SOUND_CHANNELS);
  readonly #assembler: AudioAssembler;
  readonly #frames: number;
  #encoder: AacEncoder | undefined;
  #fed = 0;
  #made: MadePart[] = [];
  #failure: StageError | undefined;
  #give: TakeSound = () => Promise.resolve();

  constructor(options: SoundOptions) {
    this.#options = options;
    this.#assembler = new AudioAssembler(options.track, options.partsPerSegment);
    this.#frames = soundFramesOf(options.plan);
  }

  /** Resolves with the AudioSpecificConfig when the encoder runs; rejects with StageError `no_aac`. */
  async open(): Promise<Uint8Array> {
    const { encoder, config } = await AacEncoder.open({
      channels: SOUND_CHANNELS,
      bitrateBps: this.#options.bitrateBps,
      onPacket: (data) => this.#keep(this.#assembler.add(data)),
      onError: (error) => {
        this.#failure = error;
      },
    });
    this.#encoder = encoder;
    return config;
  }

  /** Once. Resolves when every part has been given out. `input` is the caller's. */
  async run(take: TakeSound): Promise<void> {
    this.#give = take;
    const { input, plan, soundFrom } = this.#options;
    // From the first sample on, uncut: what lies before media zero is cut on our own grid.
    const range = { fromSeconds: soundFrom, toSeconds: plan.zeroSeconds + plan.slots / plan.frameRate };
    const conversion = await decodedSound(input, range, (sound) => this.#take(sound));
    try {
      await conversion.execute();
    } catch (cause) {
      const sentence = 'The sound of this file cannot be decoded to its end. Repair it, or upload it without sound.';
      throw fileFailure(cause, 'bad_sound', sentence);
    }
    const end = micros((this.#frames * AAC_FRAME_SAMPLES * 1_000_000) / AUDIO_TIMESCALE);
    await this.#encode(this.#aligner.fill(end));
    await this.#encoder?.finish();
    this.#keep(this.#assembler.flush());
    await this.#giveOut();
  }

  async close(): Promise<void> {
    await this.#encoder?.cancel().catch(() => undefined);
  }

  async #take({ seconds, channels }: DecodedSound): Promise<void> {
    const { zeroSeconds } = this.#options.plan;
    await this.#encode(this.#aligner.push(channels, micros((seconds - zeroSeconds) * 1_000_000)));
  }

  async #encode(frames: readonly Float32Array[][]): Promise<void> {
    for (const frame of frames) {
      if (this.#fed >= this.#frames) return;
      this.#fed++;
      await this.#encoder?.encodeNext(frame);
    }
    await this.#giveOut();
  }

  async #giveOut(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    for (const part of this.#made.splice(0)) await this.#give(part);
  }

  #keep(closed: ClosedPart | undefined): void {
    const samples = closed?.samples.filter((sample) => sample.start < this.#frames * AAC_FRAME_SAMPLES) ?? [];
    const [first] = samples;
    if (closed === undefined || first === undefined) return;
    const { partsPerSegment, availabilityStartMs } = this.#options;
    const capturedAtMs = millis(availabilityStartMs + (first.start * 1000) / AUDIO_TIMESCALE);
    const { track, part } = closed;
    const bytes = writePart({ kind: 'audio', part, partsPerSegment, capturedAtMs, samples });
    this.#made.push({ track, part, bytes });
  }
}
