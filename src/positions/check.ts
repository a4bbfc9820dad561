import type { Position } from '../protocol/positions.ts';
import { hlcMs } from './hlc.ts';

/** A player's last moment and the origin's duration may differ by a few frames. */
const END_SLACK_MS = 2000;
/** Clocks of viewers are estimates. */
const EDGE_SLACK_MS = 5000;

/** What the origin knows of the broadcast. */
export interface BroadcastExtent {
  readonly isOver: boolean;
  /** Of what is stored. */
  readonly durationMs: number;
  /** Wall clock of media time zero; null before the start. */
  readonly availabilityStartMs: number | null;
}

export type PositionCheck =
  | { readonly kind: 'ok'; readonly position: Position }
  | { readonly kind: 'beyond'; readonly message: string };

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/**
 * Holds a position against the broadcast: beyond its end is refused, a few frames beyond are the end, and nobody has
 * finished what is not over. Duration and wall clock are the origin's, not the sender's. The stamp is not looked at.
 */
export function checkPosition(position: Position, extent: BroadcastExtent, originNowMs: number): PositionCheck {
  const { isOver, durationMs, availabilityStartMs } = extent;
  if (availabilityStartMs === null) return { kind: 'beyond', message: 'The broadcast has not started yet.' };
  const endMs = isOver ? durationMs : Math.max(durationMs, originNowMs - availabilityStartMs);
  const { mediaMs, state } = position;
  if (mediaMs > endMs + (isOver ? END_SLACK_MS : EDGE_SLACK_MS)) {
    const message = `${seconds(mediaMs)} s is beyond the end of the broadcast, which has ${seconds(endMs)} s.`;
    return { kind: 'beyond', message };
  }
  const heldMs = isOver ? Math.min(mediaMs, durationMs) : mediaMs;
  const finishedMs = position.finishedMs === null ? null : Math.min(position.finishedMs, originNowMs);
  const isTombstone = state === 'cleared';
  return {
    kind: 'ok',
    position: {
      ...position,
      state: state === 'finished' && !isOver ? 'watching' : state,
      mediaMs: isTombstone ? 0 : heldMs,
      durationMs: isOver ? durationMs : null,
      wallMs: isTombstone ? null : availabilityStartMs + heldMs,
      isAtEdge: position.isAtEdge && !isTombstone,
      finishedMs: !isOver || isTombstone ? null : (finishedMs ?? (state === 'finished' ? hlcMs(position.hlc) : null)),
    },
  };
}
