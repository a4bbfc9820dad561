import { primingOf } from '../src/encode/priming.ts';
import { AUDIO_TIMESCALE } from '../src/protocol/grid.ts';

export interface SoundShape {
  readonly channels: number;
  readonly bitrateBps: number;
}

const SAMPLES = 16_384;
/** Behind everything that any encoder puts in front. */
const CLICK_AT = 6_000;

let measured: Promise<number | undefined> | undefined;

/**
 * How many samples the browser's own AAC encoder puts in front of the sound: platforms differ, so a click goes through
 * it and through the browser's decoder. Undefined where it is not there or says nothing that can be believed: then it
 * is not used.
 */
export function nativeAacPriming(shape: SoundShape): Promise<number | undefined> {
  measured ??= measure(shape).catch(() => undefined);
  return measured;
}

async function measure({ channels, bitrateBps }: SoundShape): Promise<number | undefined> {
  if (typeof AudioEncoder === 'undefined' || typeof AudioDecoder === 'undefined') return undefined;
  const shape = { sampleRate: AUDIO_TIMESCALE, numberOfChannels: channels };
  const config: AudioEncoderConfig = { codec: 'mp4a.40.2', ...shape, bitrate: bitrateBps };
  if ((await AudioEncoder.isConfigSupported(config)).supported !== true) return undefined;
  const chunks: EncodedAudioChunk[] = [];
  let decoderConfig: AudioDecoderConfig | undefined;
  let failure: DOMException | undefined;
  const error = (cause: DOMException): void => {
    failure = cause;
  };
  const encoder = new AudioEncoder({
    output: (chunk, metadata) => {
      decoderConfig ??= metadata?.decoderConfig;
      chunks.push(chunk);
    },
    error,
  });
  const heard = new Float32Array(4 * SAMPLES);
  let at = 0;
  const decoder = new AudioDecoder({
    output: (sound) => {
      try {
        const target = heard.subarray(at, at + sound.numberOfFrames);
        if (target.length === sound.numberOfFrames) sound.copyTo(target, { planeIndex: 0, format: 'f32-planar' });
        at += sound.numberOfFrames;
      } finally {
        sound.close();
      }
    },
    error,
  });
  try {
    encoder.configure(config);
    const data = new Float32Array(SAMPLES * channels);
    for (let channel = 0; channel < channels; channel++) data[channel * SAMPLES + CLICK_AT] = 1;
    const click = new AudioData({ data, format: 'f32-planar', ...shape, numberOfFrames: SAMPLES, timestamp: 0 });
    try {
      encoder.encode(click);
    } finally {
      click.close();
    }
    await encoder.flush();
    if (decoderConfig === undefined) return undefined;
    decoder.configure(decoderConfig);
    for (const chunk of chunks) decoder.decode(chunk);
    await decoder.flush();
    return failure === undefined ? primingOf(heard.subarray(0, at), CLICK_AT) : undefined;
  } finally {
    if (encoder.state !== 'closed') encoder.close();
    if (decoder.state !== 'closed') decoder.close();
  }
}
