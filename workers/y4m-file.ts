import { planRecording } from '../src/mapreduce/recording-plan.ts';
import {
  readY4mHeader,
  Y4M_LOOK_BYTES,
  Y4M_PICTURE_MARK,
  type Y4mHeader,
  y4mOffset,
  y4mPictures,
} from '../src/mapreduce/y4m.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { RecordingFile } from './recording-file.ts';
import type { SourcePicture } from './recording-pictures.ts';

const MICROS = 1_000_000;

const refusal = (sentence: string): StageError => new StageError('capture', 'unreadable_file', sentence);

/** An uncompressed film, read picture by picture: 50 MB each in 8K, and never more than one at a time. */
export async function openY4m(file: Blob): Promise<RecordingFile | undefined> {
  const start = new Uint8Array(await file.slice(0, Y4M_LOOK_BYTES).arrayBuffer());
  const answer = readY4mHeader(start);
  if (answer.kind === 'other') return undefined;
  if (answer.kind === 'refused') throw refusal(`This Y4M file cannot be used: ${answer.reason}.`);
  const { header } = answer;
  const count = y4mPictures(header, file.size);
  if (count === 0) throw refusal('There is no whole picture in this Y4M file.');
  const { pictureRate, width, height, pixelAspect } = header;
  const seconds = { videoFrom: 0, videoTo: count / pictureRate };
  return {
    pictures: (fromSeconds) => pictures(file, header, count, fromSeconds),
    keyBefore: (seconds) => Promise.resolve(seconds),
    sound: undefined,
    plan: planRecording({ ...seconds, soundFrom: undefined, soundTo: undefined, pictureRate }),
    width: Math.round(width * pixelAspect),
    height,
    packets: undefined,
    close: () => undefined,
  };
}

async function* pictures(
  file: Blob,
  header: Y4mHeader,
  count: number,
  fromSeconds: number,
): AsyncGenerator<SourcePicture, void, undefined> {
  const first = Math.min(count - 1, Math.max(0, Math.floor(fromSeconds * header.pictureRate)));
  for (let n = first; n < count; n++) yield await pictureAt(file, header, n);
}

async function pictureAt(file: Blob, header: Y4mHeader, n: number): Promise<SourcePicture> {
  const from = y4mOffset(header, n);
  const to = from + Y4M_PICTURE_MARK.length + header.pictureBytes;
  const bytes = new Uint8Array(await file.slice(from, to).arrayBuffer());
  const mark = String.fromCharCode(...bytes.subarray(0, Y4M_PICTURE_MARK.length));
  if (mark !== Y4M_PICTURE_MARK)
    throw new StageError(
      'capture',
      'damaged',
      `Picture ${n} of this Y4M file does not begin where it should. It may be damaged.`,
    );
  const seconds = n / header.pictureRate;
  const frame = new VideoFrame(bytes.subarray(Y4M_PICTURE_MARK.length), {
    format: header.format,
    codedWidth: header.width,
    codedHeight: header.height,
    timestamp: Math.round(seconds * MICROS),
  });
  return { seconds, frame: () => Promise.resolve(frame.clone()), close: () => frame.close() };
}
