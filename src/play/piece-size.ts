import { isViewPieces, partMs, VIEW_PIECES } from '../protocol/grid.ts';

/**
 * Pieces per segment for a line with this round trip when the feed cannot be used: dash.js fetches one piece per round
 * trip and track, so the smallest piece of at least 1.5 round trips and 50 ms keeps up. `VIEW_PIECES` descends.
 */
export function piecesForRoundTrip(roundTripMs: number, partsPerSegment: number): number {
  const neededMs = 1.5 * roundTripMs + 50;
  const usable = VIEW_PIECES.filter((pieces) => isViewPieces(pieces, partsPerSegment));
  return usable.find((pieces) => partMs(pieces) >= neededMs) ?? usable.at(-1) ?? 5;
}

/** The `part=` of the manifest for a view: whole milliseconds, 33 for the one-frame preset. */
export const manifestPartMs = (pieces: number): number => Math.floor(partMs(pieces));
