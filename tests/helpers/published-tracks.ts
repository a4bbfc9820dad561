import { createHash } from 'node:crypto';
import { parameterSets } from '../../src/encode/avcc.ts';
import { codecsFromAudioSpecificConfig, codecsFromAvcC } from '../../src/package/cmaf-codecs.ts';
import { writeAudioInit, writeVideoInit } from '../../src/package/cmaf-init.ts';
import { writePart } from '../../src/package/cmaf-part.ts';
import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  type Grid,
  type PartIndex,
  partStartTicks,
  VIDEO_TIMESCALE,
} from '../../src/protocol/grid.ts';
import type { Part } from '../../src/protocol/part.ts';
import type { EncodedSample } from '../../src/protocol/sample.ts';
import { millis, ticks } from '../../src/protocol/time.ts';
import type { Track } from '../../src/protocol/track.ts';
import { CLIP_FRAME_RATE, CLIP_FRAME_TICKS, CLIP_OTHER_HEIGHT, type Clip, type ClipTrack } from './clip.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** What of the test picture a publisher sends. */
export interface TrackChoice {
  /** Heights of the ladder; all of 720, 480, 360 when not said. */
  readonly heights?: readonly number[];
  readonly hasSound?: boolean;
  /** From this part on, where a GOP begins, another encoder makes `v360`; the test tells the origin. */
  readonly otherEncoderFrom?: PartIndex;
}

export interface PublishedTrack {
  readonly track: Track;
  readonly clip: ClipTrack;
  readonly sampleTicks: number;
  readonly init: Uint8Array;
  /** Another encoder of the same track, and the first part that it makes. */
  readonly other: { readonly clip: ClipTrack; readonly fromPart: PartIndex } | undefined;
}

export function tracksOf(clip: Clip, options: TrackChoice): PublishedTrack[] {
  const heights = options.heights ?? clip.video.map((rung) => rung.height);
  const video = clip.video
    .filter((rung) => heights.includes(rung.height))
    .map((rung): PublishedTrack => {
      const track: Track = {
        kind: 'video',
        id: `v${rung.height}`,
        codecs: codecsFromAvcC(rung.description),
        width: rung.width,
        height: rung.height,
        frameRate: CLIP_FRAME_RATE,
        bitrateBps: rung.bitrateBps,
        timescale: VIDEO_TIMESCALE,
      };
      const init = writeVideoInit(track, rung.description);
      const { otherEncoderFrom: fromPart } = options;
      const hasOther = fromPart !== undefined && rung.height === CLIP_OTHER_HEIGHT;
      const other = hasOther ? { clip: clip.other, fromPart } : undefined;
      return { track, clip: rung, sampleTicks: CLIP_FRAME_TICKS, init, other };
    });
  const sound: Track = {
    kind: 'audio',
    id: 'a128',
    codecs: codecsFromAudioSpecificConfig(clip.audio.description),
    sampleRateHz: AUDIO_TIMESCALE,
    channels: 2,
    bitrateBps: clip.audio.bitrateBps,
    timescale: AUDIO_TIMESCALE,
    language: 'und',
  };
  const init = writeAudioInit(sound, clip.audio.description);
  const audio: PublishedTrack = {
    track: sound,
    clip: clip.audio,
    sampleTicks: AAC_FRAME_SAMPLES,
    init,
    other: undefined,
  };
  return options.hasSound === false ? video : [...video, audio];
}

/** Undefined where no sample of the track starts inside the part, as with sound in parts of a single frame. */
export function makePart(source: PublishedTrack, part: PartIndex, grid: Grid, startMs: number): Part | undefined {
  const { track, sampleTicks, other } = source;
  const clip = other !== undefined && part >= other.fromPart ? other.clip : source.clip;
  const first = Math.ceil(partStartTicks(part, track.timescale, grid.partsPerSegment) / sampleTicks);
  const end = Math.ceil(partStartTicks(part + 1, track.timescale, grid.partsPerSegment) / sampleTicks);
  const samples: EncodedSample[] = [];
  for (let i = first; i < end; i++) {
    const frame = clip.frames[i % clip.frames.length];
    if (frame === undefined) throw new Error('the test clip is empty');
    const start = ticks(i * sampleTicks);
    // As the studio does: every key frame says how it was encoded.
    const sets = track.kind === 'video' && frame.isKey ? parameterSets(clip.description) : new Uint8Array();
    const data = Buffer.concat([sets, frame.data]);
    samples.push({ track: track.id, start, duration: ticks(sampleTicks), isKey: frame.isKey, data });
  }
  if (samples.length === 0) return undefined;
  const bytes = writePart({
    kind: track.kind,
    part,
    partsPerSegment: grid.partsPerSegment,
    capturedAtMs: millis(startMs + (first * sampleTicks * 1000) / track.timescale),
    samples,
  });
  return { track: track.id, part, bytes, digest: sha256(bytes) };
}
