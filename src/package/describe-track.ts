import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../protocol/grid.ts';
import type { AudioTrack, Track, VideoTrack } from '../protocol/track.ts';
import { codecsFromAudioSpecificConfig, codecsFromAvcC } from './cmaf-codecs.ts';
import { type Colour, writeAudioInit, writeVideoInit } from './cmaf-init.ts';

/** What the origin is told of a track, and the init segment that says the same to players. */
export interface Described<T extends Track> {
  readonly track: T;
  readonly init: Uint8Array<ArrayBuffer>;
}

/** Of what an encoder says of itself: `avcC` is its decoder configuration. Throws StageError on one that is none. */
export function describeVideo(
  wanted: Pick<VideoTrack, 'id' | 'width' | 'height' | 'bitrateBps' | 'frameRate' | 'madeBy'>,
  avcC: Uint8Array,
  colour: Colour | undefined,
): Described<VideoTrack> {
  const { id, width, height, bitrateBps, frameRate, madeBy } = wanted;
  const track: VideoTrack = {
    kind: 'video',
    id,
    codecs: codecsFromAvcC(avcC),
    width,
    height,
    frameRate,
    bitrateBps,
    timescale: VIDEO_TIMESCALE,
    ...(madeBy !== undefined && { madeBy }),
  };
  return { track, init: new Uint8Array(writeVideoInit(track, avcC, colour)) };
}

/** The same of sound; `config` is its AudioSpecificConfig. */
export function describeAudio(
  { id, bitrateBps, channels }: Pick<AudioTrack, 'id' | 'bitrateBps' | 'channels'>,
  config: Uint8Array,
): Described<AudioTrack> {
  const track: AudioTrack = {
    kind: 'audio',
    id,
    codecs: codecsFromAudioSpecificConfig(config),
    sampleRateHz: AUDIO_TIMESCALE,
    channels,
    bitrateBps,
    timescale: AUDIO_TIMESCALE,
    language: 'und',
  };
  return { track, init: new Uint8Array(writeAudioInit(track, config)) };
}
