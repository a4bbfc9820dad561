import type { Size } from './i420-scaler.ts';

const BARS = 48;
const LUMA = 168;
const QUIET_LUMA = 58;
const U = 150;
const V = 100;
const FLOOR_DB = -54;

/** The newest loudness at the right, older ones moved to the left; `BARS` of them. Peaks are 0 to 1. */
export function pushLevel(levels: readonly number[], peak: number): readonly number[] {
  const db = peak <= 0 ? FLOOR_DB : 20 * Math.log10(peak);
  const share = Math.max(0, Math.min(1, 1 - db / FLOOR_DB));
  const known = levels.length === BARS ? levels : Array.from({ length: BARS }, () => 0);
  return [...known.slice(1), share];
}

/** Draws loudness over time into an I420 picture: upright bars around one line, in the lower half. */
export function drawLevels(data: Uint8Array, { width, height }: Size, levels: readonly number[]): void {
  const u = width * height;
  const v = u + u / 4;
  const step = Math.floor((width * 0.7) / BARS / 2) * 2;
  const bar = Math.max(2, Math.floor(step / 4) * 2);
  const left = Math.floor((width - step * BARS) / 4) * 2;
  const middle = Math.floor((height * 0.68) / 2) * 2;
  const reach = Math.floor((height * 0.2) / 2) * 2;
  for (const [i, level] of levels.entries()) {
    const half = Math.max(2, Math.round((level * reach) / 2) * 2);
    const x = left + i * step;
    const isHeard = half > 2;
    for (let y = middle - half; y < middle + half; y++) {
      data.fill(isHeard ? LUMA : QUIET_LUMA, y * width + x, y * width + x + bar);
      if (!isHeard || y & 1) continue;
      const chroma = (y >> 1) * (width >> 1) + (x >> 1);
      data.fill(U, u + chroma, u + chroma + (bar >> 1));
      data.fill(V, v + chroma, v + chroma + (bar >> 1));
    }
  }
}
