import type { UploadStats } from '../protocol/stats.ts';

export type Uplink = UploadStats['uplink'];

export interface LineFacts {
  /** Requests that failed one after another. */
  readonly failures: number;
  /** The last answer said that there is no room. */
  readonly isFull: boolean;
  readonly backlogMs: number;
  /** Since the last answer. */
  readonly silentMs: number;
}

const SLOW_BACKLOG_MS = 1_500;
/** A line that was cut without a word does not fail for long; but nothing is answered either. */
const SILENCE_MS = 3_000;

/** What the creator is told about the line. After an outage it catches up until nearly everything is sent. */
export function lineState(before: Uplink, { failures, isFull, backlogMs, silentMs }: LineFacts): Uplink {
  if (isFull) return 'server-full';
  if (failures > 0 || (backlogMs > SILENCE_MS && silentMs > SILENCE_MS)) return 'reconnecting';
  if (backlogMs <= SLOW_BACKLOG_MS) return 'good';
  return before === 'good' || before === 'slow' ? 'slow' : 'catching-up';
}
