import type { ErrorEvent, ManifestLoadedEvent, MediaPlayerClass, MediaPlayerEvent, Representation } from 'dashjs';
import { MediaPlayer } from '../../node_modules/dashjs/dist/modern/esm/dash.mediaplayer.min.js';
import { api } from '../protocol/urls.ts';
import { type LadderNow, lineRule, RULE_NAME, RULE_TYPE } from './dash-rule.ts';
import { dashSettings } from './dash-settings.ts';
import type { PlayerRequest } from './feed-router.ts';
import { isLocalUrl } from './part-url.ts';
import type { Quality } from './player-state.ts';

export interface DashHooks {
  intercept<R extends PlayerRequest>(request: R): Promise<R>;
  /** A request came back: its URL, the status (0 for no answer), and what came. */
  onResponse(url: string, status: number, data: unknown): void;
  /** May rewrite the text of a manifest before dash.js reads it. */
  rewriteManifest(text: string): string;
  /** Wall clock of the origin; undefined while it is not known. */
  originNowMs(): number | undefined;
  /** `byHand`: the rung that the person wants. */
  chooseRung(ladder: LadderNow, byHand: number | undefined): number;
  /** Wall clock of media time zero. */
  onMediaZero(wallClockMs: number): void;
  onStatic(): void;
  onAutoplayBlocked(): void;
  onError(code: number, message: string): void;
}

const DIRECT_TIME = 'urn:mpeg:dash:utc:direct:2014';
/** The time is read a little later than it was told. A request that comes early waits for its part, a late one costs. */
const TIME_LEAD_MS = 20;

/** dash.js behind the few verbs the player needs. Nothing else touches it. */
export class DashView {
  readonly #player: MediaPlayerClass;
  readonly #video: HTMLVideoElement;
  #isFeed = true;
  #hasSource = false;
  #chosen: string | undefined;
  #soughtMs: number | undefined;

  constructor(video: HTMLVideoElement, initialBitrateKbps: number, hooks: DashHooks) {
    this.#video = video;
    const player = MediaPlayer().create();
    this.#player = player;
    player.updateSettings(dashSettings(new URL(api.time, location.href).href, initialBitrateKbps, true));
    player.addRequestInterceptor((request) => hooks.intercept(request));
    player.addResponseInterceptor((response) => {
      hooks.onResponse(response.request.url, response.status ?? 0, response.data);
      // dash.js keeps the address of its last hundred answers, and such a one holds the media itself.
      if (isLocalUrl(response.request.url)) response.url = '';
      if (typeof response.data === 'string')
        response.data = this.#tellTime(hooks.rewriteManifest(response.data), hooks.originNowMs());
      return Promise.resolve(response);
    });
    player.addABRCustomRule(
      RULE_TYPE,
      RULE_NAME,
      lineRule((ladder) => {
        const at = ladder.tracks.indexOf(this.#chosen ?? '');
        const byHand = at === -1 ? undefined : at;
        return this.#isFeed ? hooks.chooseRung(ladder, byHand) : byHand;
      }),
    );
    const events = MediaPlayer.events;
    player.on(events.MANIFEST_LOADED, (e: MediaPlayerEvent) => {
      const zeroMs = mediaZeroOf((e as ManifestLoadedEvent).data);
      if (zeroMs !== undefined) hooks.onMediaZero(zeroMs);
    });
    player.on(events.DYNAMIC_TO_STATIC, () => hooks.onStatic());
    player.on(events.PLAYBACK_NOT_ALLOWED, () => hooks.onAutoplayBlocked());
    player.on(events.ERROR, (e: MediaPlayerEvent) => {
      const { error } = e as ErrorEvent;
      if (typeof error === 'object') hooks.onError(error.code, error.message ?? '');
    });
    player.initialize(video, undefined, true);
  }

  /** Also the way back from a fatal error. `startMs` is media time. */
  attach(manifestUrl: string, startMs: number, isFeed: boolean, initialBitrateKbps: number, isPlaying: boolean): void {
    this.#isFeed = isFeed;
    this.#hasSource = true;
    this.#player.updateSettings(dashSettings(new URL(api.time, location.href).href, initialBitrateKbps, isFeed));
    this.#player.setAutoPlay(isPlaying);
    this.#player.attachSource(new URL(manifestUrl, location.href).href, Math.max(0, startMs) / 1000);
  }

  /** Never `video.play()`: on a live stream dash.js would take that for a wish to be at the live edge. */
  play(): void {
    if (this.#hasSource) this.#player.play();
  }

  pause(): void {
    this.#video.pause();
  }

  /** dash.js does nothing where it was told the same before, even when it has gone somewhere else since. */
  seek(mediaMs: number): void {
    if (!this.#hasSource) return;
    this.#soughtMs = mediaMs === this.#soughtMs ? mediaMs + 1 : mediaMs;
    this.#player.seekToPresentationTime(this.#soughtMs / 1000);
  }

  qualities(): Quality[] {
    return this.#representations()
      .map(({ id, height, bandwidth }) => ({ track: id, height, bitrateBps: bandwidth }))
      .sort((a, b) => b.bitrateBps - a.bitrateBps);
  }

  playingTrack(): string | undefined {
    return this.#hasSource ? this.#player.getCurrentRepresentationForType('video')?.id : undefined;
  }

  /**
   * undefined: automatic. The rule keeps to it from the next key frame on. `isImmediate` throws away what is buffered; at
   * the live edge that would only stall. dash.js 5.2.1 may stop fetching the picture for good when it is told so while
   * the first pieces come, or to change to what plays.
   */
  choose(track: string | undefined, isImmediate: boolean): void {
    this.#chosen = track;
    if (track !== undefined && isImmediate && track !== this.playingTrack())
      this.#player.setRepresentationForTypeById('video', track, true);
  }

  dispose(): void {
    this.#player.destroy();
  }

  /**
   * dash.js would ask for the time three times, one after the other, before its first request. What the page knows is
   * told past the manifest, whose dates it reads in whole seconds [dash.js 5.2.1].
   */
  #tellTime(manifest: string, nowMs: number | undefined): string {
    if (nowMs === undefined) return manifest;
    this.#player.clearDefaultUTCTimingSources();
    this.#player.addUTCTimingSource(DIRECT_TIME, new Date(nowMs + TIME_LEAD_MS).toISOString());
    return manifest.replace(/<UTCTiming\b[^>]*\/>/g, '');
  }

  #representations(): Representation[] {
    try {
      return this.#hasSource ? this.#player.getRepresentationsByType('video') : [];
    } catch {
      // dash.js throws until the first stream is there.
      return [];
    }
  }
}

/** The capture time of media time zero: ProducerReferenceTime where there is one, else the availability start. */
function mediaZeroOf(manifest: unknown): number | undefined {
  const root = manifest as {
    availabilityStartTime?: Date | string;
    Period?: {
      AdaptationSet?: { ProducerReferenceTime?: { wallClockTime?: Date | string; presentationTime?: number }[] }[];
    }[];
  } | null;
  const reference = root?.Period?.[0]?.AdaptationSet?.[0]?.ProducerReferenceTime?.[0];
  const isOfZero = reference !== undefined && Number(reference.presentationTime ?? 0) === 0;
  return instantMs(isOfZero ? reference.wallClockTime : undefined) ?? instantMs(root?.availabilityStartTime);
}

/** dash.js has made a Date of some of them; `Date.parse` of a Date would cut its milliseconds off. */
function instantMs(instant: Date | string | undefined): number | undefined {
  const ms = instant === undefined ? Number.NaN : new Date(instant).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}
