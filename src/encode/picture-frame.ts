import type { Size } from './i420-scaler.ts';

export interface Place extends Size {
  readonly x: number;
  readonly y: number;
}

/** Widths of renditions are multiples of 16: up to this much their shape differs from the source's unseen. */
const SHAPE_TOLERANCE = 0.015;

const even = (value: number): number => Math.max(2, Math.round(value / 2) * 2);
const evenDown = (value: number): number => Math.floor(value / 4) * 2;

/** Whether a picture of the one size would be visibly stretched in a frame of the other. */
export function hasOtherShape(picture: Size, frame: Size): boolean {
  const ratio = (picture.width * frame.height) / (picture.height * frame.width);
  return Math.abs(ratio - 1) > SHAPE_TOLERANCE;
}

/** The largest even place in the middle of `frame` that keeps the picture's shape; never larger than the frame. */
export function fitInside(picture: Size, frame: Size): Place {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const width = Math.min(frame.width, even(picture.width * scale));
  const height = Math.min(frame.height, even(picture.height * scale));
  return { width, height, x: evenDown(frame.width - width), y: evenDown(frame.height - height) };
}

/** The smallest even size of the shape of `shape` that has room for the picture unscaled, and the picture's place in it. */
export function frameAround(picture: Size, shape: Size): { readonly frame: Size; readonly place: Place } {
  const aspect = shape.width / shape.height;
  const frame = {
    width: even(Math.max(picture.width, picture.height * aspect)),
    height: even(Math.max(picture.height, picture.width / aspect)),
  };
  const x = evenDown(Math.max(0, frame.width - picture.width));
  const y = evenDown(Math.max(0, frame.height - picture.height));
  return { frame, place: { ...picture, x, y } };
}

/** Not larger than `limit` in either direction, even, in its own shape. */
export function shrinkTo(picture: Size, limit: Size): Size {
  const scale = Math.min(1, limit.width / picture.width, limit.height / picture.height);
  const down = (length: number): number => Math.max(2, Math.floor((length * scale) / 2 + 1e-6) * 2);
  return { width: down(picture.width), height: down(picture.height) };
}

const CORNER_SHARE = 0.24;
const CORNER_MARGIN = 0.025;

/** Where a camera's picture lies over a screen's: at the right below, where most pages have nothing. */
export function cornerPlace(camera: Size, frame: Size): Place {
  const { width, height } = fitInside(camera, { width: frame.width * CORNER_SHARE, height: frame.height / 3 });
  const [w, h] = [Math.floor(width / 2) * 2, Math.floor(height / 2) * 2];
  const margin = even(frame.height * CORNER_MARGIN);
  return {
    width: w,
    height: h,
    x: evenDown(2 * (frame.width - w - margin)),
    y: evenDown(2 * (frame.height - h - margin)),
  };
}
