import type { BroadcastState } from '../protocol/broadcast.ts';

/** How long a creator may be silent; both settings of the origin. */
export interface SilenceRules {
  /** After this a live broadcast is called interrupted. */
  readonly interruptedAfterMs: number;
  /** After this it is over. */
  readonly endedAfterMs: number;
}

export const SILENCE_RULES: SilenceRules = { interruptedAfterMs: 90_000, endedAfterMs: 30 * 60_000 };

/** How long a broadcast that has ended waits for parts that are missing before it is sealed without them. */
export const OPEN_AFTER_END_MS = 7 * 24 * 3600_000;
/**
 * How long the manifest stays dynamic after the end, so that live players run out of media before it turns static:
 * the largest target a player of ours keeps (Stable, 3 s), the manifest's update period (2 s), and 3 s of room.
 */
export const PROCESSING_MS = 8000;

/** A broadcast's state with the time that its next timer counts from. */
export type Life =
  | { readonly state: 'reserved' | 'ended' | 'sealed' }
  | { readonly state: 'live' | 'interrupted'; readonly heardMs: number }
  | { readonly state: 'processing'; readonly endedMs: number };

export type LifeEvent =
  /** An upload is over from its first moment: nothing of it is live, and all of it is back-fill. */
  | { readonly kind: 'started'; readonly isUpload: boolean }
  /** A part came. `isComplete`: with it, everything up to the end is in. */
  | { readonly kind: 'heard'; readonly isComplete: boolean }
  /** By the creator. After an end by silence it only makes that end final. */
  | { readonly kind: 'ended'; readonly isComplete: boolean }
  /** What is still missing is given up. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'timer'; readonly isComplete: boolean };

/** Where a broadcast goes on whose origin was stopped in `state`. */
export function lifeAfterRestart(
  { state, endedMs }: { readonly state: BroadcastState; readonly endedMs: number | undefined },
  nowMs: number,
): Life {
  switch (state) {
    case 'live':
    case 'interrupted':
      // The time the origin was down is not the creator's silence.
      return { state, heardMs: nowMs };
    case 'processing':
      return { state, endedMs: endedMs ?? nowMs };
    default:
      return { state };
  }
}

/** When `next` must be called with a timer event; undefined when time alone changes nothing. */
export function timerMs(life: Life, rules: SilenceRules): number | undefined {
  if (life.state === 'live') return life.heardMs + rules.interruptedAfterMs;
  if (life.state === 'interrupted') return life.heardMs + rules.endedAfterMs;
  if (life.state === 'processing') return life.endedMs + PROCESSING_MS;
  return undefined;
}

/** The pure transition; an event that means nothing in a state leaves it as it is. */
export function next(life: Life, event: LifeEvent, nowMs: number, rules: SilenceRules): Life {
  const isOpen = life.state === 'live' || life.state === 'interrupted';
  switch (event.kind) {
    case 'started':
      if (life.state !== 'reserved') return life;
      return event.isUpload ? { state: 'ended' } : { state: 'live', heardMs: nowMs };
    case 'heard':
      if (isOpen) return { state: 'live', heardMs: nowMs };
      return life.state === 'ended' && event.isComplete ? { state: 'sealed' } : life;
    case 'ended':
      if (isOpen) return { state: 'processing', endedMs: nowMs };
      return life.state === 'ended' && event.isComplete ? { state: 'sealed' } : life;
    case 'expired':
      return life.state === 'ended' ? { state: 'sealed' } : life;
    case 'timer': {
      if (nowMs < (timerMs(life, rules) ?? Number.POSITIVE_INFINITY)) return life;
      if (life.state === 'live') return { state: 'interrupted', heardMs: life.heardMs };
      if (life.state === 'interrupted') return { state: 'processing', endedMs: nowMs };
      return { state: event.isComplete ? 'sealed' : 'ended' };
    }
  }
}

/** After an end nothing new is recorded; holes before it may still be filled. */
export const isOver = (state: BroadcastState): boolean =>
  state === 'processing' || state === 'ended' || state === 'sealed';

/** The manifest of these states is static. */
export const isStatic = (state: BroadcastState): boolean => state === 'ended' || state === 'sealed';
