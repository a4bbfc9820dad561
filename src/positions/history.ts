import type { BroadcastSummary } from '../protocol/broadcast.ts';
import type { Hlc, Position } from '../protocol/positions.ts';
import { hlcMs } from './hlc.ts';
import { isCleared } from './merge.ts';
import { isWorthResuming } from './thresholds.ts';

/** One card of "Continue watching". `progress` is 0 to 1 and `leftMs` what remains; null while it is live. */
export interface ContinueItem {
  readonly broadcast: BroadcastSummary;
  readonly position: Position;
  readonly progress: number | null;
  readonly leftMs: number | null;
}

const isLive = ({ state }: BroadcastSummary): boolean => state === 'live' || state === 'interrupted';

/** Last watched first; only what can be gone on with. A live that was watched at its edge is in "live now" already. */
export function continueWatching(
  positions: Iterable<Position>,
  broadcasts: readonly BroadcastSummary[],
  clearedHlc: Hlc,
): readonly ContinueItem[] {
  const byId = new Map(broadcasts.map((broadcast) => [broadcast.id, broadcast]));
  const items: ContinueItem[] = [];
  for (const position of positions) {
    const broadcast = byId.get(position.broadcastId);
    if (broadcast === undefined || isCleared(position, clearedHlc)) continue;
    const durationMs = isLive(broadcast) ? null : broadcast.durationMs;
    if (!isWorthResuming(position, durationMs) || (durationMs === null && position.isAtEdge)) continue;
    items.push({
      broadcast,
      position,
      progress: durationMs === null ? null : Math.min(1, position.mediaMs / durationMs),
      leftMs: durationMs === null ? null : Math.max(0, durationMs - position.mediaMs),
    });
  }
  return items.sort((a, b) => b.position.hlc - a.position.hlc);
}

/** One row of the export, in words and units that somebody without Tabcast can read. */
export interface ExportedPosition {
  readonly broadcastId: string;
  readonly title: string | null;
  readonly state: 'watching' | 'finished';
  readonly positionSeconds: number;
  readonly durationSeconds: number | null;
  readonly watchedAt: string;
  readonly finishedAt: string | null;
  readonly device: string;
}

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Everything that is kept about what somebody watched; tombstones say nothing and stay out. */
export const exportHistory = (
  positions: readonly Position[],
  clearedHlc: Hlc,
  titleOf: (broadcastId: string) => string | undefined,
): readonly ExportedPosition[] =>
  positions.flatMap((position) =>
    position.state === 'cleared' || isCleared(position, clearedHlc)
      ? []
      : {
          broadcastId: position.broadcastId,
          title: titleOf(position.broadcastId) ?? null,
          state: position.state,
          positionSeconds: position.mediaMs / 1000,
          durationSeconds: secondsOrNull(position.durationMs),
          watchedAt: new Date(hlcMs(position.hlc)).toISOString(),
          finishedAt: isoOrNull(position.finishedMs),
          device: position.device.name,
        },
  );
