import { SEGMENT_SECONDS } from '../protocol/grid.ts';
import { MAX_STRIP_BYTES } from '../protocol/thumbnails.ts';

/** Of what the ladder sends; pictures for seeking are worth no more. */
const LADDER_SHARE = 0.01;
/** Tried in this order until the strip fits. */
export const STRIP_QUALITIES: readonly number[] = [0.65, 0.45, 0.25, 0.1];

/** What the strip of one segment may weigh, beside this many bits a second of sound and picture. */
export const stripBudgetBytes = (ladderBps: number): number =>
  Math.min(MAX_STRIP_BYTES, Math.floor((ladderBps * LADDER_SHARE * SEGMENT_SECONDS) / 8));
