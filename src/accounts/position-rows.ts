import { type Hlc, POSITION_STATES, type Position } from '../protocol/positions.ts';
import type { PositionTable } from './tables.ts';

export function fromRow(row: PositionTable): Position {
  const state = POSITION_STATES.find((known) => known === row.state);
  if (state === undefined) throw new Error(`The database holds the unknown position state ${row.state}.`);
  return {
    broadcastId: row.broadcast_id,
    state,
    mediaMs: row.media_ms,
    durationMs: row.duration_ms,
    wallMs: row.wall_ms,
    isAtEdge: row.is_at_edge !== 0,
    finishedMs: row.finished_ms,
    hlc: row.hlc as Hlc,
    device: { id: row.device_id, name: row.device_name, tab: row.device_tab },
  };
}

export const toRow = (accountId: string, position: Position): PositionTable => ({
  account_id: accountId,
  broadcast_id: position.broadcastId,
  state: position.state,
  media_ms: position.mediaMs,
  duration_ms: position.durationMs,
  wall_ms: position.wallMs,
  is_at_edge: position.isAtEdge ? 1 : 0,
  finished_ms: position.finishedMs,
  hlc: position.hlc,
  device_id: position.device.id,
  device_name: position.device.name,
  device_tab: position.device.tab,
});
