import { GOP_SECONDS, type GopSeconds, PARTS_PER_SEGMENT, type PartsPerSegment } from '../protocol/grid.ts';

/** What the address of the studio page may ask for, `/studio?ladder=720,480,360&parts=300&gop=1`. */
export interface StudioPresets {
  /** Heights to encode whatever the probes say; undefined lets the probes choose. */
  readonly heights: readonly number[] | undefined;
  readonly partsPerSegment: PartsPerSegment;
  readonly gopSeconds: GopSeconds;
}

/** Anything not understood is left out: an address must never keep somebody from going live. */
export function readPresets(search: URLSearchParams): StudioPresets {
  const heights = (search.get('ladder') ?? '')
    .split(',')
    .map(Number)
    .filter((height) => Number.isInteger(height) && height > 0);
  return {
    heights: heights.length > 0 ? heights : undefined,
    partsPerSegment: PARTS_PER_SEGMENT.find((parts) => String(parts) === search.get('parts')) ?? 100,
    gopSeconds: GOP_SECONDS.find((seconds) => String(seconds) === search.get('gop')) ?? 2,
  };
}
