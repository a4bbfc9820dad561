import type { BroadcastDetail } from '../protocol/broadcast.ts';
import type { GateState } from './origin-gate.ts';
import type { PlayerPhase } from './player-state.ts';

export interface PhaseInput {
  readonly failure: PlayerPhase | undefined;
  readonly gate: GateState;
  /** undefined until the origin has answered. */
  readonly detail: BroadcastDetail | undefined;
  /** The manifest has become a recording, whatever the detail said last. */
  readonly isRecording: boolean;
}

export const isOver = (detail: Pick<BroadcastDetail, 'state'> | undefined): boolean =>
  detail?.state === 'ended' || detail?.state === 'sealed';

/** What the page says first: what is wrong on this side, then with the way to the origin, then with the broadcast. */
export function phaseOf({ failure, gate, detail, isRecording }: PhaseInput): PlayerPhase {
  if (failure !== undefined) return failure;
  if (gate.kind === 'closed') return { kind: 'unreachable', nextTryAtMs: gate.nextTryAtMs };
  if (detail === undefined) return { kind: 'loading' };
  if (detail.state === 'reserved') return { kind: 'not-started' };
  if (isRecording || isOver(detail)) return { kind: 'ended' };
  if (detail.state === 'processing') return { kind: 'ending' };
  return detail.state === 'interrupted' ? { kind: 'interrupted' } : { kind: 'live' };
}
