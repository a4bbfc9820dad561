import {
  ALL_FORMATS,
  BlobSource,
  EncodedPacketSink,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
} from 'mediabunny';
import { pictureRateOf, planRecording, type RecordingPlan } from '../src/mapreduce/recording-plan.ts';
import { StageError } from '../src/protocol/errors.ts';

/** A file that was opened: what is in it and where it lies on the grid. `dispose` of `input` is the caller's. */
export interface RecordingFile {
  readonly input: Input;
  readonly video: InputVideoTrack;
  readonly sound: InputAudioTrack | undefined;
  /** Where the sound begins, in seconds of the file's own time; 0 without sound. */
  readonly soundFrom: number;
  readonly plan: RecordingPlan;
  /** As it is shown: turned upright, with square pixels. */
  readonly width: number;
  readonly height: number;
}

/** Enough packets to tell a rate; the whole file would take minutes to read. */
const PACKETS_FOR_RATE = 300;

const refusal = (code: string, sentence: string, cause?: unknown): StageError =>
  new StageError('capture', code, sentence, { cause });

/** Reads the file's index only, never the whole of it. Rejects with StageError and a sentence for the person. */
export async function openRecording(file: Blob): Promise<RecordingFile> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    return await describe(input);
  } catch (cause) {
    input.dispose();
    if (cause instanceof StageError) throw cause;
    throw refusal(
      'unreadable_file',
      'This file cannot be read as a video. It may be damaged; MP4, MOV, MKV and WebM files are taken.',
      cause,
    );
  }
}

async function describe(input: Input): Promise<RecordingFile> {
  const video = await input.getPrimaryVideoTrack();
  if (video === null) throw refusal('no_picture', 'There is no picture in this file. Choose a video.');
  if (!(await video.canDecode()))
    throw refusal(
      'unknown_codec',
      'This browser cannot decode the picture of this file. Convert it to H.264, or try another browser.',
    );
  const found = await input.getPrimaryAudioTrack();
  const sound = found !== null && (await found.canDecode()) ? found : undefined;
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
  return { input, video, sound, soundFrom: soundFrom ?? 0, plan, width, height };
}

async function firstTimes(video: InputVideoTrack): Promise<readonly number[]> {
  const times: number[] = [];
  for await (const packet of new EncodedPacketSink(video).packets(undefined, undefined, { metadataOnly: true })) {
    times.push(packet.timestamp);
    if (times.length === PACKETS_FOR_RATE) break;
  }
  return times;
}
