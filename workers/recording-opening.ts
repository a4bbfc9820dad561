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
  const sample = await lookedAt(pictures, plan.zeroSeconds + seconds, plan.zeroSeconds);
  if (sample === undefined || top === undefined) throw undecodable(undefined);
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

const undecodable = (cause: unknown): StageError =>
  fileFailure(cause, 'undecodable', 'The picture of this file cannot be decoded. It may be damaged.');

/** The picture at the first of these times that has one. The caller closes it. */
async function lookedAt(pictures: Pictures, ...seconds: readonly number[]): Promise<SourcePicture | undefined> {
  try {
    for (const one of seconds) {
      const picture = await firstOf(pictures(one));
      if (picture !== undefined) return picture;
    }
    return undefined;
  } catch (cause) {
    throw undecodable(cause);
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
