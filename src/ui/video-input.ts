import type { PicturePlace } from '../../workers/messages.ts';
import { type FrameTap, tapFrames, transferOf } from '../capture/video-source.ts';
import { within } from '../lib/within.ts';
import { StageError } from '../protocol/errors.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { InputStatus } from './studio-state.ts';

const ENGINE_WITHIN_MS = 20_000;

const engineSilent = (): StageError =>
  new StageError(
    'encode',
    'engine_silent',
    'A part of this page did not load. Check your connection, then reload the page.',
  );

export interface VideoInputEvents {
  onStatus(): void;
  /** The device is gone: unplugged, taken away, or stopped in the browser's own bar. */
  onLost(): void;
}

/** One track of pictures on its way to the engine, and what happens to it meanwhile. */
export class VideoInput {
  readonly #engine: StudioEngine;
  readonly #events: VideoInputEvents;
  readonly #place: PicturePlace;
  #track: MediaStreamTrack | undefined;
  #tap: FrameTap | undefined;
  #release: () => void = () => undefined;

  constructor(engine: StudioEngine, place: PicturePlace, events: VideoInputEvents) {
    this.#engine = engine;
    this.#place = place;
    this.#events = events;
  }

  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  get needsVisiblePage(): boolean {
    return this.#tap?.needsVisiblePage === true;
  }

  /**
   * Takes ownership of `track`, which takes over from the one before; the same one is read anew. Rejects with StageError
   * `no_frame_access`.
   */
  async use(track: MediaStreamTrack): Promise<void> {
    const readsTracks = await within(this.#engine.readsTracks, ENGINE_WITHIN_MS, engineSilent);
    const tap = await tapFrames(track, readsTracks);
    this.#drop(track);
    this.#track = track;
    this.#tap = tap;
    this.#engine.toEngine({ kind: 'video-source', place: this.#place, source: tap.source }, transferOf(tap.source));
    this.#watch(track);
    this.#tell();
  }

  /** Stops the device; only its status is told. */
  stop(): void {
    this.#drop(undefined);
    this.#track = undefined;
    this.#tap = undefined;
    this.#tell();
  }

  #drop(next: MediaStreamTrack | undefined): void {
    this.#release();
    this.#tap?.stop();
    if (this.#track !== next) this.#track?.stop();
  }

  #watch(track: MediaStreamTrack): void {
    const listening = new AbortController();
    const { signal } = listening;
    this.#release = () => listening.abort();
    const onEnded = (): void => {
      this.#engine.toEngine({ kind: 'picture-lost', place: this.#place });
      this.#tell();
      this.#events.onLost();
    };
    const onPause = (): void => {
      if (this.status !== 'ok' && this.#place === 'main') this.#engine.toEngine({ kind: 'source-paused' });
      this.#tell();
    };
    track.addEventListener('ended', onEnded, { signal });
    track.addEventListener('mute', onPause, { signal });
    track.addEventListener('unmute', onPause, { signal });
    if (this.needsVisiblePage) document.addEventListener('visibilitychange', onPause, { signal });
  }

  get status(): InputStatus {
    if (this.#track === undefined) return 'off';
    if (this.#track.readyState === 'ended') return 'lost';
    if (this.needsVisiblePage && document.hidden) return 'hidden';
    return this.#track.muted ? 'muted' : 'ok';
  }

  #tell(): void {
    this.#events.onStatus();
  }
}
