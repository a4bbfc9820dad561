import { backoffMs, RETRY_POLICY } from '../lib/backoff.ts';
import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { DEFAULT_GRID } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';
import { live } from '../protocol/urls.ts';
import { type BroadcastAnswer, BroadcastWatch } from './broadcast-watch.ts';
import { DashView } from './dash-view.ts';
import { decideEnding } from './ending.ts';
import { FeedRouter } from './feed-router.ts';
import { snapToKey } from './key-grid.ts';
import type { LatencyMode } from './latency.ts';
import { LineMeter } from './line-meter.ts';
import { LiveFollower } from './live-follower.ts';
import { mediaSpans, spanAt } from './media-spans.ts';
import { OriginClock } from './origin-clock.ts';
import { OriginGate } from './origin-gate.ts';
import { manifestPartMs, piecesForRoundTrip } from './piece-size.ts';
import type { Playback, PlayerPhase, PlayerState } from './player-state.ts';
import { loadPreferences, type Preferences, savePreferences } from './preferences.ts';
import { decideQuality, FRESH_QUALITY } from './quality.ts';
import { withParts } from './recording-parts.ts';
import { partMs } from './stretch.ts';
import { rescueFromHole } from './stuck.ts';

const TICK_MS = 100;
const TICKS_PER_EMIT = 3;
/** `HTMLMediaElement.HAVE_FUTURE_DATA`. */
const HAVE_FUTURE_DATA = 3;
const LAG_SHARE = 0.9;
const DEFAULT_LINE_BPS = 2_500_000;
const SOUND_AND_BOXES_BPS = 160_000;
/** Farther than this from the target the rest is skipped over by joining anew. */
const REJOIN_MS = 10_000;
const MAX_RECOVERIES = 8;
/** A shorter outage is a hiccup, after which the live edge is caught up with. */
const LEAVES_LIVE_MS = 3000;
const STALL_COUNTS_ONCE_MS = 2000;

/**
 * The watch page's player: one `<video>`, one broadcast. State goes out as one read-only value; wishes come in as
 * calls. Owns everything it opens until `dispose`.
 */
export class TabcastPlayer {
  readonly #id: string;
  readonly #video: HTMLVideoElement;
  readonly #clock = new OriginClock();
  readonly #gate: OriginGate;
  readonly #watch: BroadcastWatch;
  readonly #line = new LineMeter();
  readonly #follower: LiveFollower;
  readonly #listeners = new Set<(state: PlayerState) => void>();
  readonly #closing = new AbortController();
  #preferences: Preferences = loadPreferences();
  #detail: BroadcastDetail | undefined;
  #failure: PlayerPhase | undefined;
  #view: DashView | undefined;
  #router: FeedRouter | undefined;
  #isFeed = true;
  #isAttached = false;
  #zeroMs: number | undefined;
  #recordingMs: number | undefined;
  #playback: Playback = 'starting';
  #wantsPlay = true;
  #isMutedByBrowser = false;
  #speed = 1;
  #chosen: TrackId | undefined;
  #quality = FRESH_QUALITY;
  #stalls = 0;
  #lastStallMs = Number.NEGATIVE_INFINITY;
  #lastMove = { positionMs: -1, atMs: 0 };
  #recoveries = 0;
  #outageSinceMs: number | undefined;
  #ticks = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #recovery: ReturnType<typeof setTimeout> | undefined;

  constructor(broadcastId: string, video: HTMLVideoElement) {
    this.#id = broadcastId;
    this.#video = video;
    this.#follower = new LiveFollower(this.#preferences.mode, performance.now());
    this.#gate = new OriginGate(() => this.#gateChanged());
    this.#watch = new BroadcastWatch(broadcastId, this.#gate, (answer) => this.#answered(answer));
  }

  /** False where dash.js cannot play: an iPhone has no MediaSource for pages. */
  static get isSupported(): boolean {
    return typeof MediaSource !== 'undefined';
  }

  async start(): Promise<void> {
    this.#video.volume = this.#preferences.volume;
    this.#video.muted = this.#preferences.isMuted;
    this.#listenToVideo();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    const clock = this.#clock.start(AbortSignal.any([this.#closing.signal, AbortSignal.timeout(8000)]));
    await Promise.all([clock.catch(() => this.#gate.reportFailure()), this.#watch.ask()]);
  }

  get state(): PlayerState {
    const video = this.#video;
    const quality = video.getVideoPlaybackQuality();
    const qualities = this.#view?.qualities() ?? [];
    const playing = this.#view?.playingTrack();
    const isLive = this.#isLive();
    return {
      phase: this.#phase(),
      playback: this.#playback,
      title: this.#detail?.title ?? '',
      posterUrl: this.#detail?.posterUrl ?? null,
      positionMs: video.currentTime * 1000,
      endMs: isLive ? Math.max(0, this.#mediaNowMs()) : (this.#recordingMs ?? this.#detail?.durationMs ?? 0),
      startedAtMs: this.#zeroMs,
      isFollowingLive: isLive && this.#follower.isFollowing,
      latencyMs: isLive && this.#isAttached ? this.#mediaNowMs() - video.currentTime * 1000 : undefined,
      targetLatencyMs: this.#follower.targetMs,
      bufferMs: this.#bufferMs(),
      mode: this.#follower.mode,
      speed: this.#speed,
      qualities,
      chosenQuality: this.#chosen,
      playingQuality: qualities.find((entry) => entry.track === playing),
      droppedFrames: quality.droppedVideoFrames,
      decodedFrames: quality.totalVideoFrames,
      stalls: this.#stalls,
      lineBps: this.#line.estimate(performance.now()).bps,
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
    this.#wantsPlay = true;
    if (this.#playback === 'finished') {
      this.seek(0);
    }
    this.#view?.play();
  }

  pause(): void {
    this.#wantsPlay = false;
    this.#leaveLive();
    this.#view?.pause();
  }

  togglePlay(): void {
    if (this.#video.paused) this.play();
    else this.pause();
  }

  /** To media time; close enough to the edge it is a jump to live. */
  seek(mediaMs: number): void {
    const endMs = this.state.endMs;
    if (this.#isLive() && mediaMs > endMs - this.#follower.targetMs - 1500) {
      this.goLive();
      return;
    }
    this.#leaveLive();
    this.#line.forgetLateness();
    this.#seekTo(snapToKey(mediaMs, this.#gopSeconds(), endMs));
  }

  seekBy(ms: number): void {
    this.seek(this.#video.currentTime * 1000 + ms);
  }

  goLive(): void {
    if (!this.#isLive()) return;
    this.#speed = 1;
    this.#wantsPlay = true;
    this.#follower.join();
    const wantedMs = this.#mediaNowMs() - this.#follower.targetMs;
    const span = spanAt(mediaSpans(this.#video.buffered), wantedMs);
    this.#seekTo(span === undefined ? snapToKey(wantedMs, this.#gopSeconds(), wantedMs) : wantedMs);
    this.#view?.play();
  }

  setMode(mode: LatencyMode): void {
    this.#follower.setMode(mode, performance.now());
    this.#remember({ mode });
    this.goLive();
  }

  /** undefined: automatic. */
  setQuality(choice: TrackId | undefined): void {
    this.#chosen = choice;
    const height = this.#view?.qualities().find((entry) => entry.track === choice)?.height;
    this.#remember({ quality: height ?? 'auto' });
    this.#view?.choose(choice, !this.#follower.isFollowing);
    this.#emit();
  }

  /** Anything but 1 leaves the live edge, where the pace is the player's. */
  setSpeed(speed: number): void {
    this.#speed = speed;
    if (speed !== 1) this.#follower.leave();
    this.#setRate(speed);
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

  /** From the sentence about an outage or a failure. */
  retry(): void {
    this.#gate.tryNow();
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#recoveries = 0;
    void this.#watch.ask();
    if (this.#isAttached) this.#attach(this.#resumeMs());
  }

  dispose(): void {
    this.#closing.abort();
    clearInterval(this.#ticker);
    clearTimeout(this.#recovery);
    this.#watch.close();
    this.#gate.close();
    this.#clock.close();
    this.#router?.close();
    this.#view?.dispose();
    this.#listeners.clear();
  }

  #phase(): PlayerPhase {
    if (this.#failure !== undefined) return this.#failure;
    const gate = this.#gate.state;
    if (gate.kind === 'closed') return { kind: 'unreachable', nextTryAtMs: gate.nextTryAtMs };
    if (this.#detail === undefined) return { kind: 'loading' };
    if (this.#detail.state === 'reserved') return { kind: 'not-started' };
    if (!this.#isLive()) return { kind: 'ended' };
    if (this.#detail.state === 'processing') return { kind: 'ending' };
    return this.#detail.state === 'interrupted' ? { kind: 'interrupted' } : { kind: 'live' };
  }

  #isLive(): boolean {
    return this.#recordingMs === undefined && !isOver(this.#detail);
  }

  #mediaNowMs(): number {
    return this.#zeroMs === undefined ? 0 : this.#clock.nowMs() - this.#zeroMs;
  }

  #gopSeconds(): number {
    return this.#detail?.grid?.gopSeconds ?? DEFAULT_GRID.gopSeconds;
  }

  #partsPerSegment(): number {
    return this.#detail?.grid?.partsPerSegment ?? DEFAULT_GRID.partsPerSegment;
  }

  #bufferMs(): number {
    const positionMs = this.#video.currentTime * 1000;
    const span = spanAt(mediaSpans(this.#video.buffered), positionMs);
    return span === undefined ? 0 : span.toMs - positionMs;
  }

  #answered(answer: BroadcastAnswer): void {
    if (answer.kind === 'unknown') {
      this.#failure = {
        kind: 'failed',
        problem: {
          code: 'unknown_broadcast',
          message: 'There is no broadcast at this address. Check the link, or look for it on the front page.',
          canRetry: false,
        },
      };
    }
    if (answer.kind === 'detail') {
      this.#detail = answer.detail;
      if (answer.detail.startedAt !== null) this.#zeroMs ??= answer.detail.startedAt;
      if (answer.detail.state !== 'reserved' && !this.#isAttached) this.#firstAttach(answer.detail);
    }
    this.#emit();
  }

  #firstAttach(detail: BroadcastDetail): void {
    // Just over, and the viewers at the edge are being let out: the recording is there in a few seconds.
    if (detail.state === 'processing') return;
    this.#isAttached = true;
    if (detail.state === 'ended' || detail.state === 'sealed') {
      this.#follower.leave();
      this.#attach(0);
      return;
    }
    this.#attach(this.#joinMs());
  }

  /** The key frame at or before where a viewer at the live edge would be. */
  #joinMs(): number {
    const wantedMs = this.#mediaNowMs() - this.#follower.targetMs;
    return wantedMs <= 0 ? 0 : snapToKey(wantedMs, this.#gopSeconds(), wantedMs);
  }

  /** Where to go on after the source had to be opened anew. */
  #resumeMs(): number {
    return this.#isLive() && this.#follower.isFollowing ? this.#joinMs() : this.#video.currentTime * 1000;
  }

  #attach(startMs: number): void {
    const partsPerSegment = this.#partsPerSegment();
    this.#router?.close();
    this.#router = new FeedRouter({
      broadcastId: this.#id,
      partsPerSegment,
      tracks: this.#detail?.tracks ?? [],
      gate: this.#gate,
      mediaNowMs: () => this.#mediaNowMs(),
      recordingMs: () => this.#recordingMs,
      onRead: (bytes, atMs) => this.#line.read(bytes, atMs),
      onChunk: (track, chunk, isFresh, atMs) => {
        if (track.kind !== 'video' || !isFresh || this.#zeroMs === undefined) return;
        const endsAtMs = this.#zeroMs + (chunk.part + 1) * partMs(partsPerSegment);
        this.#line.part(endsAtMs - (this.#clock.nowMs() - performance.now()), atMs);
      },
      onUnusable: () => this.#usePieces(),
    });
    this.#playback = 'starting';
    this.#line.forgetLateness();
    if (this.#follower.isFollowing) this.#follower.join();
    this.#view ??= this.#openView();
    const view = this.#view;
    const pieces = this.#isFeed ? partsPerSegment : piecesForRoundTrip(this.#clock.roundTripMs ?? 100, partsPerSegment);
    view.attach(
      live.manifest(this.#id, manifestPartMs(pieces)),
      startMs,
      this.#isFeed,
      this.#initialKbps(),
      this.#wantsPlay,
    );
  }

  #openView(): DashView {
    return new DashView(this.#video, this.#initialKbps(), {
      intercept: (request) => (this.#router === undefined ? Promise.resolve(request) : this.#router.intercept(request)),
      onResponse: (url, status) => {
        this.#router?.release(url);
        if (status === 0 && !url.startsWith('blob:')) void this.#gate.suspect();
      },
      rewriteManifest: (text) => (this.#isFeed ? withParts(text, this.#partsPerSegment(), this.#gopSeconds()) : text),
      chooseRung: (current, ladder) => {
        const nowMs = performance.now();
        const line = this.#line.estimate(nowMs);
        const decision = decideQuality(current, ladder, SOUND_AND_BOXES_BPS, line, this.#quality, nowMs);
        this.#quality = decision.memory;
        return decision.rung;
      },
      onMediaZero: (wallClockMs) => {
        this.#zeroMs = wallClockMs;
      },
      onStatic: () => this.#becameRecording(),
      onAutoplayBlocked: () => {
        this.#isMutedByBrowser = true;
        this.#video.muted = true;
        this.#view?.play();
      },
      onError: (code) => this.#recover(code),
    });
  }

  #initialKbps(): number {
    const known = this.#line.estimate(performance.now()).bps ?? this.#preferences.lineBps ?? DEFAULT_LINE_BPS;
    return (known * 0.75) / 1000;
  }

  #usePieces(): void {
    if (!this.#isFeed) return;
    this.#isFeed = false;
    this.#attach(this.#resumeMs());
  }

  #becameRecording(): void {
    const wasFollowing = this.#follower.isFollowing;
    this.#recordingMs = this.#mediaDurationMs();
    this.#leaveLive();
    void this.#watch.ask();
    if (decideEnding(this.#video.currentTime * 1000, this.#recordingMs, wasFollowing) === 'finish') this.#finish();
    this.#emit();
  }

  #mediaDurationMs(): number {
    const seconds = this.#video.duration;
    return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : (this.#detail?.durationMs ?? this.#mediaNowMs());
  }

  #finish(): void {
    this.#wantsPlay = false;
    this.#playback = 'finished';
    this.#view?.pause();
  }

  /** Error 27 (a piece that would not come), a broken source, a decoder that gave up: open the source anew. */
  #recover(code: number): void {
    if (this.#closing.signal.aborted || this.#recovery !== undefined || this.#failure !== undefined) return;
    if (this.#recoveries >= MAX_RECOVERIES) {
      this.#failure = {
        kind: 'failed',
        problem: {
          code: 'media',
          message: `This video does not play here any more (error ${code}). Try again, or reload the page.`,
          canRetry: true,
        },
      };
      this.#emit();
      return;
    }
    this.#recovery = setTimeout(
      () => {
        this.#recovery = undefined;
        void this.#gate.whenOpen().then(() => {
          if (!this.#closing.signal.aborted) this.#attach(this.#resumeMs());
        });
      },
      backoffMs(this.#recoveries++, Math.random(), RETRY_POLICY),
    );
  }

  #listenToVideo(): void {
    const signal = this.#closing.signal;
    const on = (name: keyof HTMLMediaElementEventMap, call: () => void): void =>
      this.#video.addEventListener(name, call, { signal });
    on('playing', () => {
      this.#playback = 'playing';
      this.#emit();
    });
    on('pause', () => {
      if (this.#playback !== 'finished' && !this.#wantsPlay) this.#playback = 'paused';
      this.#emit();
    });
    on('play', () => {
      // Picture-in-picture and media keys start and stop the element without asking the page.
      this.#wantsPlay = true;
      if (this.#playback === 'paused') this.#playback = 'buffering';
    });
    on('waiting', () => this.#waiting());
    on('ended', () => {
      this.#playback = 'finished';
      this.#wantsPlay = false;
      this.#emit();
    });
    on('durationchange', () => {
      if (!this.#isLive()) this.#recordingMs = this.#mediaDurationMs();
    });
    on('volumechange', () => this.#emit());
    on('loadeddata', () => this.#applyRememberedQuality());
  }

  #waiting(): void {
    if (this.#playback === 'starting' || this.#playback === 'finished' || this.#video.seeking) return;
    const nowMs = performance.now();
    this.#playback = 'buffering';
    if (nowMs - this.#lastStallMs > STALL_COUNTS_ONCE_MS) {
      this.#stalls += 1;
      this.#lastStallMs = nowMs;
      const isJitter = !this.#line.estimate(nowMs).isFull && this.#gate.state.kind === 'open';
      if (isJitter) this.#follower.stalled(nowMs);
    }
    this.#emit();
  }

  #applyRememberedQuality(): void {
    const wanted = this.#preferences.quality;
    if (wanted === 'auto' || this.#chosen !== undefined) return;
    const fitting = this.#view?.qualities().find((entry) => entry.height <= wanted);
    if (fitting === undefined) return;
    this.#chosen = fitting.track;
    this.#view?.choose(fitting.track, false);
  }

  #gateChanged(): void {
    const gate = this.#gate.state;
    if (gate.kind === 'closed') this.#outageSinceMs ??= gate.sinceMs;
    else {
      const tookMs = performance.now() - (this.#outageSinceMs ?? performance.now());
      this.#outageSinceMs = undefined;
      // Who lost the origin goes on where it was; the way to the live edge is the person's choice.
      if (this.#playback === 'buffering' && tookMs > LEAVES_LIVE_MS) this.#leaveLive();
      if (this.#detail === undefined) void this.#watch.ask();
    }
    this.#emit();
  }

  #tick(): void {
    const nowMs = performance.now();
    const positionMs = this.#video.currentTime * 1000;
    if (Math.abs(positionMs - this.#lastMove.positionMs) > 1) {
      this.#lastMove = { positionMs, atMs: nowMs };
      const canPlay = this.#video.readyState >= HAVE_FUTURE_DATA && !this.#video.paused;
      if (this.#playback === 'buffering' && canPlay) this.#playback = 'playing';
      if (this.#playback === 'playing') this.#recoveries = 0;
    }
    const stillForMs = this.#video.paused ? 0 : nowMs - this.#lastMove.atMs;
    this.#watch.setWaitingForMedia(this.#playback === 'buffering' && stillForMs > 1000);
    if (this.#isAttached && !this.#rescue(positionMs, nowMs - this.#lastMove.atMs)) this.#follow(positionMs, nowMs);
    if (!this.#isLive()) this.#finishAtTheEnd(positionMs, stillForMs);
    this.#ticks += 1;
    if (this.#ticks % TICKS_PER_EMIT === 0) this.#emit();
  }

  #rescue(positionMs: number, stillForMs: number): boolean {
    const target = rescueFromHole({
      positionMs,
      stillForMs,
      isPaused: this.#video.paused,
      isSeeking: this.#video.seeking,
      readyState: this.#video.readyState,
      buffered: mediaSpans(this.#video.buffered),
    });
    if (target === undefined) return false;
    this.#lastMove = { positionMs, atMs: performance.now() };
    this.#video.currentTime = target / 1000;
    return true;
  }

  #follow(positionMs: number, nowMs: number): void {
    const isSteady = !this.#video.paused && !this.#video.seeking && this.#video.readyState >= 2;
    if (!this.#isLive() || !isSteady || this.#zeroMs === undefined || this.#gate.state.kind === 'closed') return;
    const mediaNowMs = this.#mediaNowMs();
    if (!this.#follower.isFollowing) {
      // Played fast until there was nothing left to catch up with.
      if (this.#speed > 1 && mediaNowMs - positionMs < this.#follower.targetMs) this.goLive();
      return;
    }
    const pace = this.#follower.pace({
      nowMs,
      positionMs,
      mediaNowMs,
      bufferMs: this.#bufferMs(),
      rateNow: this.#video.playbackRate,
      partLengthMs: partMs(this.#partsPerSegment()),
      lagMs: this.#line.lagMs(LAG_SHARE),
    });
    if (mediaNowMs - positionMs > this.#follower.targetMs + REJOIN_MS) this.goLive();
    else if (pace.kind === 'jump') this.#seekTo(pace.mediaMs);
    else this.#setRate(pace.rate);
  }

  #finishAtTheEnd(positionMs: number, stillForMs: number): void {
    const endMs = this.#recordingMs;
    if (endMs === undefined || this.#playback === 'finished' || this.#video.paused) return;
    if (stillForMs > 1000 && decideEnding(positionMs, endMs, false) === 'finish') this.#finish();
  }

  #seekTo(mediaMs: number): void {
    if (this.#playback === 'finished') this.#playback = 'paused';
    this.#lastMove = { positionMs: this.#lastMove.positionMs, atMs: performance.now() };
    this.#view?.seek(mediaMs);
  }

  /** The playhead belongs to the person from here on; the pace towards the live edge ends. */
  #leaveLive(): void {
    this.#follower.leave();
    this.#setRate(this.#speed);
  }

  #setRate(rate: number): void {
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
  }

  #remember(change: Partial<Preferences>): void {
    const lineBps = this.#line.estimate(performance.now()).bps ?? this.#preferences.lineBps;
    this.#preferences = { ...this.#preferences, lineBps, ...change };
    savePreferences(this.#preferences);
  }

  #emit(): void {
    if (this.#listeners.size === 0) return;
    const state = this.state;
    for (const listener of this.#listeners) listener(state);
  }
}

const isOver = (detail: BroadcastDetail | undefined): boolean =>
  detail?.state === 'ended' || detail?.state === 'sealed';
