import { type Micros, micros } from '../protocol/time.ts';

/**
 * One stretch of a file played without a stop: which moment of the file is due at which moment of the clock. Pausing ends
 * a run, a loop is a run behind a run.
 */
export interface PlayoutRun {
  readonly fromSeconds: number;
  readonly endSeconds: number;
  /** Clock time at which the file's second 0 is, or would have been, due. */
  readonly zero: Micros;
}

/** Decoders need a moment: what comes first is due this much later. */
const LEAD_MICROS = 250_000;

export function beginRun(fromSeconds: number, endSeconds: number, now: Micros): PlayoutRun {
  return { fromSeconds, endSeconds, zero: micros(now + LEAD_MICROS - fromSeconds * 1_000_000) };
}

/** From the file's start again, without a gap. */
export function loopRun({ endSeconds, zero }: PlayoutRun, startSeconds: number): PlayoutRun {
  return { fromSeconds: startSeconds, endSeconds, zero: micros(zero + (endSeconds - startSeconds) * 1_000_000) };
}

export const dueAt = (run: PlayoutRun, seconds: number): Micros => micros(run.zero + seconds * 1_000_000);

/** Where in the file a run is, never outside it. */
export function positionAt({ fromSeconds, endSeconds, zero }: PlayoutRun, now: Micros): number {
  return Math.max(fromSeconds, Math.min(endSeconds, (now - zero) / 1_000_000));
}

export type PictureFate =
  | 'wait'
  | 'show'
  /** A newer one is there and this one is late. */
  | 'skip'
  /** So late that decoding has to begin anew further on. */
  | 'jump'
  /** The run behind this one shows its own pictures by now, and nothing goes back. */
  | 'over';

const LATE_MICROS = 60_000;
const LOST_MICROS = 1_500_000;

/** `nextBegins`: when the run behind this one does; undefined when there is none. */
export function pictureFate(due: Micros, now: Micros, hasNewer: boolean, nextBegins?: Micros): PictureFate {
  if (nextBegins !== undefined && now >= nextBegins) return 'over';
  if (due > now) return 'wait';
  if (now - due > LOST_MICROS) return 'jump';
  return now - due > LATE_MICROS && hasNewer ? 'skip' : 'show';
}

/** Decoded pictures that may wait, by the size of one in the file: an 8K picture is 50 MB. */
export function waitingLimit({ width, height }: { readonly width: number; readonly height: number }): number {
  const bytes = width * height * 1.5;
  return Math.max(2, Math.min(8, Math.floor(120_000_000 / bytes)));
}
