import {
  type AudioSample,
  Conversion,
  type Input,
  NullTarget,
  Output,
  registerDecoder,
  WavOutputFormat,
} from 'mediabunny';
import { AUDIO_TIMESCALE } from '../src/protocol/grid.ts';
import { Mp3Decoder } from './mp3-decoder.ts';

registerDecoder(Mp3Decoder);

export const SOUND_CHANNELS = 2;

/** Two channels of 48 kHz sound; `seconds` of the file's own time. */
export interface DecodedSound {
  readonly seconds: number;
  readonly channels: readonly Float32Array<ArrayBuffer>[];
}

/**
 * The sound of a file, decoded, resampled and mixed down. The next sound is decoded when `take` resolves. The caller
 * runs it with `execute()` and may `cancel()` it.
 */
export async function decodedSound(
  input: Input,
  range: { readonly fromSeconds: number; readonly toSeconds: number },
  take: (sound: DecodedSound) => Promise<void>,
): Promise<Conversion> {
  return await Conversion.init({
    input,
    // Nothing is kept of what is written: the samples are taken on their way to the writer.
    output: new Output({ format: new WavOutputFormat({ large: true }), target: new NullTarget() }),
    showWarnings: false,
    trim: { start: range.fromSeconds, end: range.toSeconds },
    video: { discard: true },
    audio: {
      codec: 'pcm-f32',
      numberOfChannels: SOUND_CHANNELS,
      sampleRate: AUDIO_TIMESCALE,
      forceTranscode: true,
      process: async (sample) => {
        await take({ seconds: sample.timestamp + range.fromSeconds, channels: planesOf(sample) });
        return sample;
      },
    },
  });
}

function planesOf(sample: AudioSample): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: SOUND_CHANNELS }, (_, planeIndex) => {
    const plane = new Float32Array(sample.numberOfFrames);
    sample.copyTo(plane, { planeIndex, format: 'f32-planar' });
    return plane;
  });
}
