import type { TrackId } from '../protocol/track.ts';
import type { Quality } from './player-state.ts';
import { loadPreferences, type Preferences, savePreferences } from './preferences.ts';

/** What the person chose of sound and quality, now and on earlier visits of this browser. */
export class ViewerChoices {
  readonly #video: HTMLVideoElement;
  readonly #lineBps: () => number | undefined;
  #preferences: Preferences = loadPreferences();
  #track: TrackId | undefined;
  #isMutedByBrowser = false;

  /** `lineBps`: what the line carries now, kept with every choice for the next visit; undefined: not known. */
  constructor(video: HTMLVideoElement, lineBps: () => number | undefined) {
    this.#video = video;
    this.#lineBps = lineBps;
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  /** undefined: automatic. */
  get track(): TrackId | undefined {
    return this.#track;
  }

  get isMutedByBrowser(): boolean {
    return this.#isMutedByBrowser;
  }

  applySound(): void {
    this.#video.volume = this.#preferences.volume;
    this.#video.muted = this.#preferences.isMuted;
  }

  /** The browser plays nothing with sound before the person has touched the page. */
  browserMuted(): void {
    this.#isMutedByBrowser = true;
    this.#video.muted = true;
  }

  /** From 0 to 1. */
  setVolume(volume: number): void {
    this.#video.volume = Math.min(1, Math.max(0, volume));
    if (volume > 0) this.setMuted(false);
    this.remember({ volume: this.#video.volume });
  }

  setMuted(isMuted: boolean): void {
    this.#video.muted = isMuted;
    this.#isMutedByBrowser = false;
    this.remember({ isMuted });
  }

  setTrack(track: TrackId | undefined, qualities: readonly Quality[]): void {
    this.#track = track;
    this.remember({ quality: qualities.find((entry) => entry.track === track)?.height ?? 'auto' });
  }

  /** The best quality within what an earlier visit chose; undefined where nothing is to be changed. */
  takeRemembered(qualities: readonly Quality[]): TrackId | undefined {
    const wanted = this.#preferences.quality;
    if (wanted === 'auto' || this.#track !== undefined) return undefined;
    this.#track = qualities.find((entry) => entry.height <= wanted)?.track;
    return this.#track;
  }

  remember(change: Partial<Preferences>): void {
    const lineBps = this.#lineBps() ?? this.#preferences.lineBps;
    this.#preferences = { ...this.#preferences, lineBps, ...change };
    savePreferences(this.#preferences);
  }
}
