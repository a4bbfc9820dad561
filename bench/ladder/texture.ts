/** An RGB or RGBA picture, row by row. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/** Same numbers everywhere for the same seed; 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Smooth noise of one wavelength, -1 to 1, added to `into` with `weight`. */
function addOctave(
  into: Float32Array,
  width: number,
  height: number,
  wavelength: number,
  weight: number,
  seed: number,
) {
  const columns = Math.ceil(width / wavelength) + 2;
  const rows = Math.ceil(height / wavelength) + 2;
  const random = randomFrom(seed);
  const lattice = Float32Array.from({ length: columns * rows }, () => random() * 2 - 1);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / wavelength);
    const fy = y / wavelength - row;
    const sy = fy * fy * (3 - 2 * fy);
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / wavelength);
      const fx = x / wavelength - column;
      const sx = fx * fx * (3 - 2 * fx);
      const at = row * columns + column;
      const [a = 0, b = 0] = [lattice[at], lattice[at + 1]];
      const [c = 0, d = 0] = [lattice[at + columns], lattice[at + columns + 1]];
      const top = a + (b - a) * sx;
      const bottom = c + (d - c) * sx;
      const i = y * width + x;
      into[i] = (into[i] ?? 0) + weight * (top + (bottom - top) * sy);
    }
  }
}

/** Noise whose amplitude falls with frequency as in photographs (about 1/f). */
function natural(width: number, height: number, longest: number, shortest: number, seed: number): Float32Array {
  const field = new Float32Array(width * height);
  for (let wavelength = longest, n = 0; wavelength >= shortest; wavelength /= 2, n++)
    addOctave(field, width, height, wavelength, (wavelength / longest) ** 0.8, seed + n);
  return field;
}

const clamp = (value: number): number => Math.max(0, Math.min(255, value));

const MATERIALS = 6;

/**
 * A landscape of a few materials with hard borders between them, each with its own colour, and fine structure on some
 * of them only: as in a photograph, there are edges, flat places and rough ones.
 */
export function scenery(width: number, height: number, seed: number): Texture {
  const shape = natural(width, height, 640, 40, seed);
  const detail = natural(width, height, 32, 2, seed + 100);
  const light = natural(width, height, 1024, 256, seed + 200);
  const random = randomFrom(seed + 300);
  const materials = Array.from({ length: MATERIALS }, () => ({
    colour: [60 + random() * 140, 60 + random() * 130, 50 + random() * 130],
    roughness: random() < 0.35 ? 3 : 12 + random() * 26,
  }));
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const level = ((shape[i] ?? 0) + 1.2) * 2.5;
    const material = materials[Math.max(0, Math.min(MATERIALS - 1, Math.floor(level)))];
    const shade = (detail[i] ?? 0) * (material?.roughness ?? 0) + (light[i] ?? 0) * 30;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = clamp((material?.colour[c] ?? 0) + shade);
  }
  return { width, height, channels: 3, data };
}

/** A body with a soft irregular outline, to be moved in front of a scenery. */
export function figure(width: number, height: number, seed: number): Texture {
  const outline = natural(width, height, 160, 20, seed);
  const detail = natural(width, height, 48, 3, seed + 100);
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const r = Math.hypot((x / width - 0.5) * 2, (y / height - 0.5) * 2);
      const inside = (0.8 - r + (outline[i] ?? 0) * 0.12) * 40;
      const shade = (detail[i] ?? 0) * 34 + (0.5 - y / height) * 50;
      data.set([clamp(150 + shade), clamp(110 + shade * 0.9), clamp(95 + shade * 0.8)], i * 4);
      data[i * 4 + 3] = clamp(inside * 255);
    }
  }
  return { width, height, channels: 4, data };
}

/** PAM, which ffmpeg reads as `-f image2 -c:v pam`. */
export function toPam({ width, height, channels, data }: Texture): Buffer {
  const kind = channels === 4 ? 'RGB_ALPHA' : 'RGB';
  const header = `P7\nWIDTH ${width}\nHEIGHT ${height}\nDEPTH ${channels}\nMAXVAL 255\nTUPLTYPE ${kind}\nENDHDR\n`;
  return Buffer.concat([Buffer.from(header, 'latin1'), data]);
}
