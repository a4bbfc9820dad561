import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { partMs } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { type BroadcastAnswer, BroadcastWatch } from './broadcast-watch.ts';
import { DeviceMedia } from './device-media.ts';
import { decideEnding } from './ending.ts';
import type { HeadStart } from './head-start.ts';
import { holeAt, holesIn } from './holes.ts';
import { snapToKey } from './key-grid.ts';
import type { LatencyMode } from './latency.ts';
import { type LiveEdge, liveEdgeMs, shouldRejoin } from './live-edge.ts';
import { LiveFollower } from './live-follower.ts';
import { Missed } from './missed.ts';
import { OriginClock } from './origin-clock.ts';
import { OriginGate } from './origin-gate.ts';
import type { Outage } from './outage.ts';
import { isOver, phaseOf } from './player-phase.ts';
import { PlayerSource } from './player-source.ts';
import type { MissedMedia, PlayerPhase, PlayerProblem, PlayerState } from './player-state.ts';
import { Playhead } from './playhead.ts';
import { loadPreferences, type Preferences, savePreferences } from './preferences.ts';

/** Asked once, when the broadcast is known and before anything is loaded. Never rejects. */
export type ChooseStart = (detail: BroadcastDetail) => Promise<number | undefined> | undefined;

const TICK_MS = 100;
const TICKS_PER_EMIT = 3;
const LAG_SHARE = 0.98;
/** A shorter outage is a hiccup, after which the live edge is caught up with. */
const LEAVES_LIVE_MS = 3000;
/** A seek that takes longer is not on its way. */
const HANGS_AFTER_MS = 1000;
/** An origin that has said nothing by then is not waited for where this device has something to play. */
const PATIENCE_MS = 1500;
const NO_STRIPS: PlayerState['strips'] = [];
const NO_HOLES: PlayerState['holes'] = [];

/**
 * The watch page's player: one `<video>`, one broadcast. State goes out as one read-only value; wishes come in as
 * calls. Owns everything it opens until `dispose`.
 */
export class TabcastPlayer {
  readonly #video: HTMLVideoElement;
  readonly #playhead: Playhead;
  readonly #clock = new OriginClock();
  readonly #gate: OriginGate;
  readonly #watch: BroadcastWatch;
  readonly #follower: LiveFollower;
  readonly #source: PlayerSource;
  readonly #device: DeviceMedia;
  readonly #listeners = new Set<(state: PlayerState) => void>();
  readonly #closing = new AbortController();
  #preferences: Preferences = loadPreferences();
  #detail: BroadcastDetail | undefined;
  #holes = NO_HOLES;
  #failure: PlayerPhase | undefined;
  readonly #chooseStart: ChooseStart;
  readonly #headStart: HeadStart | undefined;
  #clockAsked: Promise<void> = Promise.resolve();
  #isChoosing = false;
  #isAttached = false;
  #recordingMs: number | undefined;
  #isMutedByBrowser = false;
  #speed = 1;
  #chosen: TrackId | undefined;
  #outageSinceMs: number | undefined;
  readonly #missed = new Missed();
  #ticks = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  /** `chooseStart` answers with the media time to begin at; undefined: a recording's start, a live's edge. */
  constructor(
    broadcastId: string,
    video: HTMLVideoElement,
    chooseStart: ChooseStart = () => undefined,
    headStart?: HeadStart,
  ) {
    this.#video = video;
    this.#chooseStart = chooseStart;
    this.#headStart = headStart;
    this.#playhead = new Playhead(video, {
      onChange: () => this.#emit(),
      onPause: () => {
        this.#keep(true);
        this.#leaveLive();
      },
      onStall: (atMs) => this.#stalled(atMs),
      onDuration: () => {
        if (!this.#isLive()) this.#recordingMs = this.#mediaDurationMs();
      },
      onLoaded: () => this.#applyRememberedQuality(),
      onAstray: (mediaMs) => this.#source.view?.seek(mediaMs),
    });
    this.#follower = new LiveFollower(this.#preferences.mode, performance.now());
    this.#gate = new OriginGate(() => this.#gateChanged());
    this.#watch = new BroadcastWatch(broadcastId, this.#gate, (answer) => this.#answered(answer));
    this.#device = new DeviceMedia(broadcastId);
    this.#source = new PlayerSource({
      device: this.#device,
      headStart,
      broadcastId,
      video,
      gate: this.#gate,
      clock: this.#clock,
      rememberedLineBps: this.#preferences.lineBps,
      detail: () => this.#detail,
      recordingMs: () => this.#recordingMs,
      resumeMs: () => this.#resumeMs(),
      wantsPlay: () => this.#playhead.wantsPlay,
      isFollowing: () => this.#follower.isFollowing,
      refresh: () => void this.#watch.ask(),
      onAttach: () => {
        this.#playhead.restarting();
        if (this.#follower.isFollowing) this.#follower.join();
      },
      onStatic: () => this.#becameRecording(),
      onAutoplayBlocked: () => {
        this.#isMutedByBrowser = true;
        video.muted = true;
        this.#source.view?.play();
      },
      onGivenUp: (code) =>
        this.#fail(
          'media',
          `This video does not play here any more (error ${code}). Try again, or reload the page.`,
          true,
        ),
    });
  }

  /** False where dash.js cannot play: an iPhone has no MediaSource for pages. */
  static get isSupported(): boolean {
    return typeof MediaSource !== 'undefined';
  }

  async start(): Promise<void> {
    this.#video.volume = this.#preferences.volume;
    this.#video.muted = this.#preferences.isMuted;
    this.#playhead.listen(this.#closing.signal);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    const { signal } = this.#closing;
    const keepNow = (): void => {
      if (document.visibilityState === 'hidden') this.#keep(true);
    };
    document.addEventListener('visibilitychange', keepNow, { signal });
    setTimeout(() => void this.#beginWithoutOrigin(), PATIENCE_MS);
    const limit = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(8000)]);
    this.#clockAsked = this.#clock.start(limit, this.#headStart?.clock).catch(() => this.#gate.reportFailure());
    await Promise.all([this.#clockAsked, this.#watch.ask(this.#headStart?.detail)]);
  }

  get state(): PlayerState {
    const video = this.#video;
    const { positionMs } = this.#playhead;
    const quality = video.getVideoPlaybackQuality();
    const qualities = this.#source.view?.qualities() ?? [];
    const playing = this.#source.view?.playingTrack();
    const isLive = this.#isLive();
    return {
      phase: this.#phase(),
      playback: this.#playhead.playback,
      title: this.#detail?.title ?? '',
      posterUrl: this.#detail?.posterUrl ?? null,
      upload: this.#detail?.upload ?? null,
      strips: this.#detail?.strips ?? NO_STRIPS,
      holes: this.#holes,
      outage: this.#outage(),
      missed: this.#missedMedia(),
      positionMs,
      endMs: isLive ? Math.max(0, this.#source.mediaNowMs) : (this.#recordingMs ?? this.#detail?.durationMs ?? 0),
      startedAtMs: this.#source.zeroMs,
      isFollowingLive: isLive && this.#follower.isFollowing,
      latencyMs: isLive && this.#isAttached ? this.#source.mediaNowMs - positionMs : undefined,
      targetLatencyMs: this.#follower.targetMs,
      bufferMs: this.#playhead.bufferMs,
      mode: this.#follower.mode,
      speed: this.#speed,
      qualities,
      chosenQuality: this.#chosen,
      playingQuality: qualities.find((entry) => entry.track === playing),
      droppedFrames: quality.droppedVideoFrames,
      decodedFrames: quality.totalVideoFrames,
      stalls: this.#playhead.stalls,
      lineBps: this.#source.line.estimate(performance.now()).bps,
      volume: video.volume,
      isMuted: video.muted,
      isMutedByBrowser: this.#isMutedByBrowser,
    };
  }

  /** Called at once and after every change; returns how to stop. */
  subscribe(listener: (state: PlayerState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.state);
    return () => this.#listeners.delete(listener);
  }

  play(): void {
    this.#playhead.wantsPlay = true;
    if (this.#playhead.playback === 'finished') {
      this.seek(0);
    }
    this.#source.view?.play();
  }

  pause(): void {
    this.#playhead.wantsPlay = false;
    this.#leaveLive();
    this.#source.view?.pause();
  }

  togglePlay(): void {
    if (this.#video.paused) this.play();
    else this.pause();
  }

  /** To media time, behind a hole when it lies in one; close enough to the edge it is a jump to live. */
  seek(wantedMs: number): void {
    const mediaMs = holeAt(wantedMs, this.#holes)?.toMs ?? wantedMs;
    const endMs = this.state.endMs;
    if (this.#isLive() && mediaMs > endMs - this.#follower.targetMs - 1500) {
      this.goLive();
      return;
    }
    this.#leaveLive();
    this.#source.line.forgetLateness();
    this.#seekTo(snapToKey(mediaMs, this.#source.grid.gopSeconds, endMs));
  }

  seekBy(ms: number): void {
    this.seek(this.#playhead.positionMs + ms);
  }

  goLive(): void {
    if (!this.#isLive()) return;
    this.#speed = 1;
    this.#playhead.wantsPlay = true;
    this.#follower.join();
    const wantedMs = liveEdgeMs(this.#edge());
    this.#seekTo(
      this.#playhead.isBuffered(wantedMs) ? wantedMs : snapToKey(wantedMs, this.#source.grid.gopSeconds, wantedMs),
    );
    this.#source.view?.play();
  }

  /** Back to where the outage began. */
  watchMissed(): void {
    const missed = this.#missedMedia();
    if (missed === undefined) return;
    this.dismissMissed();
    this.seek(missed.fromMs);
    this.play();
  }

  dismissMissed(): void {
    this.#missed.forget();
    this.#emit();
  }

  setMode(mode: LatencyMode): void {
    this.#follower.setMode(mode, performance.now());
    this.#remember({ mode });
    this.goLive();
  }

  /** undefined: automatic. */
  setQuality(choice: TrackId | undefined): void {
    this.#chosen = choice;
    const height = this.#source.view?.qualities().find((entry) => entry.track === choice)?.height;
    this.#remember({ quality: height ?? 'auto' });
    this.#source.view?.choose(choice, !this.#follower.isFollowing);
    this.#emit();
  }

  /** Anything but 1 leaves the live edge, where the pace is the player's. */
  setSpeed(speed: number): void {
    this.#speed = speed;
    if (speed !== 1) this.#follower.leave();
    this.#playhead.setRate(speed);
    this.#emit();
  }

  setVolume(volume: number): void {
    this.#video.volume = Math.min(1, Math.max(0, volume));
    if (volume > 0) this.setMuted(false);
    this.#remember({ volume: this.#video.volume });
  }

  setMuted(isMuted: boolean): void {
    this.#video.muted = isMuted;
    this.#isMutedByBrowser = false;
    this.#remember({ isMuted });
    this.#emit();
  }

  /** Whether the seconds around the playhead may stay on this device. Not before somebody says so. */
  set mayKeep(mayKeep: boolean) {
    this.#device.mayKeep = mayKeep;
  }

  /** From the sentence about an outage or a failure. */
  retry(): void {
    this.#gate.tryNow();
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#source.forgive();
    void this.#watch.ask();
    if (this.#isAttached) this.#source.attach(this.#resumeMs());
  }

  dispose(): void {
    this.#closing.abort();
    clearInterval(this.#ticker);
    this.#watch.close();
    this.#gate.close();
    this.#clock.close();
    this.#source.close();
    this.#device.close();
    this.#listeners.clear();
  }

  #phase(): PlayerPhase {
    const isRecording = this.#recordingMs !== undefined;
    return phaseOf({ failure: this.#failure, gate: this.#gate.state, detail: this.#detail, isRecording });
  }

  #isLive(): boolean {
    return this.#recordingMs === undefined && !isOver(this.#detail);
  }

  #answered(answer: BroadcastAnswer): void {
    if (answer.kind === 'unknown') {
      const words = 'There is no broadcast at this address. Check the link, or look for it on the front page.';
      this.#device.forget();
      this.#fail('unknown_broadcast', words, false);
    }
    if (answer.kind === 'detail') {
      this.#detail = answer.detail;
      this.#holes = holesIn(answer.detail);
      this.#source.detailChanged(answer.detail);
      if (this.#device.isAway) this.#originIsBack();
      if (answer.detail.state !== 'reserved' && !this.#isAttached) void this.#firstAttach(answer.detail);
    }
    this.#emit();
  }

  /** Nobody answers: what this device has plays, and the rest is waited for. */
  async #beginWithoutOrigin(): Promise<void> {
    const kept = await this.#device.loaded;
    if (kept === undefined || this.#detail !== undefined || this.#closing.signal.aborted) return;
    this.#device.isAway = true;
    this.#clock.assume(kept.clockOffsetMs);
    this.#detail = kept.detail;
    await this.#firstAttach(kept.detail);
  }

  /** From here on everything comes from the origin again, where playback is. */
  #originIsBack(): void {
    this.#device.isAway = false;
    if (this.#isAttached) this.#source.attach(this.#resumeMs());
  }

  #fail(code: PlayerProblem['code'], message: string, canRetry: boolean): void {
    this.#failure = { kind: 'failed', problem: { code, message, canRetry } };
    this.#emit();
  }

  async #firstAttach(detail: BroadcastDetail): Promise<void> {
    // Just over, and the viewers at the edge are being let out: the recording is there in a few seconds.
    if ((detail.state === 'processing' && !this.#device.isAway) || this.#isChoosing) return;
    this.#isChoosing = true;
    // Where the edge is depends on what time it is.
    const [chosenMs] = await Promise.all([this.#chooseStart(detail), this.#device.isAway || this.#clockAsked]);
    if (this.#closing.signal.aborted) return;
    this.#isAttached = true;
    const { kept } = this.#device;
    if (this.#device.isAway && kept !== undefined) {
      this.#follower.leave();
      this.#source.attach(chosenMs ?? kept.run.startMs);
      return;
    }
    if (isOver(detail)) {
      this.#follower.leave();
      this.#source.attach(chosenMs ?? 0);
      return;
    }
    if (chosenMs === undefined) {
      this.#source.attach(this.#joinMs());
      return;
    }
    this.#follower.leave();
    this.#source.attach(chosenMs);
    // dash.js moves a start that is near the live edge, but not a seek once the timeline is known.
    this.#video.addEventListener('loadedmetadata', () => this.seek(chosenMs), {
      once: true,
      signal: this.#closing.signal,
    });
  }

  /** The key frame at or before where a viewer at the live edge would be. */
  #joinMs(): number {
    const wantedMs = liveEdgeMs(this.#edge());
    return wantedMs === 0 ? 0 : snapToKey(wantedMs, this.#source.grid.gopSeconds, wantedMs);
  }

  #edge(): LiveEdge {
    const { mediaNowMs, knownEndMs } = this.#source;
    const isGrowing = this.#detail?.state === 'live' && !this.#source.backfill.isCreatorAway;
    return { mediaNowMs, knownEndMs, isGrowing, targetMs: this.#follower.targetMs };
  }

  /** Where to go on after the source had to be opened anew. */
  #resumeMs(): number {
    return this.#isLive() && this.#follower.isFollowing ? this.#joinMs() : this.#playhead.positionMs;
  }

  #becameRecording(): void {
    const wasFollowing = this.#follower.isFollowing;
    this.#recordingMs = this.#mediaDurationMs();
    this.#leaveLive();
    void this.#watch.ask();
    if (decideEnding(this.#playhead.positionMs, this.#recordingMs, wasFollowing) === 'finish') this.#finish();
    this.#emit();
  }

  #mediaDurationMs(): number {
    const seconds = this.#video.duration;
    return Number.isFinite(seconds) && seconds > 0
      ? seconds * 1000
      : (this.#detail?.durationMs ?? this.#source.mediaNowMs);
  }

  #finish(): void {
    this.#playhead.finish();
    this.#source.view?.pause();
  }

  #stalled(nowMs: number): void {
    const isJitter = !this.#source.line.estimate(nowMs).isFull && this.#gate.state.kind === 'open';
    if (isJitter) this.#follower.stalled(nowMs);
  }

  #applyRememberedQuality(): void {
    const wanted = this.#preferences.quality;
    if (wanted === 'auto' || this.#chosen !== undefined) return;
    const fitting = this.#source.view?.qualities().find((entry) => entry.height <= wanted);
    if (fitting === undefined) return;
    this.#chosen = fitting.track;
    this.#source.view?.choose(fitting.track, false);
  }

  #gateChanged(): void {
    const gate = this.#gate.state;
    if (gate.kind === 'closed') {
      this.#outageSinceMs ??= gate.sinceMs;
      void this.#beginWithoutOrigin();
    } else {
      const tookMs = performance.now() - (this.#outageSinceMs ?? performance.now());
      this.#outageSinceMs = undefined;
      // Who lost the origin goes on where it was; the way to the live edge is the person's choice.
      if (this.#playhead.playback === 'buffering' && tookMs > LEAVES_LIVE_MS) this.#leaveLive();
      if (this.#detail === undefined || this.#device.isAway) void this.#watch.ask();
    }
    this.#emit();
  }

  #tick(): void {
    const nowMs = performance.now();
    const stillForMs = this.#playhead.look(nowMs);
    const { positionMs, playback } = this.#playhead;
    const stuckForMs = this.#video.paused ? 0 : stillForMs;
    if (playback === 'playing' && stillForMs === 0) this.#source.forgive();
    const isHeld = this.#source.backfill.isHolding || (this.#missedMedia()?.missingMs ?? 0) > 0;
    this.#watch.setWaitingForMedia(isHeld || (playback === 'buffering' && stuckForMs > 1000));
    this.#missed.look({
      positionMs,
      isAtLiveEdge: this.#follower.isFollowing && this.#isLive(),
      isPlaying: playback === 'playing',
      outage: this.#outage().kind,
    });
    if (this.#isAttached && !this.#playhead.rescue(stillForMs, this.#source.backfill.isHolding))
      this.#follow(positionMs, nowMs, stuckForMs);
    if (!this.#isLive()) this.#finishAtTheEnd(positionMs, stuckForMs);
    if (playback === 'playing') this.#keep(false);
    this.#ticks += 1;
    if (this.#ticks % TICKS_PER_EMIT === 0) this.#emit();
  }

  #outage(): Outage {
    if (!this.#isAttached || !this.#isLive() || this.#gate.state.kind === 'closed') return { kind: 'none' };
    return this.#source.backfill.outage(this.#playhead.positionMs + this.#playhead.bufferMs);
  }

  #missedMedia(): MissedMedia | undefined {
    return this.#missed.media(this.#detail?.missing ?? []);
  }

  #keep(isUrgent: boolean): void {
    const detail = this.#detail;
    if (detail === undefined) return;
    this.#device.tick({ positionMs: this.#playhead.positionMs, detail, clockOffsetMs: this.#clock.offsetMs }, isUrgent);
  }

  #follow(positionMs: number, nowMs: number, stuckForMs: number): void {
    if (!this.#isLive() || this.#source.zeroMs === undefined || this.#gate.state.kind === 'closed') return;
    const mediaNowMs = this.#source.mediaNowMs;
    const { isFollowing } = this.#follower;
    // A seek may hang in what the creator's outage has left out, and is not waited for either.
    const isReady = this.#playhead.isSteady || stuckForMs > HANGS_AFTER_MS;
    if (isFollowing && isReady && shouldRejoin(positionMs, this.#edge())) {
      this.goLive();
      return;
    }
    if (!this.#playhead.isSteady) return;
    if (!isFollowing) {
      // Played fast until there was nothing left to catch up with.
      if (this.#speed > 1 && mediaNowMs - positionMs < this.#follower.targetMs) this.goLive();
      return;
    }
    const pace = this.#follower.pace({
      nowMs,
      positionMs,
      mediaNowMs,
      bufferMs: this.#playhead.bufferMs,
      rateNow: this.#video.playbackRate,
      partLengthMs: partMs(this.#source.grid.partsPerSegment),
      lagMs: this.#source.line.lagMs(LAG_SHARE),
      helpedLagMs: this.#source.helpedLagMs,
    });
    if (pace.kind === 'jump') this.#seekTo(pace.mediaMs);
    else this.#playhead.setRate(pace.rate);
  }

  #finishAtTheEnd(positionMs: number, stillForMs: number): void {
    const endMs = this.#recordingMs;
    if (endMs === undefined || this.#playhead.playback === 'finished' || this.#video.paused) return;
    if (stillForMs > 1000 && decideEnding(positionMs, endMs, false) === 'finish') this.#finish();
  }

  #seekTo(mediaMs: number): void {
    this.#playhead.jumping(mediaMs);
    this.#source.view?.seek(mediaMs);
  }

  /** The playhead belongs to the person from here on; the pace towards the live edge ends. */
  #leaveLive(): void {
    this.#follower.leave();
    this.#playhead.setRate(this.#speed);
  }

  #remember(change: Partial<Preferences>): void {
    const lineBps = this.#source.line.estimate(performance.now()).bps ?? this.#preferences.lineBps;
    this.#preferences = { ...this.#preferences, lineBps, ...change };
    savePreferences(this.#preferences);
  }

  #emit(): void {
    if (this.#listeners.size === 0) return;
    const state = this.state;
    for (const listener of this.#listeners) listener(state);
  }
}
