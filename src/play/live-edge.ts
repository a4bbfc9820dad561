export interface LiveEdge {
  /** What has been captured by the clock, whether it came or not. */
  readonly mediaNowMs: number;
  /** End of what the origin is known to hold; when all is well a little old. */
  readonly knownEndMs: number;
  /** False while the creator is away or has ended it: then nothing comes after `knownEndMs`. */
  readonly isGrowing: boolean;
  readonly targetMs: number;
}

/** Farther than this from the target the rest is skipped over by joining anew. */
const REJOIN_MS = 10_000;

/** Media time of a viewer at the live edge; never past what there is when nothing more comes. */
export function liveEdgeMs({ mediaNowMs, knownEndMs, isGrowing, targetMs }: LiveEdge): number {
  return Math.max(0, (isGrowing ? mediaNowMs : Math.min(mediaNowMs, knownEndMs)) - targetMs);
}

/** Whether a follower who fell behind should jump: only when the origin holds what lies ahead of the playhead. */
export function shouldRejoin(positionMs: number, { mediaNowMs, knownEndMs, targetMs }: LiveEdge): boolean {
  return mediaNowMs - positionMs > targetMs + REJOIN_MS && knownEndMs - positionMs > REJOIN_MS;
}
