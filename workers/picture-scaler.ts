import { canScale, I420Scaler, type Size } from '../src/encode/i420-scaler.ts';
import { SCALE_KERNEL_BASE64, type ScaleKernel, type ScaleMemory } from '../src/encode/scale-kernel.ts';

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Brings pictures to the size of the largest rendition once, before the encoders. Software encoders skip samples when
 * they make a picture smaller by themselves: that looks worse and costs bits (0.6 to 0.8 dB from
 * 1080p to 720p). The price is about 4 ms of processor a picture. Pictures on a GPU are left to the encoders.
 */
export class PictureScaler {
  readonly #size: Size;
  #scaler: I420Scaler | undefined;
  #memory: WebAssembly.Memory | undefined;

  constructor(size: Size) {
    this.#size = size;
  }

  /**
   * A new picture of the wanted size with the timestamp and the colours of `frame`, or undefined where `frame` should
   * go to the encoders as it is. One call at a time. `frame` stays the caller's.
   */
  async scale(frame: VideoFrame): Promise<VideoFrame | undefined> {
    const rect = frame.visibleRect;
    if (frame.format !== 'I420' || rect === null || !canScale(rect, this.#size)) return undefined;
    const scaler = await this.#scalerFor(rect);
    const memory = this.#memory;
    if (scaler === undefined || memory === undefined) return undefined;
    const { source, target } = scaler;
    const pixels = source.width * source.height;
    await frame.copyTo(new Uint8Array(memory.buffer, source.offset, source.byteLength), {
      layout: [
        { offset: 0, stride: source.width },
        { offset: pixels, stride: source.width / 2 },
        { offset: pixels * 1.25, stride: source.width / 2 },
      ],
    });
    scaler.scale();
    return new VideoFrame(new Uint8Array(memory.buffer, target.offset, target.byteLength), {
      format: 'I420',
      codedWidth: target.width,
      codedHeight: target.height,
      timestamp: frame.timestamp,
      ...(frame.duration === null ? {} : { duration: frame.duration }),
      colorSpace: frame.colorSpace.toJSON(),
    });
  }

  /** Made anew when the source changes its size. Undefined where the browser has no WebAssembly SIMD. */
  async #scalerFor({ width, height }: Size): Promise<I420Scaler | undefined> {
    if (this.#scaler?.source.width === width && this.#scaler.source.height === height) return this.#scaler;
    try {
      compiled ??= WebAssembly.compile(kernelBytes());
      const memory = new WebAssembly.Memory({ initial: 1 });
      const { exports } = await WebAssembly.instantiate(await compiled, { env: { memory } });
      this.#scaler = new I420Scaler(
        exports as unknown as ScaleKernel,
        memory as ScaleMemory,
        { width, height },
        this.#size,
      );
      this.#memory = memory;
    } catch {
      // Encoders scale by themselves then, as they do with pictures on a GPU.
      return undefined;
    }
    return this.#scaler;
  }
}

function kernelBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(SCALE_KERNEL_BASE64), (letter) => letter.charCodeAt(0));
}
