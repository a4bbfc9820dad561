import type { Size } from './i420-scaler.ts';

/** BT.601 limited range, what cameras give and what a canvas is taken for; even sizes. The upper left of four pixels gives them their colour. */
export function rgbaToI420(rgba: Uint8ClampedArray, { width, height }: Size, data: Uint8Array): void {
  const u = width * height;
  const v = u + u / 4;
  let i = 0;
  for (let y = 0; y < height; y++) {
    const chroma = (y >> 1) * (width >> 1);
    for (let x = 0; x < width; x++, i += 4) {
      const r = rgba[i] ?? 0;
      const g = rgba[i + 1] ?? 0;
      const b = rgba[i + 2] ?? 0;
      data[y * width + x] = 16 + ((16_843 * r + 33_030 * g + 6_423 * b + 32_768) >> 16);
      if ((x | y) & 1) continue;
      data[u + chroma + (x >> 1)] = 128 + ((-9_699 * r - 19_071 * g + 28_770 * b + 32_768) >> 16);
      data[v + chroma + (x >> 1)] = 128 + ((28_770 * r - 24_117 * g - 4_653 * b + 32_768) >> 16);
    }
  }
}
