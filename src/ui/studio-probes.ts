import { candidateRungs, chooseLadder, type Rung, type RungSpeed } from '../encode/ladder.ts';
import type { FrameRate } from '../protocol/grid.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { StudioPresets } from './studio-presets.ts';
import type { StudioStore } from './studio-store.ts';

export const AUDIO_BPS = 128_000;
/** Probes do not say more than this about a line that is faster. */
const FALLBACK_UPLINK_BPS = 5_000_000;

/** What the picture that will be sent looks like. */
export interface SourceShape {
  readonly width: number;
  readonly height: number;
  readonly frameRate: FrameRate;
}

export interface StudioProbesOptions {
  readonly engine: StudioEngine;
  readonly presets: StudioPresets;
  readonly store: StudioStore;
  /** Of the source that is chosen now. */
  shape(): SourceShape;
}

/** Measures the machine, then the line (sending would slow encoding down and the other way round); a ladder follows. */
export class StudioProbes {
  readonly #options: StudioProbesOptions;
  #candidates: readonly Rung[] = [];
  #speeds: readonly RungSpeed[] = [];

  constructor(options: StudioProbesOptions) {
    this.#options = options;
  }

  start(): void {
    const { engine, presets, store } = this.#options;
    const { width, height, frameRate } = this.#options.shape();
    const all = candidateRungs(width, height);
    const wanted =
      presets.heights === undefined ? all : all.filter((rung) => presets.heights?.includes(rung.height) === true);
    this.#candidates = wanted.length > 0 ? wanted : all;
    this.#speeds = [];
    store.set({ probe: { kind: 'running', what: 'encoder', progress: 0 } });
    engine.toEngine({ kind: 'probe', rungs: this.#candidates, frameRate });
  }

  onSpeeds(speeds: readonly RungSpeed[]): void {
    this.#speeds = speeds;
    this.#options.store.set({ probe: { kind: 'running', what: 'uplink', progress: 0 } });
    this.#options.engine.toUpload({ kind: 'probe' });
  }

  onUplink(measuredBps: number | undefined): void {
    const { presets, store } = this.#options;
    const uplinkBps = measuredBps ?? FALLBACK_UPLINK_BPS;
    const { frameRate } = this.#options.shape();
    const choice =
      presets.heights === undefined
        ? chooseLadder(this.#candidates, this.#speeds, frameRate, uplinkBps, AUDIO_BPS)
        : { rungs: this.#candidates, leftOut: [] };
    const slowest = Math.min(...this.#speeds.map((speed) => speed.fps));
    store.set({ probe: { kind: 'done', encoderFps: slowest, uplinkBps, ...choice } });
  }
}
