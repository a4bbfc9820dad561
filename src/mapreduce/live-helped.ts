import { type PartIndex, type PartsPerSegment, partMs } from '../protocol/grid.ts';
import type { HelpedRendition } from '../protocol/lend.ts';
import type { TrackId } from '../protocol/track.ts';
import type { LiveLease } from './live-stand-by.ts';

export interface HelpedParts {
  /** The first part that the source lacks. */
  readonly sourcePart: PartIndex;
  /** Of each helped rendition the index after its newest part. */
  readonly ends: ReadonlyMap<TrackId, PartIndex>;
}

/** Who makes what now, and how far behind: of two segments in hand the earlier one is it. */
export function helpedRenditions(
  leases: readonly LiveLease[],
  { sourcePart, ends }: HelpedParts,
  partsPerSegment: PartsPerSegment,
): HelpedRendition[] {
  const [lease] = leases.toSorted((a, b) => a.segment - b.segment);
  return [...ends].map(([track, end]) => {
    if (lease === undefined) return { track, madeBy: null, behindMs: 0 };
    // What lacks before it is not waited for.
    const behindParts = Math.max(0, sourcePart - Math.max(lease.fromPart, end));
    return { track, madeBy: lease.holder, behindMs: behindParts * partMs(partsPerSegment) };
  });
}
