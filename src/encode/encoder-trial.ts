/** Frames handed in before a trial waits: more than any encoder that is meant for live pictures holds. */
export const PROMPT_FRAMES = 8;
/** More than that is no encoder for live pictures at all. */
export const DEEP_FRAMES = 80;

export type TrialVerdict =
  /** So many frames stay inside before the first comes out; 0 for an encoder that answers promptly, as most do. */
  | { readonly kind: 'usable'; readonly heldFrames: number }
  /** Gives nothing, or pictures in another order than they are shown, which live parts cannot hold. */
  | { readonly kind: 'unusable' };

/** `sentAtFirst`: frames handed in when the first came out, undefined when none did; `order`: as they came out. */
export function judgeTrial(sentAtFirst: number | undefined, order: readonly number[]): TrialVerdict {
  const isInOrder = order.every((slot, i) => slot === i);
  if (!isInOrder || sentAtFirst === undefined) return { kind: 'unusable' };
  return { kind: 'usable', heldFrames: sentAtFirst > PROMPT_FRAMES ? sentAtFirst : 0 };
}
