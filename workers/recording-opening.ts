import { colourCodes } from '../src/encode/cicp.ts';
import { durationMsOf, endPartsOf, type RecordingPlan } from '../src/mapreduce/recording-plan.ts';
import { codecsFromAudioSpecificConfig, codecsFromAvcC } from '../src/package/cmaf-codecs.ts';
import { writeAudioInit, writeVideoInit } from '../src/package/cmaf-init.ts';
import type { StartRequest } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import { AUDIO_TIMESCALE, type Grid, VIDEO_TIMESCALE } from '../src/protocol/grid.ts';
import type { AudioTrack, Track, VideoTrack } from '../src/protocol/track.ts';
import type { InitSegment } from '../src/upload/unfinished.ts';
import { SOUND_CHANNELS } from './decoded-sound.ts';
import { drawFrame } from './draw-frame.ts';
import type { Rendition } from './encode-core.ts';
import { configsOf } from './encoder-configs.ts';
import { PictureScaler } from './picture-scaler.ts';
import type { Pictures, SourcePicture } from './recording-pictures.ts';
import type { MadeConfig } from './segment-maker.ts';

const POSTER_WIDTH = 640;
const POSTER_QUALITY = 0.7;
/** Many films begin black. */
const POSTER_SHARE = 0.1;
const POSTER_LATEST_SECONDS = 10;

export interface FirstLook {
  readonly configs: readonly MadeConfig[];
  /** JPEG. */
  readonly poster: ArrayBuffer;
}

/** Encodes one picture of the file as every segment will be: what the encoders say of themselves, and a poster. */
export async function lookAt(
  pictures: Pictures,
  plan: RecordingPlan,
  renditions: readonly Rendition[],
): Promise<FirstLook> {
  const [top] = renditions;
  const seconds = Math.min(POSTER_LATEST_SECONDS, (plan.slots / plan.frameRate) * POSTER_SHARE);
  const sample = (await firstOf(pictures(plan.zeroSeconds + seconds))) ?? (await firstOf(pictures(plan.zeroSeconds)));
  if (sample === undefined || top === undefined)
    throw new StageError('capture', 'undecodable', 'The picture of this file cannot be decoded. It may be damaged.');
  try {
    const frame = await sample.frame(top);
    try {
      const scaled = await new PictureScaler(top).scale(frame);
      try {
        const configs = await configsOf(scaled ?? frame, plan, renditions);
        return { configs, poster: await posterOf(scaled ?? frame, top) };
      } finally {
        scaled?.close();
      }
    } finally {
      frame.close();
    }
  } finally {
    sample.close();
  }
}

/** The caller closes it. */
async function firstOf(pictures: ReturnType<Pictures>): Promise<SourcePicture | undefined> {
  for await (const picture of pictures) return picture;
  return undefined;
}

async function posterOf(picture: VideoFrame, { width, height }: Rendition): Promise<ArrayBuffer> {
  const canvas = new OffscreenCanvas(POSTER_WIDTH, Math.max(1, Math.round((height * POSTER_WIDTH) / width)));
  await drawFrame(canvas.getContext('2d'), picture, { x: 0, width: canvas.width, height: canvas.height });
  const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality: POSTER_QUALITY });
  return await jpeg.arrayBuffer();
}

export interface SoundFacts {
  readonly config: Uint8Array;
  readonly bitrateBps: number;
}

export const soundTrackId = (bitrateBps: number): string => `a${Math.round(bitrateBps / 1000)}`;

export interface OpeningFacts {
  readonly plan: RecordingPlan;
  readonly grid: Grid;
  readonly renditions: readonly Rendition[];
  readonly configs: readonly MadeConfig[];
  /** Undefined for a file without sound. */
  readonly sound: SoundFacts | undefined;
  readonly availabilityStartMs: number;
}

/** What the origin is told first (SPEC INGEST2 and UPLOAD1). */
export function openingOf(facts: OpeningFacts): { request: StartRequest; inits: readonly InitSegment[] } {
  const { plan, grid, renditions, configs, sound, availabilityStartMs } = facts;
  const tracks: Track[] = [];
  const inits: InitSegment[] = [];
  const endParts: Record<string, number> = {};
  const end = endPartsOf(plan, grid.partsPerSegment);
  for (const rendition of renditions) {
    const config = configs.find((one) => one.track === rendition.track);
    if (config === undefined)
      throw new StageError('encode', 'no_encoder', `This browser cannot encode ${rendition.height}p.`);
    const track: VideoTrack = {
      kind: 'video',
      id: rendition.track,
      codecs: codecsFromAvcC(config.avcC),
      width: rendition.width,
      height: rendition.height,
      frameRate: grid.frameRate,
      bitrateBps: rendition.bitrateBps,
      timescale: VIDEO_TIMESCALE,
    };
    tracks.push(track);
    endParts[track.id] = end.video;
    const bytes = new Uint8Array(writeVideoInit(track, config.avcC, colourCodes(config.colorSpace)));
    inits.push({ track: track.id, bytes });
  }
  if (sound !== undefined) {
    const track: AudioTrack = {
      kind: 'audio',
      id: soundTrackId(sound.bitrateBps),
      codecs: codecsFromAudioSpecificConfig(sound.config),
      sampleRateHz: AUDIO_TIMESCALE,
      channels: SOUND_CHANNELS,
      bitrateBps: sound.bitrateBps,
      timescale: AUDIO_TIMESCALE,
      language: 'und',
    };
    tracks.push(track);
    endParts[track.id] = end.sound;
    inits.push({ track: track.id, bytes: new Uint8Array(writeAudioInit(track, sound.config)) });
  }
  return {
    request: { availabilityStartMs, grid, tracks, upload: { durationMs: durationMsOf(plan), endParts } },
    inits,
  };
}
