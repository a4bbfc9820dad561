import { STRIP_QUALITIES } from '../src/encode/strip-budget.ts';
import { STRIP_PICTURES, type ThumbnailPlace, thumbnailSize } from '../src/protocol/thumbnails.ts';
import { drawFrame } from './draw-frame.ts';

/** The small pictures of one segment, drawn side by side as they come. */
export class StripMaker {
  readonly segment: number;
  readonly #canvas: OffscreenCanvas;
  readonly #cell: { readonly width: number; readonly height: number };
  readonly #drawn: number[] = [];

  /** The first picture gives the shape. */
  constructor(segment: number, picture: VideoFrame) {
    this.segment = segment;
    this.#cell = thumbnailSize(picture.displayWidth, picture.displayHeight);
    this.#canvas = new OffscreenCanvas(this.#cell.width * STRIP_PICTURES, this.#cell.height);
  }

  /** `picture` stays the caller's. */
  async draw(picture: VideoFrame, { index }: ThumbnailPlace): Promise<void> {
    const { width, height } = this.#cell;
    await drawFrame(this.#canvas.getContext('2d'), picture, { x: index * width, width, height });
    this.#drawn.push(index);
  }

  /** The best quality that fits; undefined where even the worst does not. */
  async finish(maxBytes: number): Promise<ArrayBuffer | undefined> {
    this.#fillGaps();
    for (const quality of STRIP_QUALITIES) {
      const blob = await this.#canvas.convertToBlob({ type: 'image/jpeg', quality });
      if (blob.size <= maxBytes) return blob.arrayBuffer();
    }
    return undefined;
  }

  /** A picture that was not taken is the one before it, or the first there is. */
  #fillGaps(): void {
    const { width, height } = this.#cell;
    const context = this.#canvas.getContext('2d');
    let from = Math.min(...this.#drawn);
    for (let index = 0; index < STRIP_PICTURES; index++) {
      if (this.#drawn.includes(index)) from = index;
      else context?.drawImage(this.#canvas, from * width, 0, width, height, index * width, 0, width, height);
    }
  }
}
