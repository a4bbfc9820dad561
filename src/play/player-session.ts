import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { type BroadcastAnswer, BroadcastWatch } from './broadcast-watch.ts';
import { DeviceMedia } from './device-media.ts';
import { decideEnding } from './ending.ts';
import type { HeadStart } from './head-start.ts';
import { Missed } from './missed.ts';
import { openingOf } from './opening.ts';
import { OriginClock } from './origin-clock.ts';
import { OriginGate } from './origin-gate.ts';
import type { Outage } from './outage.ts';
import { PlayerSource } from './player-source.ts';
import type { MissedMedia } from './player-state.ts';
import { Playhead } from './playhead.ts';
import { Standing } from './standing.ts';
import { Steering } from './steering.ts';
import { ViewerChoices } from './viewer-choices.ts';

/** Asked once, when the broadcast is known and before anything is loaded. Never rejects. */
export type ChooseStart = (detail: BroadcastDetail) => Promise<number | undefined> | undefined;

export interface SessionOptions {
  readonly broadcastId: string;
  readonly video: HTMLVideoElement;
  /** Answers with the media time to begin at; undefined: a recording's start, a live's edge. */
  readonly chooseStart: ChooseStart;
  readonly headStart: HeadStart | undefined;
  onChange(): void;
}

const TICK_MS = 100;
const TICKS_PER_CHANGE = 3;
/** A shorter outage is a hiccup, after which the live edge is caught up with. */
const LEAVES_LIVE_MS = 3000;
/** An origin that has said nothing by then is not waited for where this device has something to play. */
const PATIENCE_MS = 1500;

/** What goes on by itself while one `<video>` plays one broadcast. Owns everything it opens until `close`. */
export class PlayerSession {
  readonly playhead: Playhead;
  readonly steering: Steering;
  readonly choices: ViewerChoices;
  readonly source: PlayerSource;
  readonly device: DeviceMedia;
  readonly gate: OriginGate;
  readonly standing = new Standing();
  readonly missed = new Missed();
  readonly #options: SessionOptions;
  readonly #clock = new OriginClock();
  readonly #watch: BroadcastWatch;
  readonly #closing = new AbortController();
  #clockAsked: Promise<void> = Promise.resolve();
  #isChoosing = false;
  #isAttached = false;
  #outageSinceMs: number | undefined;
  #ticks = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { broadcastId, video, headStart } = options;
    const { standing } = this;
    this.choices = new ViewerChoices(video, () => this.source.line.estimate(performance.now()).bps);
    this.playhead = new Playhead(video, {
      onChange: () => options.onChange(),
      onPause: () => {
        this.#keep(true);
        this.steering.leaveLive();
      },
      onStall: (atMs) => {
        const isJitter = !this.source.line.estimate(atMs).isFull && this.gate.state.kind === 'open';
        if (isJitter) this.steering.stalled(atMs);
      },
      onDuration: () => {
        if (!standing.isLive) standing.recordingMs = this.#lengthMs();
      },
      onLoaded: () => this.#applyRememberedQuality(),
      onAstray: (mediaMs) => this.source.view?.seek(mediaMs),
    });
    this.steering = new Steering({
      playhead: this.playhead,
      standing,
      mode: this.choices.preferences.mode,
      source: () => this.source,
    });
    this.gate = new OriginGate(() => this.#gateChanged());
    this.#watch = new BroadcastWatch(broadcastId, this.gate, (answer) => this.#answered(answer));
    this.device = new DeviceMedia(broadcastId);
    this.source = new PlayerSource({
      device: this.device,
      headStart,
      broadcastId,
      video,
      gate: this.gate,
      clock: this.#clock,
      rememberedLineBps: this.choices.preferences.lineBps,
      detail: () => standing.detail,
      recordingMs: () => standing.recordingMs,
      resumeMs: () => this.steering.resumeMs(),
      wantsPlay: () => this.playhead.wantsPlay,
      isFollowing: () => this.steering.isFollowing,
      refresh: () => void this.#watch.ask(),
      onAttach: () => {
        this.playhead.restarting();
        this.steering.reopened();
      },
      onStatic: () => this.#becameRecording(),
      onAutoplayBlocked: () => {
        this.choices.browserMuted();
        this.source.view?.play();
      },
      onGivenUp: (code) => {
        const message = `This video does not play here any more (error ${code}). Try again, or reload the page.`;
        standing.fail({ code: 'media', message, canRetry: true });
        options.onChange();
      },
    });
  }

  async start(): Promise<void> {
    const { signal } = this.#closing;
    this.choices.applySound();
    this.playhead.listen(signal);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    const keepNow = (): void => {
      if (document.visibilityState === 'hidden') this.#keep(true);
    };
    document.addEventListener('visibilitychange', keepNow, { signal });
    setTimeout(() => void this.#beginWithoutOrigin(), PATIENCE_MS);
    const { headStart } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(8000)]);
    this.#clockAsked = this.#clock.start(limit, headStart?.clock).catch(() => this.gate.reportFailure());
    await Promise.all([this.#clockAsked, this.#watch.ask(headStart?.detail)]);
  }

  /** Whether dash.js has been given the broadcast. */
  get isAttached(): boolean {
    return this.#isAttached;
  }

  /** The creator's, as far as this viewer meets it. */
  get outage(): Outage {
    const { gate, standing, playhead, source } = this;
    if (!this.#isAttached || !standing.isLive || gate.state.kind === 'closed') return { kind: 'none' };
    return source.backfill.outage(playhead.positionMs + playhead.bufferMs);
  }

  get missedMedia(): MissedMedia | undefined {
    return this.missed.media(this.standing.detail?.missing ?? []);
  }

  /** The person asks for another try. */
  retry(): void {
    this.gate.tryNow();
    if (!this.standing.hasFailed) return;
    this.standing.forgive();
    this.source.forgive();
    void this.#watch.ask();
    if (this.#isAttached) this.source.attach(this.steering.resumeMs());
  }

  close(): void {
    this.#closing.abort();
    clearInterval(this.#ticker);
    this.#watch.close();
    this.gate.close();
    this.#clock.close();
    this.source.close();
    this.device.close();
  }

  #answered(answer: BroadcastAnswer): void {
    if (answer.kind === 'unknown') {
      const message = 'There is no broadcast at this address. Check the link, or look for it on the front page.';
      this.device.forget();
      this.standing.fail({ code: 'unknown_broadcast', message, canRetry: false });
    }
    if (answer.kind === 'detail') {
      this.standing.detail = answer.detail;
      this.source.detailChanged(answer.detail);
      if (this.device.isAway) this.#originIsBack();
      if (answer.detail.state !== 'reserved' && !this.#isAttached) void this.#firstAttach(answer.detail);
    }
    this.#options.onChange();
  }

  /** Nobody answers: what this device has plays, and the rest is waited for. */
  async #beginWithoutOrigin(): Promise<void> {
    const kept = await this.device.loaded;
    if (kept === undefined || this.standing.detail !== undefined || this.#closing.signal.aborted) return;
    this.device.isAway = true;
    this.#clock.assume(kept.clockOffsetMs);
    this.standing.detail = kept.detail;
    await this.#firstAttach(kept.detail);
  }

  /** From here on everything comes from the origin again, where playback is. */
  #originIsBack(): void {
    this.device.isAway = false;
    if (this.#isAttached) this.source.attach(this.steering.resumeMs());
  }

  async #firstAttach(detail: BroadcastDetail): Promise<void> {
    // Just over, and the viewers at the edge are being let out: the recording is there in a few seconds.
    if ((detail.state === 'processing' && !this.device.isAway) || this.#isChoosing) return;
    this.#isChoosing = true;
    // Where the edge is depends on what time it is.
    const [chosenMs] = await Promise.all([this.#options.chooseStart(detail), this.device.isAway || this.#clockAsked]);
    if (this.#closing.signal.aborted) return;
    this.#isAttached = true;
    const keptFromMs = this.device.isAway ? this.device.kept?.run.startMs : undefined;
    const opening = openingOf({ state: detail.state, chosenMs, keptFromMs });
    if (opening.kind === 'live-edge') {
      this.source.attach(this.steering.joinMs());
      return;
    }
    this.steering.leaveLive();
    this.source.attach(opening.mediaMs);
    if (opening.kind === 'recording') return;
    // dash.js moves a start that is near the live edge, but not a seek once the timeline is known.
    this.#options.video.addEventListener('loadedmetadata', () => this.steering.seek(opening.mediaMs), {
      once: true,
      signal: this.#closing.signal,
    });
  }

  #becameRecording(): void {
    const wasFollowing = this.steering.isFollowing;
    const durationMs = this.#lengthMs();
    this.standing.recordingMs = durationMs;
    this.steering.leaveLive();
    void this.#watch.ask();
    this.#stopIfOver(durationMs, wasFollowing);
    this.#options.onChange();
  }

  #lengthMs(): number {
    return this.playhead.durationMs ?? this.standing.detail?.durationMs ?? this.source.mediaNowMs;
  }

  #applyRememberedQuality(): void {
    const { view } = this.source;
    const track = this.choices.takeRemembered(view?.qualities() ?? []);
    if (track !== undefined) view?.choose(track, false);
  }

  #gateChanged(): void {
    const gate = this.gate.state;
    if (gate.kind === 'closed') {
      this.#outageSinceMs ??= gate.sinceMs;
      void this.#beginWithoutOrigin();
    } else {
      const tookMs = performance.now() - (this.#outageSinceMs ?? performance.now());
      this.#outageSinceMs = undefined;
      // Who lost the origin goes on where it was; the way to the live edge is the person's choice.
      if (this.playhead.playback === 'buffering' && tookMs > LEAVES_LIVE_MS) this.steering.leaveLive();
      if (this.standing.detail === undefined || this.device.isAway) void this.#watch.ask();
    }
    this.#options.onChange();
  }

  #tick(): void {
    const { playhead, source, standing } = this;
    const nowMs = performance.now();
    const stillForMs = playhead.look(nowMs);
    const { positionMs, playback } = playhead;
    const stuckForMs = playhead.isPaused ? 0 : stillForMs;
    if (playback === 'playing' && stillForMs === 0) source.forgive();
    const isHeld = source.backfill.isHolding || (this.missedMedia?.missingMs ?? 0) > 0;
    this.#watch.setWaitingForMedia(isHeld || (playback === 'buffering' && stuckForMs > 1000));
    this.missed.look({
      positionMs,
      isAtLiveEdge: this.steering.isFollowing && standing.isLive,
      isPlaying: playback === 'playing',
      outage: this.outage.kind,
    });
    const isPaceable = standing.isLive && source.zeroMs !== undefined && this.gate.state.kind !== 'closed';
    if (this.#isAttached && !playhead.rescue(stillForMs, source.backfill.isHolding) && isPaceable)
      this.steering.follow(nowMs, stuckForMs);
    const { recordingMs } = standing;
    const isAtRest = playback !== 'finished' && stuckForMs > 1000;
    if (recordingMs !== undefined && isAtRest) this.#stopIfOver(recordingMs, false);
    if (playback === 'playing') this.#keep(false);
    this.#ticks += 1;
    if (this.#ticks % TICKS_PER_CHANGE === 0) this.#options.onChange();
  }

  #keep(isUrgent: boolean): void {
    const { detail } = this.standing;
    if (detail === undefined) return;
    this.device.tick({ positionMs: this.playhead.positionMs, detail, clockOffsetMs: this.#clock.offsetMs }, isUrgent);
  }

  #stopIfOver(endMs: number, wasFollowing: boolean): void {
    if (decideEnding(this.playhead.positionMs, endMs, wasFollowing) !== 'finish') return;
    this.playhead.finish();
    this.source.view?.pause();
  }
}
