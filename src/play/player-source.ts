import { backoffMs, RETRY_POLICY } from '../lib/backoff.ts';
import type { BroadcastDetail } from '../protocol/broadcast.ts';
import { DEFAULT_GRID, type Grid, partMs } from '../protocol/grid.ts';
import { isHelped } from '../protocol/track.ts';
import { live } from '../protocol/urls.ts';
import { BackfillGate } from './backfill-gate.ts';
import type { LadderNow } from './dash-rule.ts';
import { DashView } from './dash-view.ts';
import type { DeviceMedia } from './device-media.ts';
import { FeedRouter } from './feed-router.ts';
import type { HeadStart } from './head-start.ts';
import { helpedLagMs } from './helped-lag.ts';
import { joinPeriods, type TracksFrom, tracksAt } from './joined-periods.ts';
import { nearestKey } from './key-grid.ts';
import { LineMeter } from './line-meter.ts';
import { MadeGate } from './made-gate.ts';
import { mediaSpans, spanAt } from './media-spans.ts';
import type { OriginClock } from './origin-clock.ts';
import type { OriginGate } from './origin-gate.ts';
import { isLocalUrl } from './part-url.ts';
import { manifestPartMs, piecesForRoundTrip } from './piece-size.ts';
import { decideAmong, decideQuality, FRESH_QUALITY } from './quality.ts';
import { withParts } from './recording-parts.ts';

const DEFAULT_LINE_BPS = 2_500_000;
const SAFE_SHARE = 0.75;
const SOUND_AND_BOXES_BPS = 160_000;
const MAX_RECOVERIES = 8;
/** The end of what is buffered may fall a hair before the edge of the next part. */
const EDGE_MS = 5;

export interface SourceContext {
  readonly broadcastId: string;
  readonly video: HTMLVideoElement;
  readonly gate: OriginGate;
  readonly clock: OriginClock;
  readonly device: DeviceMedia;
  readonly headStart: HeadStart | undefined;
  readonly rememberedLineBps: number | undefined;
  detail(): BroadcastDetail | undefined;
  recordingMs(): number | undefined;
  /** Where to go on when the source has to be opened anew, in media time. */
  resumeMs(): number;
  wantsPlay(): boolean;
  isFollowing(): boolean;
  /** The origin should be asked how the broadcast stands. */
  refresh(): void;
  onAttach(): void;
  onStatic(): void;
  onAutoplayBlocked(): void;
  /** Opening anew did not help. */
  onGivenUp(code: number): void;
}

/** Where the media comes from: dash.js, the feeds behind it, what the line carries, and the way back from an error. */
export class PlayerSource {
  readonly line = new LineMeter();
  readonly #context: SourceContext;
  readonly #made = new MadeGate();
  readonly backfill: BackfillGate;
  #view: DashView | undefined;
  #router: FeedRouter | undefined;
  #isFeed = true;
  #zeroMs: number | undefined;
  #newestMs = 0;
  #askedAtMs = 0;
  #quality = FRESH_QUALITY;
  #stretches: readonly TracksFrom[] = [];
  /** From the newest manifest. */
  helpedLagMs = 0;
  #recoveries = 0;
  #recovery: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(context: SourceContext) {
    this.#context = context;
    this.backfill = new BackfillGate({
      holdings: () => ({
        askedAtMs: context.recordingMs() === undefined ? this.#askedAtMs : 0,
        knownEndMs: this.knownEndMs,
        missing: context.detail()?.missing ?? [],
      }),
      // A recording has all it will have.
      isFollowing: () => context.isFollowing() || context.recordingMs() !== undefined,
      refresh: () => context.refresh(),
    });
  }

  /** undefined until `attach`. */
  get view(): DashView | undefined {
    return this.#view;
  }

  /** Wall clock of media time zero on the origin's clock; undefined before the start. */
  get zeroMs(): number | undefined {
    return this.#zeroMs ?? this.#context.detail()?.startedAt ?? undefined;
  }

  /** Milliseconds of media captured so far. */
  get mediaNowMs(): number {
    return this.zeroMs === undefined ? 0 : this.#context.clock.nowMs() - this.zeroMs;
  }

  /** End of what the origin is known to hold, in media time: what it said last, or what has come since. */
  get knownEndMs(): number {
    return Math.max(this.#newestMs, this.#context.detail()?.durationMs ?? 0);
  }

  get grid(): Grid {
    return this.#context.detail()?.grid ?? DEFAULT_GRID;
  }

  /** The origin has said something new about the broadcast. */
  detailChanged(detail: BroadcastDetail): void {
    this.#made.tell(detail);
    this.#askedAtMs = this.mediaNowMs;
    this.backfill.look(performance.now(), true);
  }

  attach(startMs: number): void {
    const { broadcastId, clock } = this.#context;
    const upload = this.#context.detail()?.upload;
    // The feed opens a segment before it is wanted; what is still being made comes in whole segments instead.
    if (upload?.isFinished === false) this.#isFeed = false;
    const { partsPerSegment } = this.grid;
    this.#router?.close();
    this.backfill.clear();
    this.#router = this.#openRouter();
    this.line.forgetLateness();
    this.#context.onAttach();
    const pieces = this.#isFeed ? partsPerSegment : piecesForRoundTrip(clock.roundTripMs ?? 100, partsPerSegment);
    this.#view ??= this.#openView();
    this.#view.attach(
      live.manifest(broadcastId, manifestPartMs(pieces)),
      startMs,
      this.#isFeed,
      this.#initialKbps(startMs),
      this.#context.wantsPlay(),
    );
  }

  /** Playback moves: whatever was wrong is over. */
  forgive(): void {
    this.#recoveries = 0;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#recovery);
    this.#router?.close();
    this.#view?.dispose();
  }

  #openRouter(): FeedRouter {
    const { broadcastId, gate, clock, device, headStart } = this.#context;
    const { partsPerSegment } = this.grid;
    return new FeedRouter({
      broadcastId,
      partsPerSegment,
      tracks: this.#context.detail()?.tracks ?? [],
      gate,
      mediaNowMs: () => this.mediaNowMs,
      knownEndMs: () => this.knownEndMs,
      recordingMs: () => this.#context.recordingMs(),
      whenMade: (segment) => this.#made.whenMade(segment),
      whenThere: (part) => this.backfill.whenThere(part * partMs(partsPerSegment)),
      isCreatorAway: () => this.backfill.isCreatorAway,
      whenCame: (part) => this.backfill.whenCame(part * partMs(partsPerSegment)),
      fateOf: (part) => this.backfill.fateOf(part * partMs(partsPerSegment), performance.now()),
      kept: (url) =>
        device.answer(url) ??
        headStart?.take(url)?.then((bytes) => {
          device.received(url, bytes?.buffer, partsPerSegment);
          return bytes;
        }),
      onTaken: (track, part, bytes) => device.took(track, part, bytes, partsPerSegment),
      onRead: (bytes, atMs) => this.line.read(bytes, atMs),
      onChunk: (track, chunk, isFresh, atMs) => {
        this.#newestMs = Math.max(this.#newestMs, (chunk.part + 1) * partMs(partsPerSegment));
        this.backfill.look(atMs, false);
        if (!isFresh || this.zeroMs === undefined) return;
        const endsAtMs = this.zeroMs + (chunk.part + 1) * partMs(partsPerSegment);
        const madeLateMs = isHelped(track) ? this.helpedLagMs : 0;
        this.line.part(track.kind, endsAtMs - (clock.nowMs() - performance.now()), atMs, madeLateMs);
      },
      onUnusable: () => this.#usePieces(),
    });
  }

  #openView(): DashView {
    const { video, gate, device, clock } = this.#context;
    return new DashView(video, DEFAULT_LINE_BPS / 1000, {
      intercept: (request) => (this.#router === undefined ? Promise.resolve(request) : this.#router.intercept(request)),
      onResponse: (url, status, data) => {
        this.#router?.release(url);
        device.received(url, data, this.grid.partsPerSegment);
        if (status === 0 && !isLocalUrl(url)) void gate.suspect();
      },
      rewriteManifest: (text) => {
        this.helpedLagMs = helpedLagMs(text);
        if (!this.#isFeed) return text;
        const { partsPerSegment, gopSeconds } = this.grid;
        const joined = joinPeriods(text);
        this.#stretches = joined.stretches;
        const rewritten = withParts(joined.text, partsPerSegment, gopSeconds);
        device.manifest(rewritten, partsPerSegment);
        return rewritten;
      },
      originNowMs: () => (clock.offsetMs === undefined ? undefined : clock.nowMs()),
      chooseRung: (ladder, byHand) => this.#chooseRung(ladder, byHand),
      onMediaZero: (wallClockMs) => {
        this.#zeroMs = wallClockMs;
      },
      onStatic: () => this.#context.onStatic(),
      onAutoplayBlocked: () => this.#context.onAutoplayBlocked(),
      onError: (code) => this.#recover(code),
    });
  }

  /** What this device has goes on in its own quality; without a server there is no other. */
  #chooseRung({ current, ladderBps, tracks }: LadderNow, byHand: number | undefined): number {
    const { video, device } = this.#context;
    const positionMs = video.currentTime * 1000;
    const nextMs = spanAt(mediaSpans(video.buffered), positionMs)?.toMs ?? positionMs;
    const there = tracksAt(this.#stretches, nearestKey(nextMs, this.grid.gopSeconds), this.mediaNowMs);
    const isThere = tracks.map((track) => there === undefined || there.includes(track));
    const kept = device.rungAt(nextMs + EDGE_MS, ladderBps);
    if (kept !== undefined && (device.isAway || byHand === undefined)) return kept;
    if (byHand !== undefined) return decideAmong(isThere, byHand, ladderBps, (rung) => rung);
    return decideAmong(isThere, current, ladderBps, (from, ladder) => {
      const nowMs = performance.now();
      const line = this.line.estimate(nowMs);
      const decision = decideQuality(from, ladder, SOUND_AND_BOXES_BPS, line, this.#quality, nowMs);
      this.#quality = decision.memory;
      return decision.rung;
    });
  }

  #initialKbps(startMs: number): number {
    const kept = this.#context.device.lineBpsAt(startMs);
    if (kept !== undefined) return kept / 1000;
    const measured = this.line.estimate(performance.now()).bps;
    return ((measured ?? this.#context.rememberedLineBps ?? DEFAULT_LINE_BPS) * SAFE_SHARE) / 1000;
  }

  #usePieces(): void {
    if (!this.#isFeed || this.#isClosed) return;
    this.#isFeed = false;
    this.attach(this.#context.resumeMs());
  }

  /** Error 27 (a piece that would not come), a broken source, a decoder that gave up: open the source anew. */
  #recover(code: number): void {
    if (this.#isClosed || this.#recovery !== undefined) return;
    if (this.#recoveries >= MAX_RECOVERIES) {
      this.#context.onGivenUp(code);
      return;
    }
    const waitMs = backoffMs(this.#recoveries++, Math.random(), RETRY_POLICY);
    this.#recovery = setTimeout(() => {
      this.#recovery = undefined;
      void this.#context.gate.whenOpen().then(() => {
        if (!this.#isClosed) this.attach(this.#context.resumeMs());
      });
    }, waitMs);
  }
}
