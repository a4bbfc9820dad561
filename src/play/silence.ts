export interface Silence {
  /** Since the stream last brought a byte, or was opened. */
  readonly silentMs: number;
  /** End of the part that is waited for, in media time. */
  readonly partEndMs: number;
  /** End of what the origin is known to hold, in media time. */
  readonly knownEndMs: number;
}

/** A stream that brings nothing although the origin holds the part is given this long. */
const BROKEN_AFTER_MS = 3000;
/** Its end is that of the longest track, and the others are not there quite yet. */
const TRACKS_APART_MS = 500;
/** The origin breaks a silent stream by itself after 10 s, and holds one past the end for 8 s. */
const DEAD_AFTER_MS = 15_000;

/**
 * Whether an open stream is broken, or there is nothing for it to bring: the creator is away, or the broadcast is over.
 * In nothing, another request would bring nothing either.
 */
export function isBroken({ silentMs, partEndMs, knownEndMs }: Silence): boolean {
  return silentMs >= (knownEndMs - TRACKS_APART_MS >= partEndMs ? BROKEN_AFTER_MS : DEAD_AFTER_MS);
}
