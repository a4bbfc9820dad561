export interface BufferedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StuckInput {
  readonly positionMs: number;
  readonly isPaused: boolean;
  readonly isSeeking: boolean;
  /** `HTMLMediaElement.readyState`. */
  readonly readyState: number;
  /** How long the playhead has not moved although it should. */
  readonly stillForMs: number;
  /** What lies here is still being sent, and this viewer waits for it. */
  readonly isAwaited: boolean;
  readonly buffered: readonly BufferedSpan[];
}

const STUCK_SEEKING_MS = 700;
const STUCK_PLAYING_MS = 1000;
/** A seek that waits for the line must not end in what an earlier place left far ahead. */
const FAR_SEEKING_MS = 10_000;
const NEAR_MS = 2500;
const PAST_START_MS = 10;
const HAVE_FUTURE_DATA = 3;

/**
 * Where to put a playhead that hangs in a hole while media lies ahead of it: dash.js 5.2.1 leaves a seek that landed
 * between two key frames in a hole of up to a GOP, and never corrects it. undefined when nothing is wrong, or nothing
 * is buffered ahead that could help.
 */
export function rescueFromHole(input: StuckInput): number | undefined {
  if (input.isPaused && !input.isSeeking) return undefined;
  const patienceMs = input.isSeeking ? STUCK_SEEKING_MS : STUCK_PLAYING_MS;
  if (input.stillForMs < patienceMs || (!input.isSeeking && input.readyState >= HAVE_FUTURE_DATA)) return undefined;
  const ahead = input.buffered.find((span) => span.fromMs > input.positionMs && span.toMs - span.fromMs > 50);
  if (ahead === undefined) return undefined;
  const isFar = ahead.fromMs - input.positionMs > NEAR_MS;
  if (isFar && (input.isAwaited || (input.isSeeking && input.stillForMs < FAR_SEEKING_MS))) return undefined;
  return ahead.fromMs + PAST_START_MS;
}
