import { AAC_FRAME_SAMPLES, AUDIO_TIMESCALE } from '../protocol/grid.ts';
import type { Micros } from '../protocol/time.ts';
import { AudioAligner } from './audio-aligner.ts';

type Frame = Float32Array[];

interface Input {
  readonly aligner: AudioAligner;
  /** Whole frames that wait for the other inputs. */
  readonly waiting: Frame[];
  /** At the end of the newest mixed frame; the way to the wanted gain takes one frame, so that nothing clicks. */
  gain: number;
}

/**
 * Adds up any number of sound inputs on the media clock, each aligned for itself. An input takes part from its first
 * block until it is closed, and a frame goes out once every input has it: who starves must be filled with silence.
 */
export class AudioMixer {
  readonly #channels: number;
  readonly #inputs = new Map<string, Input>();
  readonly #gains = new Map<string, number>();
  #nextFrame: number;

  /** `firstFrame` is 0 unless a broadcast goes on. */
  constructor(channels: number, firstFrame = 0) {
    this.#channels = channels;
    this.#nextFrame = firstFrame;
  }

  get inputs(): readonly string[] {
    return [...this.#inputs.keys()];
  }

  /** 0 is silence, 1 leaves it as it is. Holds for inputs to come under that name too. */
  setGain(input: string, gain: number): void {
    this.#gains.set(input, gain);
  }

  /** A block of planar 48 kHz sound whose first sample was captured at `captured`; gives the frames that became whole. */
  push(input: string, block: readonly Float32Array[], captured: Micros): Frame[] {
    let known = this.#inputs.get(input);
    if (known === undefined) {
      const aligner = new AudioAligner(this.#channels, this.#nextFrame * AAC_FRAME_SAMPLES);
      known = { aligner, waiting: [], gain: this.#gainOf(input) };
      this.#inputs.set(input, known);
    }
    known.waiting.push(...known.aligner.push(block, captured));
    return this.#mix();
  }

  /** Silence for one input up to media time `until`, when its device gives nothing. */
  fill(input: string, until: Micros): Frame[] {
    const known = this.#inputs.get(input);
    known?.waiting.push(...known.aligner.fill(until));
    return this.#mix();
  }

  /** Silence up to `until` while there is no input at all. */
  silence(until: Micros): Frame[] {
    const frames: Frame[] = [];
    const end = Math.floor((until * AUDIO_TIMESCALE) / 1_000_000 / AAC_FRAME_SAMPLES);
    if (this.#inputs.size > 0) return frames;
    for (; this.#nextFrame < end; this.#nextFrame++) frames.push(this.#emptyFrame());
    return frames;
  }

  /** The input is gone; the others go on without it. */
  close(input: string): Frame[] {
    this.#inputs.delete(input);
    return this.#mix();
  }

  #gainOf(input: string): number {
    return this.#gains.get(input) ?? 1;
  }

  #mix(): Frame[] {
    const mixed: Frame[] = [];
    const inputs = [...this.#inputs];
    if (inputs.length === 0) return mixed;
    while (inputs.every(([, { waiting }]) => waiting.length > 0)) {
      const sum = this.#emptyFrame();
      for (const [name, input] of inputs) {
        const frame = input.waiting.shift() ?? [];
        const to = this.#gainOf(name);
        addRamped(sum, frame, input.gain, to);
        input.gain = to;
      }
      // Two loud inputs together may be too loud for the encoder.
      for (const channel of sum) for (let i = 0; i < channel.length; i++) channel[i] = limit(channel[i] ?? 0);
      mixed.push(sum);
      this.#nextFrame++;
    }
    return mixed;
  }

  #emptyFrame(): Frame {
    return Array.from({ length: this.#channels }, () => new Float32Array(AAC_FRAME_SAMPLES));
  }
}

function addRamped(sum: Frame, frame: Frame, from: number, to: number): void {
  for (const [c, channel] of sum.entries()) {
    const source = frame[c];
    if (source === undefined) continue;
    const step = (to - from) / channel.length;
    for (let i = 0; i < channel.length; i++)
      channel[i] = (channel[i] ?? 0) + (source[i] ?? 0) * (from + step * (i + 1));
  }
}

const limit = (sample: number): number => Math.max(-1, Math.min(1, sample));
