const PREVIEW_WIDTH = 640;
const PAINT_EVERY_MS = 80;

/** Shows pictures on a canvas of the page, small and not all of them: it is for a look, not for watching. */
export class PreviewPainter {
  #canvas: OffscreenCanvas | undefined;
  #paintedAtMs = Number.NEGATIVE_INFINITY;

  set canvas(canvas: OffscreenCanvas | undefined) {
    this.#canvas = canvas;
    this.#paintedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** `picture` stays the caller's. */
  paint(picture: VideoFrame): void {
    const now = performance.now();
    const canvas = this.#canvas;
    if (canvas === undefined || now - this.#paintedAtMs < PAINT_EVERY_MS) return;
    this.#paintedAtMs = now;
    const height = Math.round((PREVIEW_WIDTH * picture.displayHeight) / picture.displayWidth);
    if (canvas.width !== PREVIEW_WIDTH || canvas.height !== height) {
      canvas.width = PREVIEW_WIDTH;
      canvas.height = height;
    }
    canvas.getContext('2d', { alpha: false })?.drawImage(picture, 0, 0, PREVIEW_WIDTH, height);
  }
}
