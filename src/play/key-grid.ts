/** Lands a hair after the key frame: dash.js ignores a seek to exactly where it is, and rounding may fall before it. */
const AFTER_KEY_MS = 10;

/**
 * Where a seek to `mediaMs` really goes: onto the key frame at or before it. A target between two key frames leaves a
 * gap of up to one GOP in the buffer, in which dash.js 5.2.1 can hang for good (lab: 2 of 7 seeks).
 */
export function snapToKey(mediaMs: number, gopSeconds: number, endMs: number): number {
  const gopMs = gopSeconds * 1000;
  const inside = Math.max(0, Math.min(mediaMs, endMs - AFTER_KEY_MS));
  return Math.floor(inside / gopMs) * gopMs + AFTER_KEY_MS;
}

/** The key frame nearest to `mediaMs`, in milliseconds: where a decision about the end of what is buffered takes effect. */
export const nearestKey = (mediaMs: number, gopSeconds: number): number =>
  Math.round(mediaMs / (gopSeconds * 1000)) * gopSeconds * 1000;
