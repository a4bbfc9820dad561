export interface EncodeSize {
  readonly width: number;
  readonly height: number;
  /** RFC 6381, H.264 High at the level the size needs at 30 frames a second. */
  readonly codec: string;
  readonly bitrateBps: number;
}

export const ENCODE_SIZES: readonly EncodeSize[] = [
  { width: 7680, height: 4320, codec: 'avc1.64003c', bitrateBps: 40_000_000 },
  { width: 3840, height: 2160, codec: 'avc1.640033', bitrateBps: 16_000_000 },
  { width: 2560, height: 1440, codec: 'avc1.640032', bitrateBps: 9_000_000 },
  { width: 1920, height: 1080, codec: 'avc1.640028', bitrateBps: 4_500_000 },
  { width: 1280, height: 720, codec: 'avc1.64001f', bitrateBps: 2_500_000 },
  { width: 848, height: 480, codec: 'avc1.64001f', bitrateBps: 1_200_000 },
];

function greyFrame(width: number, height: number): VideoFrame {
  const picture = new Uint8Array((width * height * 3) / 2).fill(0x80);
  return new VideoFrame(picture, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
}

/** A support query only repeats what the browser hopes; one frame through the encoder is the truth. */
export async function encodesOneFrame({ width, height, codec, bitrateBps }: EncodeSize): Promise<boolean> {
  const config: VideoEncoderConfig = { codec, width, height, bitrate: bitrateBps, framerate: 30 };
  const support = await VideoEncoder.isConfigSupported(config);
  if (support.supported !== true) return false;
  let bytes = 0;
  const encoder = new VideoEncoder({
    output: (chunk) => {
      bytes += chunk.byteLength;
    },
    // The flush below rejects with the same error.
    error: () => undefined,
  });
  try {
    encoder.configure(config);
    const frame = greyFrame(width, height);
    try {
      encoder.encode(frame, { keyFrame: true });
    } finally {
      frame.close();
    }
    await encoder.flush();
    return bytes > 0;
  } catch {
    return false;
  } finally {
    if (encoder.state !== 'closed') encoder.close();
  }
}
