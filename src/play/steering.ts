import { partMs } from '../protocol/grid.ts';
import { holeAt } from './holes.ts';
import { snapToKey } from './key-grid.ts';
import type { LatencyMode } from './latency.ts';
import { type LiveEdge, liveEdgeMs, shouldRejoin } from './live-edge.ts';
import { LiveFollower } from './live-follower.ts';
import type { PlayerSource } from './player-source.ts';
import type { Playhead } from './playhead.ts';
import type { Standing } from './standing.ts';

const LAG_SHARE = 0.98;
/** A seek that takes longer is not on its way. */
const HANGS_AFTER_MS = 1000;
/** A seek that ends nearer to where a viewer at the edge is means the edge. */
const MEANS_LIVE_MS = 1500;

export interface SteeringContext {
  readonly playhead: Playhead;
  readonly standing: Standing;
  readonly mode: LatencyMode;
  source(): PlayerSource;
}

/** Everything that moves the playhead: jumps, the live edge and the pace towards it, the speed a person chose. */
export class Steering {
  readonly #context: SteeringContext;
  readonly #follower: LiveFollower;
  #speed = 1;

  constructor(context: SteeringContext) {
    this.#context = context;
    this.#follower = new LiveFollower(context.mode, performance.now());
  }

  /** Whether the person wants the live edge. */
  get isFollowing(): boolean {
    return this.#follower.isFollowing;
  }

  get mode(): LatencyMode {
    return this.#follower.mode;
  }

  /** Distance to keep from what is captured. */
  get targetMs(): number {
    return this.#follower.targetMs;
  }

  get speed(): number {
    return this.#speed;
  }

  /** To media time, behind a hole when it lies in one; close enough to the edge it is a jump to live. */
  seek(wantedMs: number): void {
    const { standing } = this.#context;
    const source = this.#context.source();
    const mediaMs = holeAt(wantedMs, standing.holes)?.toMs ?? wantedMs;
    const endMs = standing.endMs(source.mediaNowMs);
    if (standing.isLive && mediaMs > endMs - this.targetMs - MEANS_LIVE_MS) {
      this.goLive();
      return;
    }
    this.leaveLive();
    source.line.forgetLateness();
    this.#jump(snapToKey(mediaMs, source.grid.gopSeconds, endMs));
  }

  goLive(): void {
    const { playhead, standing } = this.#context;
    if (!standing.isLive) return;
    const source = this.#context.source();
    this.#speed = 1;
    playhead.wantsPlay = true;
    this.#follower.join();
    const wantedMs = liveEdgeMs(this.#edge());
    this.#jump(playhead.isBuffered(wantedMs) ? wantedMs : snapToKey(wantedMs, source.grid.gopSeconds, wantedMs));
    source.view?.play();
  }

  /** The playhead belongs to the person from here on; the pace towards the live edge ends. */
  leaveLive(): void {
    this.#follower.leave();
    this.#context.playhead.setRate(this.#speed);
  }

  setMode(mode: LatencyMode): void {
    this.#follower.setMode(mode, performance.now());
    this.goLive();
  }

  /** Anything but 1 leaves the live edge, where the pace is the player's. */
  setSpeed(speed: number): void {
    this.#speed = speed;
    if (speed !== 1) this.#follower.leave();
    this.#context.playhead.setRate(speed);
  }

  /** The source is opened anew: who is at the edge joins it again. */
  reopened(): void {
    if (this.#follower.isFollowing) this.#follower.join();
  }

  /** On the clock of `performance.now()`. */
  stalled(atMs: number): void {
    this.#follower.stalled(atMs);
  }

  /** The key frame at or before where a viewer at the live edge would be. */
  joinMs(): number {
    const wantedMs = liveEdgeMs(this.#edge());
    return wantedMs === 0 ? 0 : snapToKey(wantedMs, this.#context.source().grid.gopSeconds, wantedMs);
  }

  /** Where to go on after the source had to be opened anew. */
  resumeMs(): number {
    return this.#context.standing.isLive && this.isFollowing ? this.joinMs() : this.#context.playhead.positionMs;
  }

  /** Every tick of a live: the pace, or a jump, that keeps a viewer who wants the live edge at it. */
  follow(nowMs: number, stuckForMs: number): void {
    const { playhead } = this.#context;
    const source = this.#context.source();
    const { positionMs } = playhead;
    const { mediaNowMs } = source;
    // A seek may hang in what the creator's outage has left out, and is not waited for either.
    const isReady = playhead.isSteady || stuckForMs > HANGS_AFTER_MS;
    if (this.isFollowing && isReady && shouldRejoin(positionMs, this.#edge())) {
      this.goLive();
      return;
    }
    if (!playhead.isSteady) return;
    if (!this.isFollowing) {
      // Played fast until there was nothing left to catch up with.
      if (this.#speed > 1 && mediaNowMs - positionMs < this.targetMs) this.goLive();
      return;
    }
    const pace = this.#follower.pace({
      nowMs,
      positionMs,
      mediaNowMs,
      bufferMs: playhead.bufferMs,
      rateNow: playhead.rate,
      partLengthMs: partMs(source.grid.partsPerSegment),
      lagMs: source.line.lagMs(LAG_SHARE),
      helpedLagMs: source.helpedLagMs,
    });
    if (pace.kind === 'jump') this.#jump(pace.mediaMs);
    else playhead.setRate(pace.rate);
  }

  #edge(): LiveEdge {
    const { mediaNowMs, knownEndMs, backfill } = this.#context.source();
    const isGrowing = this.#context.standing.detail?.state === 'live' && !backfill.isCreatorAway;
    return { mediaNowMs, knownEndMs, isGrowing, targetMs: this.targetMs };
  }

  #jump(mediaMs: number): void {
    this.#context.playhead.jumping(mediaMs);
    this.#context.source().view?.seek(mediaMs);
  }
}
