import type { Size } from './i420-scaler.ts';
import type { Place } from './picture-frame.ts';

/** Formats that can be copied into the middle of a black picture; names as in WebCodecs. */
export type PlainFormat = 'I420' | 'I422' | 'I444' | 'NV12' | 'BGRX' | 'BGRA' | 'RGBX' | 'RGBA';

/** One plane: bytes of a sample, how many pixels it stands for in each direction, and what is black in it. */
interface Plane {
  readonly bytes: number;
  readonly across: 1 | 2;
  readonly down: 1 | 2;
  readonly black: number;
}

const plane = (bytes: number, across: 1 | 2, down: 1 | 2, black: number): Plane => ({ bytes, across, down, black });
const LUMA = plane(1, 1, 1, 16);
const RGB = [plane(4, 1, 1, 0)];

const PLANES: Readonly<Record<PlainFormat, readonly Plane[]>> = {
  I420: [LUMA, plane(1, 2, 2, 128), plane(1, 2, 2, 128)],
  I422: [LUMA, plane(1, 2, 1, 128), plane(1, 2, 1, 128)],
  I444: [LUMA, plane(1, 1, 1, 128), plane(1, 1, 1, 128)],
  NV12: [LUMA, plane(2, 2, 2, 128)],
  BGRX: RGB,
  BGRA: RGB,
  RGBX: RGB,
  RGBA: RGB,
};

export const isPlainFormat = (format: string | null): format is PlainFormat => format !== null && format in PLANES;

export interface FramedLayout {
  readonly byteLength: number;
  /** Of the whole frame, and of the picture's place in it: offsets and strides in bytes. */
  readonly frame: readonly { readonly offset: number; readonly stride: number }[];
  readonly picture: readonly { readonly offset: number; readonly stride: number }[];
}

/** How a picture lies inside a larger frame in one piece of memory. Sizes and places are even. */
export function framedLayout(format: PlainFormat, frame: Size, place: Place): FramedLayout {
  let offset = 0;
  const whole: { offset: number; stride: number }[] = [];
  const picture: { offset: number; stride: number }[] = [];
  for (const { bytes, across, down } of PLANES[format]) {
    const stride = Math.ceil(frame.width / across) * bytes;
    whole.push({ offset, stride });
    picture.push({ offset: offset + (place.y / down) * stride + (place.x / across) * bytes, stride });
    // A copy's planes may not touch, and each is taken to be whole rows from where the picture begins.
    const gap = (place.x / across) * bytes;
    offset += stride * Math.ceil(frame.height / down) + gap;
  }
  return { byteLength: offset, frame: whole, picture };
}

/** Makes a frame black, limited range (which full range shows as nearly black). */
export function fillBlack(data: Uint8Array, format: PlainFormat, layout: FramedLayout): void {
  for (const [i, { black }] of PLANES[format].entries())
    data.fill(black, layout.frame[i]?.offset ?? 0, layout.frame[i + 1]?.offset ?? layout.byteLength);
}
