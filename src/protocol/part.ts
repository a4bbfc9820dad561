import type { PartIndex } from './grid.ts';
import type { TrackId } from './track.ts';

/** The name of a part: enough to retry, re-order and de-duplicate it. */
export interface PartName {
  readonly track: TrackId;
  readonly part: PartIndex;
}

/** One CMAF chunk, 0.1 s of one track, with the SHA-256 of its bytes. */
export interface Part extends PartName {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

/** Half-open: `from <= part < to`. */
export interface PartRange {
  readonly from: PartIndex;
  readonly to: PartIndex;
}
