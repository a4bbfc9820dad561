import { drawFrame } from './draw-frame.ts';

const PREVIEW_WIDTH = 640;
const PAINT_EVERY_MS = 80;

/** Shows pictures on a canvas of the page, small and not all of them: it is for a look, not for watching. */
export class PreviewPainter {
  #canvas: OffscreenCanvas | undefined;
  #isPainting = false;
  #paintedAtMs = Number.NEGATIVE_INFINITY;

  set canvas(canvas: OffscreenCanvas | undefined) {
    this.#canvas = canvas;
    this.#paintedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** `picture` stays the caller's. */
  paint(picture: VideoFrame): void {
    const now = performance.now();
    const canvas = this.#canvas;
    if (canvas === undefined || this.#isPainting || now - this.#paintedAtMs < PAINT_EVERY_MS) return;
    this.#paintedAtMs = now;
    this.#isPainting = true;
    void this.#draw(canvas, picture.clone()).finally(() => {
      this.#isPainting = false;
    });
  }

  /** Takes ownership of `picture`. A look that fails is followed by another. */
  async #draw(canvas: OffscreenCanvas, picture: VideoFrame): Promise<void> {
    const height = Math.round((PREVIEW_WIDTH * picture.displayHeight) / picture.displayWidth);
    if (canvas.width !== PREVIEW_WIDTH || canvas.height !== height) {
      canvas.width = PREVIEW_WIDTH;
      canvas.height = height;
    }
    try {
      await drawFrame(canvas.getContext('2d', { alpha: false }), picture, { x: 0, width: PREVIEW_WIDTH, height });
    } catch {
      return;
    } finally {
      picture.close();
    }
  }
}
