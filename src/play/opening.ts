import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { isOver } from './player-phase.ts';

/** Where playback begins, in media time. */
export type Opening =
  | { readonly kind: 'recording'; readonly mediaMs: number }
  | { readonly kind: 'live-edge' }
  /** A moment of a live behind its edge. */
  | { readonly kind: 'live-moment'; readonly mediaMs: number };

export interface OpeningFacts {
  readonly state: BroadcastDetail['state'];
  /** What the person or an earlier visit chose; undefined: nothing. */
  readonly chosenMs: number | undefined;
  /** Where what this device has begins; undefined: the origin answers, or the device has nothing. */
  readonly keptFromMs: number | undefined;
}

export function openingOf({ state, chosenMs, keptFromMs }: OpeningFacts): Opening {
  if (keptFromMs !== undefined) return { kind: 'recording', mediaMs: chosenMs ?? keptFromMs };
  if (isOver({ state })) return { kind: 'recording', mediaMs: chosenMs ?? 0 };
  return chosenMs === undefined ? { kind: 'live-edge' } : { kind: 'live-moment', mediaMs: chosenMs };
}
