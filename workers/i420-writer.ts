import type { Size } from '../src/encode/i420-scaler.ts';
import { rgbaToI420 } from '../src/encode/rgba-i420.ts';
import { drawFrame } from './draw-frame.ts';
import { PictureScaler } from './picture-scaler.ts';

/** Pictures of any kind as the bytes of I420 pictures of one size, for encoders that know nothing else. */
export class I420Writer {
  readonly #size: Size;
  readonly #scaler: PictureScaler;
  #canvas: OffscreenCanvas | undefined;

  constructor(size: Size) {
    this.#size = size;
    this.#scaler = new PictureScaler(size);
  }

  get frameBytes(): number {
    return (this.#size.width * this.#size.height * 3) / 2;
  }

  /** The same in bytes of their own. */
  async bytes(picture: VideoFrame): Promise<Uint8Array<ArrayBuffer>> {
    const target = new Uint8Array(this.frameBytes);
    await this.write(picture, target);
    return target;
  }

  /**
   * One call at a time; `target` has `frameBytes`. `picture` stays the caller's. Resolves with the colours of what was
   * written: undefined for BT.601 in limited range.
   */
  async write(picture: VideoFrame, target: Uint8Array): Promise<VideoColorSpaceInit | undefined> {
    const plain = picture.format === 'NV12' ? await splitChroma(picture) : picture;
    try {
      const rect = plain.visibleRect;
      if (plain.format === 'I420' && rect?.width === this.#size.width && rect.height === this.#size.height) {
        await this.#copy(plain, target);
        return plain.colorSpace.toJSON();
      }
      const scaled = await this.#scaler.scale(plain);
      if (scaled === undefined) {
        await this.#draw(plain, target);
        return undefined;
      }
      try {
        await this.#copy(scaled, target);
        return scaled.colorSpace.toJSON();
      } finally {
        scaled.close();
      }
    } finally {
      if (plain !== picture) plain.close();
    }
  }

  async #copy(picture: VideoFrame, target: Uint8Array): Promise<void> {
    const { width, height } = this.#size;
    const chroma = width / 2;
    await picture.copyTo(target, {
      layout: [
        { offset: 0, stride: width },
        { offset: width * height, stride: chroma },
        { offset: (width * height * 5) / 4, stride: chroma },
      ],
    });
  }

  /** Colours that are not I420, or a size that the scaler does not make: slower, and right. */
  async #draw(picture: VideoFrame, target: Uint8Array): Promise<void> {
    const { width, height } = this.#size;
    this.#canvas ??= new OffscreenCanvas(width, height);
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('no canvas to convert pictures on');
    await drawFrame(context, picture, { x: 0, width, height });
    rgbaToI420(context.getImageData(0, 0, width, height).data, this.#size, target);
  }
}

/** The picture again as I420; the caller closes it. */
async function splitChroma(picture: VideoFrame): Promise<VideoFrame> {
  const { width, height } = picture.visibleRect ?? { width: picture.codedWidth, height: picture.codedHeight };
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const pixels = width * height;
  const source = new Uint8Array(pixels + 2 * chromaWidth * chromaHeight);
  await picture.copyTo(source, {
    layout: [
      { offset: 0, stride: width },
      { offset: pixels, stride: 2 * chromaWidth },
    ],
  });
  const data = source.slice();
  for (let i = 0; i < chromaWidth * chromaHeight; i++) {
    data[pixels + i] = source[pixels + 2 * i] ?? 128;
    data[pixels + chromaWidth * chromaHeight + i] = source[pixels + 2 * i + 1] ?? 128;
  }
  return new VideoFrame(data, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp: picture.timestamp,
    colorSpace: picture.colorSpace.toJSON(),
  });
}
