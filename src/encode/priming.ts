import { AAC_FRAME_SAMPLES } from '../protocol/grid.ts';

/** What an AAC encoder puts in front of the sound. FFmpeg's (in the WASM encoder): exactly one frame [measured]. */
export const FFMPEG_AAC_PRIMING = 1024;

export interface PrimingPlan {
  /** Silence to feed first, so that the encoder's delay becomes a whole number of frames. */
  readonly leadInSamples: number;
  /** Packets that hold nothing but delay and lead-in; they would start before media time zero. */
  readonly dropPackets: number;
}

/** How to feed an encoder of a known delay so that packet `dropPackets + i` decodes to frame `i` of media time. */
export function planPriming(primingSamples: number): PrimingPlan {
  const dropPackets = Math.ceil(primingSamples / AAC_FRAME_SAMPLES);
  return { leadInSamples: dropPackets * AAC_FRAME_SAMPLES - primingSamples, dropPackets };
}

/**
 * Where a click that went in as sample `clickAt` came out of encoder and decoder: by how much the encoder delays.
 * Undefined when nothing stands out, because then nothing was measured.
 */
export function primingOf(decoded: Float32Array, clickAt: number): number | undefined {
  let peakAt = 0;
  let energy = 0;
  for (const [i, value] of decoded.entries()) {
    if (Math.abs(value) > Math.abs(decoded[peakAt] ?? 0)) peakAt = i;
    energy += value * value;
  }
  const peak = Math.abs(decoded[peakAt] ?? 0);
  const isClear = peak > 0.05 && peak * peak > (energy / Math.max(1, decoded.length)) * 100;
  return isClear && peakAt >= clickAt ? peakAt - clickAt : undefined;
}
