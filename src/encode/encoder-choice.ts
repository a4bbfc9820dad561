import type { LeftOut, Rung } from './ladder.ts';

/** webcodecs: the browser's own. wasm: FFmpeg's x264 in WebAssembly, a part that a server may have or not. */
export const ENCODER_NAMES = ['webcodecs', 'wasm'] as const;
export type EncoderName = (typeof ENCODER_NAMES)[number];

/** Two failures within this, and the next implementation takes over. */
export const FAILURE_WINDOW_MS = 30_000;
const MAX_FAILURES = 2;

/** `failures`: when this implementation failed before, in milliseconds of one clock. */
export function afterFailure(
  failures: readonly number[],
  nowMs: number,
): { readonly failures: readonly number[]; readonly next: 'again' | 'another' } {
  const recent = [...failures.filter((at) => nowMs - at < FAILURE_WINDOW_MS), nowMs];
  return { failures: recent, next: recent.length < MAX_FAILURES ? 'again' : 'another' };
}

/** An encoder that gives nothing for this long has hung. */
export const HANG_MS = 3_000;

/** `oldestMs`: when the first of the pictures that are inside went in; `heldMs` of pictures are always inside. */
export const hasHung = (oldestMs: number | undefined, nowMs: number, heldMs: number): boolean =>
  oldestMs !== undefined && nowMs - oldestMs > HANG_MS + heldMs;

/** One thread without vector instructions for each rendition: above this it is never real time on a small machine. */
const WASM_MAX_HEIGHT = 480;
const WASM_MAX_RUNGS = 2;

/** Which rungs an implementation is measured with at all; the measurement may leave out more. */
export function rungsFor(encoder: EncoderName, rungs: readonly Rung[]): readonly Rung[] {
  if (encoder === 'webcodecs') return rungs;
  const falling = [...rungs].sort((a, b) => b.height - a.height);
  const small = falling.filter(({ height }) => height <= WASM_MAX_HEIGHT);
  const [top, ...others] = small.length > 0 ? small : falling.slice(-1);
  if (top === undefined) return [];
  return [top, ...others.slice(1 - WASM_MAX_RUNGS)];
}

export function leftOutBy(encoder: EncoderName, rungs: readonly Rung[]): readonly LeftOut[] {
  const kept = rungsFor(encoder, rungs);
  return rungs
    .filter((rung) => !kept.includes(rung))
    .map(({ height }) => ({ height, reason: 'The fallback encoder makes two small qualities at most.' }));
}
