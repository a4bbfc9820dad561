import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { holesIn } from './holes.ts';
import type { GateState } from './origin-gate.ts';
import { isOver, phaseOf } from './player-phase.ts';
import type { PlayerPhase, PlayerProblem, PlayerState } from './player-state.ts';

const NO_HOLES: PlayerState['holes'] = [];

/** How the broadcast stands, by what the origin and the manifest said last. */
export class Standing {
  #detail: BroadcastDetail | undefined;
  #holes = NO_HOLES;
  #failure: PlayerPhase | undefined;
  /** Length in media time once the manifest is a recording's; undefined before. */
  recordingMs: number | undefined;

  /** undefined until the origin has answered. */
  get detail(): BroadcastDetail | undefined {
    return this.#detail;
  }

  set detail(detail: BroadcastDetail) {
    this.#detail = detail;
    this.#holes = holesIn(detail);
  }

  /** Where nothing was captured. */
  get holes(): PlayerState['holes'] {
    return this.#holes;
  }

  get isLive(): boolean {
    return this.recordingMs === undefined && !isOver(this.#detail);
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  fail(problem: PlayerProblem): void {
    this.#failure = { kind: 'failed', problem };
  }

  forgive(): void {
    this.#failure = undefined;
  }

  phase(gate: GateState): PlayerPhase {
    const isRecording = this.recordingMs !== undefined;
    return phaseOf({ failure: this.#failure, gate, detail: this.#detail, isRecording });
  }

  /** Of the seek bar; `mediaNowMs`: what has been captured by now. */
  endMs(mediaNowMs: number): number {
    return this.isLive ? Math.max(0, mediaNowMs) : (this.recordingMs ?? this.#detail?.durationMs ?? 0);
  }
}
