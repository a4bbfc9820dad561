import { StageError } from '../src/protocol/errors.ts';
import { rgbaToI420 } from './i420-writer.ts';

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
  return i420Picture(width, height, context.getImageData(0, 0, width, height).data, colorSpace);
}

function blackPicture(width: number, height: number): VideoFrame {
  return i420Picture(width, height, new Uint8ClampedArray(4 * width * height), undefined);
}

function i420Picture(
  width: number,
  height: number,
  rgba: Uint8ClampedArray,
  colorSpace: VideoColorSpaceInit | undefined,
): VideoFrame {
  const data = new Uint8Array(width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1));
  rgbaToI420(rgba, { width, height }, data);
  return pictureOf(data, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp: 0,
    colorSpace: colorSpace ?? { matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m', fullRange: false },
  });
}
