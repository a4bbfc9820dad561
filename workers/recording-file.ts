import {
  ALL_FORMATS,
  BlobSource,
  EncodedPacketSink,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
  VideoSampleSink,
} from 'mediabunny';
import { claimProblem } from '../src/mapreduce/file-claims.ts';
import { pictureRateOf, planRecording, type RecordingPlan } from '../src/mapreduce/recording-plan.ts';
import { countsTooMany } from '../src/mapreduce/sample-claims.ts';
import { StageError } from '../src/protocol/errors.ts';
import { fileFailure } from './file-failure.ts';
import { readMoov } from './mp4-index.ts';
import type { Pictures, SourcePicture } from './recording-pictures.ts';
import { isUpright, UprightPictures } from './upright-frame.ts';
import { openY4m } from './y4m-file.ts';

export interface FileSound {
  readonly input: Input;
  /** Where the sound begins, in seconds of the file's own time. */
  readonly fromSeconds: number;
}

/** A file that was opened: what is in it and where it lies on the grid. Whoever opened it closes it. */
export interface RecordingFile {
  readonly pictures: Pictures;
  /** Where the picture at or before these seconds lies that is decoded without any other. */
  readonly keyBefore: (seconds: number) => Promise<number>;
  readonly sound: FileSound | undefined;
  readonly plan: RecordingPlan;
  /** As it is shown: turned upright, with square pixels. */
  readonly width: number;
  readonly height: number;
  /** Packets to give to others; undefined where pictures are not compressed, and too large for any line. */
  readonly packets: InputVideoTrack | undefined;
  close(): void;
}

/** Enough packets to tell a rate; the whole file would take minutes to read. */
const PACKETS_FOR_RATE = 300;

const refusal = (code: string, sentence: string): StageError => new StageError('capture', code, sentence);

/** Reads the file's index only, never the whole of it. Rejects with StageError and a sentence for the person. */
export async function openRecording(file: Blob): Promise<RecordingFile> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const moov = await readMoov(file);
    if (moov !== undefined && countsTooMany(moov, file.size)) throw unreadable(new Error('its index counts too many'));
    const opened = (await openY4m(file)) ?? (await describe(input));
    const problem = claimProblem(opened.plan, opened);
    if (problem !== undefined) throw refusal(problem.code, problem.message);
    return opened;
  } catch (cause) {
    input.dispose();
    throw unreadable(cause);
  }
}

/** A StageError stays what it is. */
export const unreadable = (cause: unknown): StageError =>
  fileFailure(
    cause,
    'unreadable_file',
    'This file cannot be read as a video. It may be damaged; MP4, MOV, MKV, WebM and Y4M files are taken.',
  );

export interface DecodableTracks {
  readonly video: InputVideoTrack;
  readonly sound: InputAudioTrack | undefined;
  /** There is sound in the file, and this browser cannot decode it. */
  readonly isSoundLost: boolean;
}

/** Rejects with StageError `no_picture` or `unknown_codec`. */
export async function decodableTracks(input: Input): Promise<DecodableTracks> {
  const video = await input.getPrimaryVideoTrack();
  if (video === null) throw refusal('no_picture', 'There is no picture in this file. Choose a video.');
  if (!(await video.canDecode()))
    throw refusal(
      'unknown_codec',
      'This browser cannot decode the picture of this file. Convert it to H.264, or try another browser.',
    );
  const found = await input.getPrimaryAudioTrack();
  const sound = found !== null && (await found.canDecode()) ? found : undefined;
  return { video, sound, isSoundLost: found !== null && sound === undefined };
}

async function describe(input: Input): Promise<RecordingFile> {
  const { video, sound } = await decodableTracks(input);
  const [videoFrom, videoTo, times] = await Promise.all([
    video.getFirstTimestamp(),
    video.computeDuration(),
    firstTimes(video),
  ]);
  if (!(videoTo > videoFrom)) throw refusal('empty_file', 'There is no picture in this file that could be shown.');
  const soundFrom = await sound?.getFirstTimestamp();
  const plan = planRecording({
    videoFrom,
    videoTo,
    soundFrom,
    soundTo: await sound?.computeDuration(),
    // A single picture under the sound stands still at any rate.
    pictureRate: pictureRateOf(times) ?? 30,
  });
  const [width, height] = await Promise.all([video.getDisplayWidth(), video.getDisplayHeight()]);
  return {
    pictures: (fromSeconds) => decodedPictures(video, fromSeconds),
    keyBefore: async (seconds) =>
      (await new EncodedPacketSink(video).getKeyPacket(seconds, { metadataOnly: true }))?.timestamp ?? videoFrom,
    sound: soundFrom === undefined ? undefined : { input, fromSeconds: soundFrom },
    plan,
    width,
    height,
    packets: video,
    close: () => input.dispose(),
  };
}

async function* decodedPictures(
  video: InputVideoTrack,
  fromSeconds: number,
): AsyncGenerator<SourcePicture, void, undefined> {
  let upright: UprightPictures | undefined;
  for await (const sample of new VideoSampleSink(video).samples(fromSeconds))
    yield {
      seconds: sample.timestamp,
      frame: async (size) => {
        const turn = { rotation: sample.rotation, isMirrored: sample.flip };
        const frame = sample.toVideoFrame();
        if (isUpright(frame, turn)) return frame;
        try {
          upright ??= new UprightPictures(size);
          return await upright.make(frame, turn);
        } finally {
          frame.close();
        }
      },
      close: () => sample.close(),
    };
}

async function firstTimes(video: InputVideoTrack): Promise<readonly number[]> {
  const times: number[] = [];
  for await (const packet of new EncodedPacketSink(video).packets(undefined, undefined, { metadataOnly: true })) {
    times.push(packet.timestamp);
    if (times.length === PACKETS_FOR_RATE) break;
  }
  return times;
}
