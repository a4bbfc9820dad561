import { ENCODER_NAMES, type EncoderName } from '../src/encode/encoder-choice.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { EncoderSource, EncodeTask, OpenEncoder } from './picture-encoder.ts';
import { openWasm } from './wasm-encoder.ts';
import { openWebCodecs } from './webcodecs-encoder.ts';

const OPEN: Readonly<Record<EncoderName, OpenEncoder>> = { webcodecs: openWebCodecs, wasm: openWasm };

/** The first that works. Rejects with the reason of the last one that was asked, or with `cause` when there is none. */
export async function openFirst(
  names: readonly EncoderName[],
  task: EncodeTask,
  cause?: unknown,
): Promise<EncoderSource> {
  let reason = cause;
  for (const name of ENCODER_NAMES.filter((one) => names.includes(one))) {
    try {
      const source = await OPEN[name](task);
      if (source !== undefined) return source;
    } catch (error) {
      reason = error;
    }
  }
  if (reason !== undefined) throw reason;
  const sentence = names.includes('wasm')
    ? 'Neither this browser’s video encoder nor the fallback encoder (ffmpeg.wasm) works here. Use another browser.'
    : 'This browser cannot encode H.264 video. Use a current Chrome, Edge, Firefox or Safari on a computer, or Chrome on an Android phone.';
  throw new StageError('encode', 'no_encoder', sentence);
}

/** It may have to be loaded first: should it be needed, it is there. */
export function warm(name: EncoderName, task: EncodeTask): void {
  OPEN[name](task).catch(() => undefined);
}
