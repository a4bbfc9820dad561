import { AAC_FRAME_SAMPLES, AUDIO_TIMESCALE } from '../protocol/grid.ts';
import type { Micros } from '../protocol/time.ts';

const CORRECT_ABOVE_SAMPLES = 480;
const CORRECT_BELOW_SAMPLES = 96;
const JUMP_SAMPLES = 9_600;

const samplesOf = (time: Micros): number => Math.round((time * AUDIO_TIMESCALE) / 1_000_000);

/**
 * Keeps a stream of sound on the media clock and cuts it into AAC frames. A sound card that runs fast or slow is
 * stretched by one sample in 1024 once it is 10 ms off; a hole becomes silence, an overlap is cut. Frame `i` starts at
 * sample `1024 i` of media time (SPEC GRID5). Planar, one array per channel, 48 kHz.
 */
export class AudioAligner {
  readonly #channels: number;
  #frame: Float32Array[];
  #filled = 0;
  #produced: number;
  #isFresh = true;
  #sinceStretch = 0;
  #isCorrecting = false;

  /** `firstSample` is a multiple of 1024: 0 unless a broadcast goes on. */
  constructor(channels: number, firstSample = 0) {
    this.#channels = channels;
    this.#produced = firstSample;
    this.#frame = this.#emptyFrame();
  }

  /** Media time in samples up to which there is sound, whole frames and the one being filled. */
  get produced(): number {
    return this.#produced;
  }

  /** Adds a block whose first sample was captured at `captured`; gives the frames that became whole. */
  push(block: readonly Float32Array[], captured: Micros): Float32Array[][] {
    const length = block[0]?.length ?? 0;
    const error = samplesOf(captured) - this.#produced;
    // The first block meets the grid of media time; so does one after a hole or a jump.
    if (this.#isFresh || Math.abs(error) > JUMP_SAMPLES) {
      this.#isFresh &&= length + error <= 0;
      this.#isCorrecting = false;
      if (error >= 0) return [...this.#silence(error), ...this.#append(block, 0, length)];
      return this.#append(block, Math.min(length, -error), length);
    }
    return this.#append(this.#stretch(block, length, error), 0, undefined);
  }

  /** Silence up to media time `until`, when the device gives nothing. */
  fill(until: Micros): Float32Array[][] {
    const count = samplesOf(until) - this.#produced;
    // What comes after a hole is no drift: it meets the grid again as the first block did.
    if (count > 0) this.#isFresh = true;
    return this.#silence(count);
  }

  #stretch(block: readonly Float32Array[], length: number, error: number): readonly Float32Array[] {
    if (Math.abs(error) > CORRECT_ABOVE_SAMPLES) this.#isCorrecting = true;
    if (Math.abs(error) < CORRECT_BELOW_SAMPLES) this.#isCorrecting = false;
    this.#sinceStretch += length;
    if (!this.#isCorrecting || this.#sinceStretch < AAC_FRAME_SAMPLES || length < 3) return block;
    this.#sinceStretch = 0;
    return block.map((channel) => resample(channel, length + Math.sign(error)));
  }

  #silence(count: number): Float32Array[][] {
    const whole: Float32Array[][] = [];
    const block = this.#emptyFrame();
    for (let left = count; left > 0; left -= AAC_FRAME_SAMPLES)
      whole.push(...this.#append(block, 0, Math.min(left, AAC_FRAME_SAMPLES)));
    return whole;
  }

  #append(block: readonly Float32Array[], from: number, to: number | undefined): Float32Array[][] {
    const end = to ?? block[0]?.length ?? 0;
    const whole: Float32Array[][] = [];
    let at = from;
    while (at < end) {
      const count = Math.min(end - at, AAC_FRAME_SAMPLES - this.#filled);
      for (let c = 0; c < this.#channels; c++) {
        // A microphone with one channel is heard on both sides.
        const source = block[c] ?? block[0];
        if (source !== undefined) this.#frame[c]?.set(source.subarray(at, at + count), this.#filled);
      }
      at += count;
      this.#filled += count;
      this.#produced += count;
      if (this.#filled < AAC_FRAME_SAMPLES) continue;
      whole.push(this.#frame);
      this.#frame = this.#emptyFrame();
      this.#filled = 0;
    }
    return whole;
  }

  #emptyFrame(): Float32Array[] {
    return Array.from({ length: this.#channels }, () => new Float32Array(AAC_FRAME_SAMPLES));
  }
}

/** Linear interpolation; first and last sample stay, so that blocks still join. */
function resample(input: Float32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  const step = (input.length - 1) / (length - 1);
  for (let i = 0; i < length; i++) {
    const at = i * step;
    const left = Math.min(Math.floor(at), input.length - 2);
    const share = at - left;
    out[i] = (input[left] ?? 0) * (1 - share) + (input[left + 1] ?? 0) * share;
  }
  return out;
}
