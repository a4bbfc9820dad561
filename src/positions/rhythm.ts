/** Real playback since load or the last seek before anything is written: opening a page is not watching. */
export const COUNTS_AFTER_MS = 5000;
const SAVE_EVERY_MS = 5000;
const SEND_EVERY_MS = 15_000;
const SEND_JITTER_MS = 3000;
/** At the live edge the moment says little. */
const SEND_EVERY_AT_EDGE_MS = 60_000;
/** A longer gap between two ticks is a suspended tab, not playback. */
const LONGEST_TICK_MS = 2000;

/**
 * What the page has seen of its player. All times are milliseconds of one monotonic clock. `undefined` means never or
 * not now.
 */
export interface Rhythm {
  /** Of this stretch: since load, or since the last seek. */
  readonly playedMs: number;
  readonly tickedMs: number | undefined;
  readonly savedMs: number | undefined;
  readonly sentMs: number | undefined;
  /** Something was watched that the origin has not been told. */
  readonly isUnsent: boolean;
  /** The seek to where the person was is under way: where the player is says nothing. */
  readonly isResuming: boolean;
}

/** `tick`: the player plays, a few times a second. `halt`: it waits for media. `seek`: to another moment, begun. */
export type RhythmEvent =
  | { readonly kind: 'tick'; readonly isAtEdge: boolean }
  | { readonly kind: 'halt' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'seek' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'hidden' }
  | { readonly kind: 'resume-begins' }
  | { readonly kind: 'resume-done' };

/**
 * none. save: to this device. send: to this device and the origin. leave: the same, in a way that outlives the page
 * (`keepalive`). At a `seek` the moment to write is the one before it.
 */
export type RhythmWrite = 'none' | 'save' | 'send' | 'leave';

export const RHYTHM_START: Rhythm = {
  playedMs: 0,
  tickedMs: undefined,
  savedMs: undefined,
  sentMs: undefined,
  isUnsent: false,
  isResuming: false,
};

/** 15 s, 12 to 18 by `random` (0 to 1), so that viewers of one moment do not all write at once; 60 s at the edge. */
const sendEveryMs = (isAtEdge: boolean, random: number): number =>
  (isAtEdge ? SEND_EVERY_AT_EDGE_MS : SEND_EVERY_MS) + (random * 2 - 1) * SEND_JITTER_MS;

const isOver = (sinceMs: number | undefined, nowMs: number, everyMs: number): boolean =>
  sinceMs === undefined || nowMs - sinceMs >= everyMs;

interface RhythmStep {
  readonly rhythm: Rhythm;
  readonly write: RhythmWrite;
}

const quiet = (rhythm: Rhythm): RhythmStep => ({ rhythm, write: 'none' });

/** Writes what is unsent, if there is anything. */
function flush(rhythm: Rhythm, nowMs: number, write: 'send' | 'leave'): RhythmStep {
  if (!rhythm.isUnsent) return quiet(rhythm);
  return { rhythm: { ...rhythm, isUnsent: false, savedMs: nowMs, sentMs: nowMs }, write };
}

function tick(before: Rhythm, nowMs: number, isAtEdge: boolean, random: number): RhythmStep {
  if (before.isResuming) return quiet(before);
  const stepMs = before.tickedMs === undefined ? 0 : Math.min(LONGEST_TICK_MS, Math.max(0, nowMs - before.tickedMs));
  const rhythm = { ...before, playedMs: before.playedMs + stepMs, tickedMs: nowMs };
  if (rhythm.playedMs < COUNTS_AFTER_MS) return quiet(rhythm);
  const watched = { ...rhythm, isUnsent: true };
  // The first moment that counts after a load or a seek goes out at once.
  const isFirst = before.playedMs < COUNTS_AFTER_MS;
  if (isFirst || isOver(rhythm.sentMs, nowMs, sendEveryMs(isAtEdge, random))) return flush(watched, nowMs, 'send');
  if (isOver(rhythm.savedMs, nowMs, SAVE_EVERY_MS)) return { rhythm: { ...watched, savedMs: nowMs }, write: 'save' };
  return quiet(watched);
}

/** What to write after this event. Pure; `random` is 0 to 1. */
export function nextRhythm(rhythm: Rhythm, event: RhythmEvent, nowMs: number, random: number): RhythmStep {
  const stopped = { ...rhythm, tickedMs: undefined };
  switch (event.kind) {
    case 'tick':
      return tick(rhythm, nowMs, event.isAtEdge, random);
    case 'halt':
      return quiet(stopped);
    case 'pause':
    case 'ended':
      return flush(stopped, nowMs, 'send');
    case 'hidden':
      return flush(rhythm, nowMs, 'leave');
    case 'seek': {
      const { write, rhythm: flushed } = flush(stopped, nowMs, 'send');
      return { rhythm: { ...flushed, playedMs: 0 }, write };
    }
    case 'resume-begins':
      return quiet({ ...stopped, playedMs: 0, isUnsent: false, isResuming: true });
    case 'resume-done':
      return quiet({ ...stopped, playedMs: 0, isResuming: false });
  }
}
