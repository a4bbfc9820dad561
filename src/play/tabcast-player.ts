import type { TrackId } from '../protocol/track.ts';
import type { HeadStart } from './head-start.ts';
import type { LatencyMode } from './latency.ts';
import { type ChooseStart, PlayerSession } from './player-session.ts';
import type { PlayerState } from './player-state.ts';

const NO_STRIPS: PlayerState['strips'] = [];

/**
 * The watch page's player: one `<video>`, one broadcast. State goes out as one read-only value; wishes come in as
 * calls. Owns everything it opens until `dispose`.
 */
export class TabcastPlayer {
  readonly #video: HTMLVideoElement;
  readonly #session: PlayerSession;
  readonly #listeners = new Set<(state: PlayerState) => void>();

  /** `chooseStart` answers with the media time to begin at; undefined: a recording's start, a live's edge. */
  constructor(
    broadcastId: string,
    video: HTMLVideoElement,
    chooseStart: ChooseStart = () => undefined,
    headStart?: HeadStart,
  ) {
    this.#video = video;
    this.#session = new PlayerSession({ broadcastId, video, chooseStart, headStart, onChange: () => this.#emit() });
  }

  /** False where dash.js cannot play: an iPhone has no MediaSource for pages. */
  static get isSupported(): boolean {
    return typeof MediaSource !== 'undefined';
  }

  start(): Promise<void> {
    return this.#session.start();
  }

  get state(): PlayerState {
    const video = this.#video;
    const { playhead, steering, choices, source, standing, gate, outage, missedMedia, isAttached } = this.#session;
    const { positionMs } = playhead;
    const { detail, isLive } = standing;
    const quality = video.getVideoPlaybackQuality();
    const qualities = source.view?.qualities() ?? [];
    const playing = source.view?.playingTrack();
    return {
      phase: standing.phase(gate.state),
      playback: playhead.playback,
      title: detail?.title ?? '',
      posterUrl: detail?.posterUrl ?? null,
      upload: detail?.upload ?? null,
      strips: detail?.strips ?? NO_STRIPS,
      holes: standing.holes,
      outage,
      missed: missedMedia,
      positionMs,
      endMs: standing.endMs(source.mediaNowMs),
      startedAtMs: source.zeroMs,
      isFollowingLive: isLive && steering.isFollowing,
      latencyMs: isLive && isAttached ? source.mediaNowMs - positionMs : undefined,
      targetLatencyMs: steering.targetMs,
      bufferMs: playhead.bufferMs,
      mode: steering.mode,
      speed: steering.speed,
      qualities,
      chosenQuality: choices.track,
      playingQuality: qualities.find((entry) => entry.track === playing),
      droppedFrames: quality.droppedVideoFrames,
      decodedFrames: quality.totalVideoFrames,
      stalls: playhead.stalls,
      lineBps: source.line.estimate(performance.now()).bps,
      volume: video.volume,
      isMuted: video.muted,
      isMutedByBrowser: choices.isMutedByBrowser,
    };
  }

  /** Called at once and after every change; returns how to stop. */
  subscribe(listener: (state: PlayerState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.state);
    return () => this.#listeners.delete(listener);
  }

  play(): void {
    const { playhead, source } = this.#session;
    playhead.wantsPlay = true;
    if (playhead.playback === 'finished') this.seek(0);
    source.view?.play();
  }

  pause(): void {
    const { playhead, steering, source } = this.#session;
    playhead.wantsPlay = false;
    steering.leaveLive();
    source.view?.pause();
  }

  togglePlay(): void {
    if (this.#video.paused) this.play();
    else this.pause();
  }

  /** To media time, behind a hole when it lies in one; close enough to the edge it is a jump to live. */
  seek(wantedMs: number): void {
    this.#session.steering.seek(wantedMs);
  }

  seekBy(ms: number): void {
    this.seek(this.#session.playhead.positionMs + ms);
  }

  goLive(): void {
    this.#session.steering.goLive();
  }

  /** Back to where the outage began. */
  watchMissed(): void {
    const { missedMedia } = this.#session;
    if (missedMedia === undefined) return;
    this.dismissMissed();
    this.seek(missedMedia.fromMs);
    this.play();
  }

  dismissMissed(): void {
    this.#session.missed.forget();
    this.#emit();
  }

  setMode(mode: LatencyMode): void {
    const { choices, steering } = this.#session;
    choices.remember({ mode });
    steering.setMode(mode);
  }

  /** undefined: automatic. */
  setQuality(choice: TrackId | undefined): void {
    const { choices, source, steering } = this.#session;
    choices.setTrack(choice, source.view?.qualities() ?? []);
    source.view?.choose(choice, !steering.isFollowing);
    this.#emit();
  }

  /** Anything but 1 leaves the live edge, where the pace is the player's. */
  setSpeed(speed: number): void {
    this.#session.steering.setSpeed(speed);
    this.#emit();
  }

  /** From 0 to 1. */
  setVolume(volume: number): void {
    this.#session.choices.setVolume(volume);
    this.#emit();
  }

  setMuted(isMuted: boolean): void {
    this.#session.choices.setMuted(isMuted);
    this.#emit();
  }

  /** Whether the seconds around the playhead may stay on this device. Not before somebody says so. */
  set mayKeep(mayKeep: boolean) {
    this.#session.device.mayKeep = mayKeep;
  }

  /** From the sentence about an outage or a failure. */
  retry(): void {
    this.#session.retry();
  }

  dispose(): void {
    this.#session.close();
    this.#listeners.clear();
  }

  #emit(): void {
    if (this.#listeners.size === 0) return;
    const { state } = this;
    for (const listener of this.#listeners) listener(state);
  }
}
