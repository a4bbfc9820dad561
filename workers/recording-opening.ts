import { colourCodes } from '../src/encode/cicp.ts';
import { durationMsOf, endPartsOf, type RecordingPlan } from '../src/mapreduce/recording-plan.ts';
import { type Described, describeAudio, describeVideo } from '../src/package/describe-track.ts';
import type { StartRequest } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { Grid } from '../src/protocol/grid.ts';
import type { AudioTrack, Track } from '../src/protocol/track.ts';
import type { InitSegment } from '../src/upload/unfinished.ts';
import { SOUND_CHANNELS } from './decoded-sound.ts';
import { drawFrame } from './draw-frame.ts';
import type { Rendition } from './encode-core.ts';
import { configsOf } from './encoder-configs.ts';
import { fileFailure } from './file-failure.ts';
import { PictureScaler } from './picture-scaler.ts';
import type { RecordingFile } from './recording-file.ts';
import type { Pictures, SourcePicture } from './recording-pictures.ts';
import type { MadeConfig } from './segment-maker.ts';

const POSTER_WIDTH = 640;
const POSTER_QUALITY = 0.7;
/** Many films begin black. */
const POSTER_SHARE = 0.1;
const POSTER_LATEST_SECONDS = 10;

export interface FirstLook {
  readonly configs: readonly MadeConfig[];
  /** JPEG; undefined where there is no picture. */
  readonly poster: ArrayBuffer | undefined;
}

/**
 * What the encoders say of themselves, and a poster. One after the other: decoders of 8K hold hundreds of megabytes.
 * Rejects with StageError `undecodable`.
 */
export async function lookAt(recording: RecordingFile, renditions: readonly Rendition[]): Promise<FirstLook> {
  return { configs: await encodersOf(recording, renditions), poster: await posterOf(recording, renditions) };
}

/** With the first picture of the file, as every segment will be. */
async function encodersOf(
  { pictures, plan }: RecordingFile,
  renditions: readonly Rendition[],
): Promise<readonly MadeConfig[]> {
  const [top] = renditions;
  const first = await pictureAt(pictures, plan.zeroSeconds);
  if (first === undefined || top === undefined) throw undecodable(undefined);
  return withFrame(first, top, (frame) => configsOf(frame, plan, renditions));
}

async function posterOf(
  { pictures, plan, keyBefore }: RecordingFile,
  [top]: readonly Rendition[],
): Promise<ArrayBuffer | undefined> {
  const seconds = Math.min(POSTER_LATEST_SECONDS, (plan.slots / plan.frameRate) * POSTER_SHARE);
  // A picture that needs no other: seconds of decoding would come before the first segment, of 8K many.
  const picture = top && (await pictureAt(pictures, await keyBefore(plan.zeroSeconds + seconds)));
  return picture && withFrame(picture, top, (frame) => jpegOf(frame, top));
}

const undecodable = (cause: unknown): StageError =>
  fileFailure(cause, 'undecodable', 'The picture of this file cannot be decoded. It may be damaged.');

/** The caller closes it. */
async function pictureAt(pictures: Pictures, seconds: number): Promise<SourcePicture | undefined> {
  try {
    for await (const picture of pictures(seconds)) return picture;
    return undefined;
  } catch (cause) {
    throw undecodable(cause);
  }
}

/** The picture in the size in which it goes to the encoders; it and the frame are closed after `use`. */
async function withFrame<T>(
  picture: SourcePicture,
  top: Rendition,
  use: (frame: VideoFrame) => Promise<T>,
): Promise<T> {
  try {
    const frame = await picture.frame(top);
    try {
      const scaled = await new PictureScaler(top).scale(frame);
      try {
        return await use(scaled ?? frame);
      } finally {
        scaled?.close();
      }
    } finally {
      frame.close();
    }
  } finally {
    picture.close();
  }
}

async function jpegOf(frame: VideoFrame, { width, height }: Rendition): Promise<ArrayBuffer> {
  const canvas = new OffscreenCanvas(POSTER_WIDTH, Math.max(1, Math.round((height * POSTER_WIDTH) / width)));
  await drawFrame(canvas.getContext('2d'), frame, { x: 0, width: canvas.width, height: canvas.height });
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
  const end = endPartsOf(plan, grid.partsPerSegment);
  const described: readonly Described<Track>[] = [
    ...renditions.map(({ track, ...size }) => {
      const config = configs.find((one) => one.track === track);
      if (config === undefined)
        throw new StageError('encode', 'no_encoder', `This browser cannot encode ${size.height}p.`);
      const wanted = { ...size, id: track, frameRate: grid.frameRate };
      return describeVideo(wanted, config.avcC, colourCodes(config.colorSpace));
    }),
    ...(sound === undefined ? [] : [describeSound(sound)]),
  ];
  const tracks = described.map(({ track }) => track);
  const inits = described.map(({ track, init }) => ({ track: track.id, bytes: init }));
  const endParts = Object.fromEntries(tracks.map(({ id, kind }) => [id, kind === 'video' ? end.video : end.sound]));
  return {
    request: { availabilityStartMs, grid, tracks, upload: { durationMs: durationMsOf(plan), endParts } },
    inits,
  };
}

const describeSound = ({ config, bitrateBps }: SoundFacts): Described<AudioTrack> =>
  describeAudio({ id: soundTrackId(bitrateBps), bitrateBps, channels: SOUND_CHANNELS }, config);
