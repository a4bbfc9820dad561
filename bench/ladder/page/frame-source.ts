import { BlobSource, EncodedPacketSink, Input, MP4 } from 'mediabunny';

/** Pictures decoded ahead of the encoders; the decoder's own threads hold some more. */
const DECODED_AHEAD = 4;
const INSIDE_DECODER = 12;

/**
 * The pictures of a file's video track in the order they are shown, at most `limit` of them. Whoever iterates owns each
 * picture and closes it.
 */
export async function* decodedFrames(clip: Blob, limit: number): AsyncGenerator<VideoFrame, void, undefined> {
  const input = new Input({ source: new BlobSource(clip), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  if (track === null || config === null || config === undefined) throw new Error('the clip has no video track');

  const decoded: VideoFrame[] = [];
  let inside = 0;
  let isFlushed = false;
  let failure: unknown;
  let waiting: (() => void)[] = [];
  const change = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const changed = (): void => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };
  const decoder = new VideoDecoder({
    output: (frame) => {
      decoded.push(frame);
      inside--;
      changed();
    },
    error: (cause) => {
      failure = cause;
      changed();
    },
  });
  decoder.configure(config);

  const feed = async (): Promise<void> => {
    for await (const packet of new EncodedPacketSink(track).packets()) {
      while (inside >= INSIDE_DECODER || decoded.length >= DECODED_AHEAD) await change();
      if (decoder.state === 'closed') return;
      decoder.decode(packet.toEncodedVideoChunk());
      inside++;
    }
    await decoder.flush();
    isFlushed = true;
    changed();
  };
  const feeding = feed().catch((cause: unknown) => {
    if (decoder.state !== 'closed') failure = cause;
    changed();
  });

  try {
    for (let given = 0; given < limit; ) {
      const frame = decoded.shift();
      if (frame !== undefined) {
        given++;
        changed();
        yield frame;
      } else if (failure !== undefined) throw failure;
      else if (isFlushed) return;
      else await change();
    }
  } finally {
    if (decoder.state !== 'closed') decoder.close();
    for (const frame of decoded.splice(0)) frame.close();
    inside = 0;
    changed();
    await feeding;
    input.dispose();
  }
}
