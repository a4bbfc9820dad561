import type { Ticks } from './time.ts';
import type { TrackId } from './track.ts';

/** One encoded frame of picture or sound, whoever encoded it. Times in the track's own timescale, from media zero. */
export interface EncodedSample {
  readonly track: TrackId;
  readonly start: Ticks;
  readonly duration: Ticks;
  readonly isKey: boolean;
  readonly data: Uint8Array;
}
