import type { MediaRange } from '../protocol/broadcast.ts';

/** How the creator's outage stands for this viewer. filling: what comes next here is still being sent. */
export type Outage =
  | { readonly kind: 'none' }
  | { readonly kind: 'away' }
  | { readonly kind: 'filling'; readonly leftMs: number | undefined };

/** What is known of the timeline, in milliseconds of media time. */
export interface Holdings {
  /** What had been captured when the origin was last asked. */
  readonly askedAtMs: number;
  readonly knownEndMs: number;
  readonly missing: readonly MediaRange[];
}

/** The live edge is a second or so old when all is well; a silence this long is an outage. */
const AWAY_AFTER_MS = 3000;
/** The tracks end a little apart: so close to the known end it is not known of all of them. */
const TRACKS_APART_MS = 500;
/** The largest piece that a request brings. */
export const HOLD_AHEAD_MS = 2000;
/** Going on with less would soon stop again. */
export const GO_AHEAD_MS = 10_000;
/** What a viewer at the edge lost by less than this is not worth a word. */
const WORTH_A_WORD_MS = 3000;

/** True while nothing new has come to the origin for longer than a slow line explains. */
export const isCreatorAway = ({ askedAtMs, knownEndMs }: Holdings): boolean => askedAtMs - knownEndMs > AWAY_AFTER_MS;

const overlapMs = (span: MediaRange, fromMs: number, toMs: number): number =>
  Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs));

export const missingWithin = (missing: readonly MediaRange[], fromMs: number, toMs: number): number =>
  missing.reduce((sum, span) => sum + overlapMs(span, fromMs, toMs), 0);

/**
 * Whether a request for media at `atMs` should be made now. Who follows the live edge jumps over what is missing;
 * anybody else waits for it. Neither asks for what was never sent.
 */
export function mayAsk(atMs: number, aheadMs: number, isFollowing: boolean, holdings: Holdings): boolean {
  if (isCreatorAway(holdings) && atMs >= holdings.knownEndMs) return false;
  return isFollowing || missingWithin(holdings.missing, atMs, atMs + aheadMs) === 0;
}

/** What becomes of media at `atMs` that a request did not find. there: it came meanwhile. */
export function fateOfSkipped(atMs: number, isFollowing: boolean, holdings: Holdings): 'wait' | 'there' | 'never' {
  if (isFollowing) return 'never';
  const hasCome = atMs < holdings.knownEndMs - TRACKS_APART_MS && missingWithin(holdings.missing, atMs, atMs + 1) === 0;
  return hasCome ? 'there' : 'wait';
}

/** What a viewer at the edge did not see: from where it stood still to where it went on; undefined: nothing much. */
export function missedBy(stoodAtMs: number, wentOnAtMs: number): MediaRange | undefined {
  return wentOnAtMs - stoodAtMs < WORTH_A_WORD_MS ? undefined : { fromMs: stoodAtMs, toMs: wentOnAtMs };
}

export interface FillSample {
  readonly atMs: number;
  readonly missingMs: number;
}

/** Time until `neededMs` more of the missing is here, by how fast it got less; undefined while that is not known. */
export function fillLeftMs(samples: readonly FillSample[], neededMs: number): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
  const perMs = (first.missingMs - last.missingMs) / (last.atMs - first.atMs);
  return perMs > 0 ? neededMs / perMs : undefined;
}
