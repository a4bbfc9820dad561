import type { Hlc, Position } from '../protocol/positions.ts';
import { isCleared, newest } from './merge.ts';
import { isWorthResuming, resumeAtMs } from './thresholds.ts';

/** Nearer than this, two devices are at the same place. */
export const SAME_PLACE_MS = 30_000;

/** What is known when a watch page opens. */
export interface ResumeFacts {
  /** What this device wrote last, from its own store. */
  readonly own: Position | undefined;
  /** What the origin holds, written by any device; the guest's own again when not logged in. */
  readonly account: Position | undefined;
  readonly deviceId: string;
  readonly clearedHlc: Hlc;
  readonly gopMs: number;
  readonly broadcast:
    | { readonly kind: 'recording'; readonly durationMs: number }
    /** `earliestMs`: the oldest moment that can still be played. */
    | { readonly kind: 'live'; readonly earliestMs: number; readonly edgeMs: number };
}

/**
 * start: from the beginning. edge: live. go: there, without a question. ask: "Continue at 47:23 (from Phone)" beside
 * this device's own place, which is played until the person decides. offer: live plays, and the place left behind is
 * one press away; `isTooOld` when it slid out of what can be played, and `atMs` is the earliest there is.
 */
export type ResumeChoice =
  | { readonly kind: 'start' }
  | { readonly kind: 'edge' }
  | { readonly kind: 'go'; readonly atMs: number }
  | { readonly kind: 'ask'; readonly ownAtMs: number; readonly otherAtMs: number; readonly other: Position }
  | { readonly kind: 'offer'; readonly atMs: number; readonly behindMs: number; readonly isTooOld: boolean };

/** Where to begin. Pure; nothing is written before five seconds were really watched. */
export function chooseResume(facts: ResumeFacts): ResumeChoice {
  const { broadcast, gopMs } = facts;
  const durationMs = broadcast.kind === 'recording' ? broadcast.durationMs : null;
  const keep = (position: Position | undefined): Position | undefined =>
    position !== undefined && !isCleared(position, facts.clearedHlc) ? position : undefined;
  const own = keep(facts.own?.device.id === facts.deviceId ? facts.own : undefined);
  const account = keep(facts.account);
  const last = own === undefined ? account : account === undefined ? own : newest(own, account);
  const isTombstoned = facts.account?.state === 'cleared' && own !== undefined && facts.account.hlc >= own.hlc;
  const nowhere: ResumeChoice = broadcast.kind === 'live' ? { kind: 'edge' } : { kind: 'start' };
  if (last === undefined || isTombstoned || !isWorthResuming(last, durationMs)) return nowhere;
  if (broadcast.kind === 'live') return chooseLive(last, broadcast, gopMs);
  const isOthers = last.device.id !== facts.deviceId;
  const ownPlace = own !== undefined && isWorthResuming(own, durationMs) ? own : undefined;
  if (isOthers && ownPlace !== undefined && Math.abs(last.mediaMs - ownPlace.mediaMs) >= SAME_PLACE_MS)
    return {
      kind: 'ask',
      ownAtMs: resumeAtMs(ownPlace.mediaMs, gopMs),
      otherAtMs: resumeAtMs(last.mediaMs, gopMs),
      other: last,
    };
  return { kind: 'go', atMs: resumeAtMs(last.mediaMs, gopMs) };
}

function chooseLive(
  last: Position,
  { earliestMs, edgeMs }: { readonly earliestMs: number; readonly edgeMs: number },
  gopMs: number,
): ResumeChoice {
  if (last.isAtEdge || edgeMs - last.mediaMs < SAME_PLACE_MS) return { kind: 'edge' };
  const wantedMs = resumeAtMs(last.mediaMs, gopMs);
  const atMs = Math.max(wantedMs, earliestMs);
  return { kind: 'offer', atMs, behindMs: edgeMs - atMs, isTooOld: wantedMs < earliestMs };
}
