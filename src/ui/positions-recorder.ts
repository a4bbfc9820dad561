import type { PlayerState } from '../play/player-state.ts';
import type { Watched } from '../positions/local.ts';
import { nextRhythm, RHYTHM_START, type RhythmEvent } from '../positions/rhythm.ts';
import type { PositionsClient } from './positions-client.ts';

/** More than playback at any speed explains is a seek. */
const FASTEST = 2;
const JUMP_MS = 1500;

/** Tells the positions client what is really watched, out of the player's states. */
export class PositionsRecorder {
  readonly #broadcastId: string;
  readonly #client: PositionsClient;
  readonly #closing = new AbortController();
  #rhythm = RHYTHM_START;
  #watched: Watched | undefined;
  #seen: { readonly positionMs: number; readonly atMs: number; readonly playback: PlayerState['playback'] } | undefined;

  constructor(broadcastId: string, client: PositionsClient) {
    this.#broadcastId = broadcastId;
    this.#client = client;
    const { signal } = this.#closing;
    const onHidden = (): void => {
      if (document.visibilityState === 'hidden') this.#step({ kind: 'hidden' });
    };
    document.addEventListener('visibilitychange', onHidden, { signal });
    addEventListener('pagehide', () => this.#step({ kind: 'hidden' }), { signal });
  }

  /** Several times a second. */
  observe(state: PlayerState): void {
    const nowMs = performance.now();
    const before = this.#seen;
    this.#seen = { positionMs: state.positionMs, atMs: nowMs, playback: state.playback };
    const movedMs = state.positionMs - (before?.positionMs ?? state.positionMs);
    const isJump = movedMs < -JUMP_MS || movedMs > (nowMs - (before?.atMs ?? nowMs)) * FASTEST + JUMP_MS;
    if (isJump) this.#step({ kind: 'seek' });
    if (state.playback === 'playing') {
      this.#watched = this.#moment(state);
      this.#step({ kind: 'tick', isAtEdge: state.isFollowingLive });
    } else if (state.playback === before?.playback) return;
    else if (state.playback === 'paused') {
      // Up to here it was watched: the last state that played may be a third of a second older.
      if (before?.playback === 'playing' && !isJump && this.#watched !== undefined)
        this.#watched = { ...this.#watched, mediaMs: Math.max(0, state.positionMs) };
      this.#step({ kind: 'pause' });
    } else if (state.playback === 'finished') {
      this.#watched = this.#moment(state);
      this.#step({ kind: 'ended' });
    } else this.#step({ kind: 'halt' });
  }

  close(): void {
    this.#step({ kind: 'hidden' });
    this.#closing.abort();
  }

  #moment(state: PlayerState): Watched {
    return {
      broadcastId: this.#broadcastId,
      mediaMs: Math.max(0, state.positionMs),
      durationMs: state.phase.kind === 'ended' ? state.endMs : null,
      availabilityStartMs: state.startedAtMs ?? null,
      isAtEdge: state.isFollowingLive,
    };
  }

  #step(event: RhythmEvent): void {
    const { rhythm, write } = nextRhythm(this.#rhythm, event, performance.now(), Math.random());
    this.#rhythm = rhythm;
    const watched = this.#watched;
    if (watched === undefined || write === 'none') return;
    if (write === 'leave') this.#client.leave(watched);
    else void this.#write(watched, write);
  }

  async #write(watched: Watched, how: 'save' | 'send'): Promise<void> {
    try {
      await (how === 'save' ? this.#client.save(watched) : this.#client.send(watched));
    } catch {
      // The browser's storage is full or gone: watching goes on, and the next moment tries again.
    }
  }
}
