import { StageError } from '../src/protocol/errors.ts';

/** Formats that are copied as they are. */
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

  get colorSpace(): VideoColorSpaceInit | undefined {
    return this.#colorSpace;
  }

  /**
   * Takes ownership of `frame`; the picture that comes back is the caller's to close. Rejects with StageError
   * `camera_unreadable` for a camera whose pictures cannot be read.
   */
  async keep(frame: VideoFrame): Promise<VideoFrame> {
    try {
      const isPlain = CPU_FORMATS.includes(frame.format);
      // A picture of unknown format, of a depth camera for one, ends an encoder; the browser can still convert it.
      const format = isPlain && frame.format !== null ? frame.format : 'RGBX';
      const options: VideoFrameCopyToOptions = isPlain ? {} : { format };
      if (isPlain) this.#colorSpace ??= frame.colorSpace.toJSON();
      const colorSpace = isPlain ? this.#colorSpace : undefined;
      const codedWidth = frame.visibleRect?.width ?? frame.codedWidth;
      const codedHeight = frame.visibleRect?.height ?? frame.codedHeight;
      const data = new Uint8Array(frame.allocationSize(options));
      const layout = await frame.copyTo(data, options);
      const { timestamp } = frame;
      return pictureOf(data, { format, codedWidth, codedHeight, timestamp, layout, ...(colorSpace && { colorSpace }) });
    } catch (cause) {
      const sentence = 'This camera gives a kind of picture that cannot be sent. Choose another camera.';
      throw new StageError('capture', 'camera_unreadable', sentence, { cause });
    } finally {
      frame.close();
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
