import { type PartIndex, partMs, partsOfPiece, partWithinSegment, segmentOfPart } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { live } from '../protocol/urls.ts';

/** Behind the edge by more than this a viewer is served the 2 s view: small immutable objects that any cache shares. */
export const FAR_BEHIND_MS = 30_000;
const FAR_BEHIND_PIECES = 5;
/** How long before its first part a stretch may be asked for: the origin holds it, and no round trip is lost. */
export const OPEN_EARLY_MS = 1000;

/** So much that lies before the wanted part takes longer to come than a new request does. */
const WORTH_ASKING_MS = 1000;

/** A run of parts that one streaming request brings: the feed of a growing segment, or a piece of the 2 s view. */
export interface Stretch {
  readonly kind: 'feed' | 'piece';
  readonly url: string;
  readonly from: PartIndex;
  readonly to: PartIndex;
}

export interface StretchContext {
  readonly broadcastId: string;
  readonly track: TrackId;
  readonly partsPerSegment: number;
  /** The part being captured now, on the origin's clock. */
  readonly edgePart: PartIndex;
}

export const edgePartAt = (mediaMs: number, partsPerSegment: number): PartIndex =>
  Math.floor(mediaMs / partMs(partsPerSegment));

/** The request that brings part `part` first: near the edge the feed from it on, far behind the 2 s piece it is in. */
export function stretchFor(part: PartIndex, context: StretchContext): Stretch {
  const { broadcastId, track, partsPerSegment, edgePart } = context;
  const segment = segmentOfPart(part, partsPerSegment);
  const within = partWithinSegment(part, partsPerSegment);
  if ((edgePart - part) * partMs(partsPerSegment) > FAR_BEHIND_MS) {
    const piece = Math.floor((within * FAR_BEHIND_PIECES) / partsPerSegment);
    const range = partsOfPiece(segment, piece, FAR_BEHIND_PIECES, partsPerSegment);
    return { kind: 'piece', url: live.piece(broadcastId, track, segment, piece, FAR_BEHIND_PIECES), ...range };
  }
  return {
    kind: 'feed',
    url: live.feed(broadcastId, track, segment, within),
    from: part,
    to: (segment + 1) * partsPerSegment,
  };
}

/**
 * Whether the stretch after `current` should be opened before anybody asks for its first part: at the live edge a
 * second ahead of time; behind it as soon as the current one has come whole and is nearly used up.
 */
export function shouldOpenNext(
  current: Stretch,
  progress: {
    readonly isComplete: boolean;
    readonly lastTaken: PartIndex;
    readonly mediaNowMs: number;
    readonly recordingMs: number | undefined;
  },
  partsPerSegment: number,
): boolean {
  const lengthMs = partMs(partsPerSegment);
  if (progress.recordingMs !== undefined && current.to * lengthMs >= progress.recordingMs) return false;
  const isNearlyUsed = (current.to - 1 - progress.lastTaken) * lengthMs <= OPEN_EARLY_MS;
  if (!isNearlyUsed) return false;
  return progress.isComplete || current.to * lengthMs - progress.mediaNowMs <= OPEN_EARLY_MS;
}

/**
 * Whether a feed brings `part` later than a new request from it on would: after a jump forward, all that lies between
 * comes first. What is not captured yet is no reason, it cannot be had sooner.
 */
export const isQuickerAnew = (
  part: PartIndex,
  { stretch, nextPart }: { readonly stretch: Stretch; readonly nextPart: PartIndex },
  { edgePart, partsPerSegment }: Pick<StretchContext, 'edgePart' | 'partsPerSegment'>,
): boolean =>
  stretch.kind === 'feed' && (Math.min(part, edgePart) - nextPart) * partMs(partsPerSegment) > WORTH_ASKING_MS;
