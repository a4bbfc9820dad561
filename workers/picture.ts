import { StageError } from '../src/protocol/errors.ts';

/** Formats whose bytes are in memory already; what is on a GPU is passed on as it is. */
const CPU_FORMATS: readonly (VideoPixelFormat | null)[] = [
  'I420',
  'NV12',
  'I422',
  'I444',
  'BGRX',
  'RGBX',
  'BGRA',
  'RGBA',
];

/**
 * Takes camera frames out of the camera's tiny pool: a picture that is kept for repeating would starve it. All
 * pictures get the colours of the first, because a change of colour space is a change of the encoders' headers.
 */
export class PictureKeeper {
  #colorSpace: VideoColorSpaceInit | undefined;
  #isReadable = false;

  get colorSpace(): VideoColorSpaceInit | undefined {
    return this.#colorSpace;
  }

  /** Another camera: what was found out about the one before no longer counts. */
  newSource(): void {
    this.#isReadable = false;
  }

  /**
   * Takes ownership of `frame`; the picture that comes back is the caller's to close. Rejects with StageError
   * `camera_unreadable` for a camera whose pictures no encoder takes.
   */
  async keep(frame: VideoFrame): Promise<VideoFrame> {
    const { format, timestamp } = frame;
    if (format === null) await this.#assertReadable(frame);
    if (format === null || !CPU_FORMATS.includes(format)) return frame;
    try {
      this.#colorSpace ??= frame.colorSpace.toJSON();
      const rect = frame.visibleRect;
      const codedWidth = rect?.width ?? frame.codedWidth;
      const codedHeight = rect?.height ?? frame.codedHeight;
      const data = new Uint8Array(frame.allocationSize());
      const layout = await frame.copyTo(data);
      const colorSpace = this.#colorSpace;
      return pictureOf(data, { format, codedWidth, codedHeight, timestamp, layout, colorSpace });
    } finally {
      frame.close();
    }
  }

  /** A frame of unknown format is either on a GPU, which is fine, or a depth picture, on which encoders hang. */
  async #assertReadable(frame: VideoFrame): Promise<void> {
    if (this.#isReadable) return;
    try {
      const options: VideoFrameCopyToOptions = { format: 'RGBX' };
      await frame.copyTo(new Uint8Array(frame.allocationSize(options)), options);
      this.#isReadable = true;
    } catch (cause) {
      frame.close();
      const sentence = 'This camera gives a kind of picture that cannot be sent. Choose another camera.';
      throw new StageError('capture', 'camera_unreadable', sentence, { cause });
    }
  }
}

/** The bytes become the picture's own, uncopied, where the browser can do that (TypeScript does not know it yet). */
function pictureOf(data: Uint8Array<ArrayBuffer>, init: VideoFrameBufferInit): VideoFrame {
  const owned = { ...init, transfer: [data.buffer] };
  return new VideoFrame(data, owned);
}

/** The picture for "camera off", made once: drawn, then brought to I420 so that the encoders see one kind of picture. */
export function makeSlate(
  width: number,
  height: number,
  text: string,
  colorSpace: VideoColorSpaceInit | undefined,
): VideoFrame {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return blackPicture(width, height);
  const gradient = context.createLinearGradient(0, 0, width, height);
  gradient.addColorStop(0, '#1d2433');
  gradient.addColorStop(1, '#0e1119');
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#c9d1e0';
  context.font = `${Math.round(height / 14)}px sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, width / 2, height / 2);
  const rgba = context.getImageData(0, 0, width, height).data;
  return i420Picture(width, height, (x, y) => (y * width + x) * 4, rgba, colorSpace);
}

function blackPicture(width: number, height: number): VideoFrame {
  return i420Picture(width, height, () => 0, new Uint8ClampedArray(4), undefined);
}

/** BT.601 limited range, what cameras give. */
function i420Picture(
  width: number,
  height: number,
  at: (x: number, y: number) => number,
  rgba: Uint8ClampedArray,
  colorSpace: VideoColorSpaceInit | undefined,
): VideoFrame {
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const data = new Uint8Array(width * height + 2 * chromaWidth * chromaHeight);
  const u = width * height;
  const v = u + chromaWidth * chromaHeight;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = at(x, y);
      const [r, g, b] = [rgba[i] ?? 0, rgba[i + 1] ?? 0, rgba[i + 2] ?? 0];
      data[y * width + x] = 16 + (65.7 * r + 129.1 * g + 25.1 * b) / 256;
      if ((x | y) & 1) continue;
      const c = (y >> 1) * chromaWidth + (x >> 1);
      data[u + c] = 128 + (-37.9 * r - 74.5 * g + 112.4 * b) / 256;
      data[v + c] = 128 + (112.4 * r - 94.2 * g - 18.3 * b) / 256;
    }
  }
  return pictureOf(data, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp: 0,
    colorSpace: colorSpace ?? { matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m', fullRange: false },
  });
}
