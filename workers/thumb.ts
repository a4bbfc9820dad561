import type { Size } from '../src/encode/i420-scaler.ts';
import { StageError } from '../src/protocol/errors.ts';
import { drawFrame } from './draw-frame.ts';

/** Pictures are compared this small: what matters is what they show, not how sharp they are. */
const THUMB: Size = { width: 128, height: 72 };
/** Honest renditions lie well above, also of pictures that are nothing but sharp edges; another picture mostly below. */
export const MIN_PSNR_DB = 22;

/** By way of `size`: edges suffer from the way, and what is compared shall suffer the same. */
export async function thumbOf(picture: VideoFrame, size: Size): Promise<Uint8ClampedArray> {
  const whole = contextOf(size);
  await drawFrame(whole, picture, { x: 0, ...size });
  const thumb = contextOf(THUMB);
  thumb.drawImage(whole.canvas, 0, 0, THUMB.width, THUMB.height);
  return thumb.getImageData(0, 0, THUMB.width, THUMB.height).data;
}

function contextOf({ width, height }: Size): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new StageError('capture', 'no_canvas', 'This browser gave no canvas to compare pictures.');
  context.imageSmoothingQuality = 'high';
  return context;
}
