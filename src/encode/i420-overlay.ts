import type { Size } from './i420-scaler.ts';
import type { Place } from './picture-frame.ts';

/** Copies a tight I420 picture of the place's size over a tight I420 picture of size `frame`. Places are even. */
export function overlayI420(frame: Uint8Array, size: Size, picture: Uint8Array, place: Place): void {
  let from = 0;
  let to = 0;
  for (const part of [1, 2, 2]) {
    const stride = size.width / part;
    const width = place.width / part;
    for (let y = 0; y < place.height / part; y++) {
      frame.set(picture.subarray(from, from + width), to + (place.y / part + y) * stride + place.x / part);
      from += width;
    }
    to += stride * (size.height / part);
  }
}
