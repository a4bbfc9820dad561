import {
  BufferTarget,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  type InputVideoTrack,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { StageError } from '../src/protocol/errors.ts';
import { MAX_SOURCE_BYTES } from '../src/protocol/lend.ts';
import { openRecording, type RecordingFile } from './recording-file.ts';
import type { Pictures, SourcePicture } from './recording-pictures.ts';

/** Pictures are decoded in another order than they are shown, by at most this many (H.264 A.3.1, HEVC A.4.1). */
const MAX_REORDERED = 16;
/** The slice begins with the time of its own zero, in seconds of the recording, as a double. */
const HEADER_BYTES = 8;

/**
 * The packets that somebody else needs to make `[fromSeconds, toSeconds)` (of the file's own time), as a small MP4
 * behind a header. `zeroSeconds` is media zero. Undefined when it is too large to be sent.
 */
export async function sliceSource(
  track: InputVideoTrack,
  range: { readonly fromSeconds: number; readonly toSeconds: number; readonly zeroSeconds: number },
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const sink = new EncodedPacketSink(track);
  const first =
    (await sink.getKeyPacket(range.fromSeconds, { verifyKeyPackets: true })) ??
    (await sink.getFirstKeyPacket({ verifyKeyPackets: true }));
  const [codec, decoderConfig] = await Promise.all([track.getCodec(), track.getDecoderConfig()]);
  if (first === null || codec === null || decoderConfig === null) return undefined;
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat(), target });
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, { rotation: await track.getRotation() });
  await output.start();
  let bytes = 0;
  let beyond = 0;
  for await (const packet of sink.packets(first)) {
    // What is shown before the first key picture may lean on what is not in the slice.
    if (packet.timestamp < first.timestamp) continue;
    beyond = packet.timestamp >= range.toSeconds ? beyond + 1 : 0;
    bytes += packet.data.length;
    if (beyond > MAX_REORDERED) break;
    if (bytes > MAX_SOURCE_BYTES - 1024 * 1024) {
      await output.cancel();
      return undefined;
    }
    // Nobody begins anywhere but at the front, and a muxer refuses open GOPs whose key pictures it knows of.
    const type = packet === first || packet.timestamp === first.timestamp ? 'key' : 'delta';
    const moved = new EncodedPacket(packet.data, type, packet.timestamp - first.timestamp, packet.duration);
    await source.add(moved, { decoderConfig });
  }
  await output.finalize();
  const body = new Uint8Array(target.buffer ?? new ArrayBuffer(0));
  const slice = new Uint8Array(HEADER_BYTES + body.length);
  new DataView(slice.buffer).setFloat64(0, first.timestamp - range.zeroSeconds);
  slice.set(body, HEADER_BYTES);
  return slice;
}

/** A slice as a file whose pictures are at their times in the recording. Rejects with StageError. */
export async function openSlice(slice: Blob): Promise<RecordingFile> {
  const offset = new DataView(await slice.slice(0, HEADER_BYTES).arrayBuffer()).getFloat64(0);
  if (!Number.isFinite(offset)) throw new StageError('capture', 'bad_source', 'The source of a segment is damaged.');
  const file = await openRecording(slice.slice(HEADER_BYTES));
  return { ...file, pictures: moved(file.pictures, offset) };
}

const moved = (pictures: Pictures, offset: number): Pictures =>
  async function* shifted(fromSeconds): AsyncGenerator<SourcePicture, void, undefined> {
    for await (const picture of pictures(fromSeconds - offset)) yield { ...picture, seconds: picture.seconds + offset };
  };
