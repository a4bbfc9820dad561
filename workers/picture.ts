import { i420Bytes, type Size } from '../src/encode/i420-scaler.ts';
import { frameAround, hasOtherShape } from '../src/encode/picture-frame.ts';
import { fillBlack, framedLayout, isPlainFormat } from '../src/encode/plane-layout.ts';
import { rgbaToI420 } from '../src/encode/rgba-i420.ts';
import { wrapWords } from '../src/encode/wrap-words.ts';
import { StageError } from '../src/protocol/errors.ts';

/**
 * Takes frames out of the source's tiny pool: a picture that is kept for repeating would starve it. All pictures get
 * the colours of the first, because a change of colour space is a change of the encoders' headers.
 */
export class PictureKeeper {
  #colorSpace: VideoColorSpaceInit | undefined;

  get colorSpace(): VideoColorSpaceInit | undefined {
    return this.#colorSpace;
  }

  /**
   * Takes ownership of `frame`; the picture that comes back is the caller's to close. Where a frame of that `shape` would
   * stretch it, it is black around. Rejects with StageError `camera_unreadable` when the source cannot be read.
   */
  async keep(frame: VideoFrame, shape?: Size): Promise<VideoFrame> {
    try {
      const isPlain = isPlainFormat(frame.format);
      // A picture of unknown format, of a depth camera for one, ends an encoder; the browser can still convert it.
      const format = isPlainFormat(frame.format) ? frame.format : 'RGBX';
      const options: VideoFrameCopyToOptions = isPlain ? {} : { format };
      if (isPlain) this.#colorSpace ??= frame.colorSpace.toJSON();
      const colorSpace = isPlain ? this.#colorSpace : undefined;
      const width = frame.visibleRect?.width ?? frame.codedWidth;
      const height = frame.visibleRect?.height ?? frame.codedHeight;
      const { timestamp } = frame;
      const init = { format, timestamp, ...(colorSpace && { colorSpace }) };
      if (shape !== undefined && hasOtherShape({ width, height }, shape)) {
        const around = frameAround({ width, height }, shape);
        const layout = framedLayout(format, around.frame, around.place);
        const data = new Uint8Array(layout.byteLength);
        fillBlack(data, format, layout);
        await frame.copyTo(data, { ...options, layout: [...layout.picture] });
        const { width: codedWidth, height: codedHeight } = around.frame;
        return pictureOf(data, { ...init, codedWidth, codedHeight, layout: [...layout.frame] });
      }
      const data = new Uint8Array(frame.allocationSize(options));
      const layout = await frame.copyTo(data, options);
      return pictureOf(data, { ...init, codedWidth: width, codedHeight: height, layout });
    } catch (cause) {
      const sentence = 'This source gives a kind of picture that cannot be sent. Choose another one.';
      throw new StageError('capture', 'camera_unreadable', sentence, { cause });
    } finally {
      frame.close();
    }
  }
}

/** The bytes become the picture's own, uncopied, where the browser can do that (TypeScript does not know it yet). */
export function pictureOf(data: Uint8Array<ArrayBuffer>, init: VideoFrameBufferInit): VideoFrame {
  const owned = { ...init, transfer: [data.buffer] };
  return new VideoFrame(data, owned);
}

/** The picture for "camera off", made once: drawn, then brought to I420 so that the encoders see one kind of picture. */
export function makeSlate(size: Size, text: string, colorSpace: VideoColorSpaceInit | undefined): VideoFrame {
  return i420Picture(drawSlate(size, text, 0.5), size, 0, colorSpace);
}

/** I420 bytes: a calm background with one text, whose middle is at that share of the height. */
export function drawSlate({ width, height }: Size, text: string, textAt: number): Uint8Array<ArrayBuffer> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const data = new Uint8Array(i420Bytes({ width, height }));
  if (context === null) return data;
  const gradient = context.createLinearGradient(0, 0, width, height);
  gradient.addColorStop(0, '#1d2433');
  gradient.addColorStop(1, '#0e1119');
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#c9d1e0';
  const letters = Math.round(height / 14);
  context.font = `${letters}px sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const lines = wrapWords(text, (line) => context.measureText(line).width <= width * 0.86);
  for (const [i, line] of lines.entries())
    context.fillText(line, width / 2, height * textAt + (i - (lines.length - 1) / 2) * letters * 1.3);
  rgbaToI420(context.getImageData(0, 0, width, height).data, { width, height }, data);
  return data;
}

const LIMITED_601: VideoColorSpaceInit = {
  matrix: 'smpte170m',
  primaries: 'smpte170m',
  transfer: 'smpte170m',
  fullRange: false,
};

/** The bytes become the picture's own. */
export function i420Picture(
  data: Uint8Array<ArrayBuffer>,
  { width, height }: Size,
  timestamp: number,
  colorSpace: VideoColorSpaceInit | undefined,
): VideoFrame {
  const init = { format: 'I420', codedWidth: width, codedHeight: height, timestamp } as const;
  return pictureOf(data, { ...init, colorSpace: colorSpace ?? LIMITED_601 });
}
