import type { EncoderMeasure } from '../../workers/messages.ts';
import { type EncoderName, leftOutBy, rungsFor } from '../encode/encoder-choice.ts';
import { candidateRungs, encoderLoad, type LeftOut, type Rung, type RungSpeed } from '../encode/ladder.ts';
import { type LadderOffer, ladderOffers, type Preset } from '../encode/ladder-offers.ts';
import type { FrameRate } from '../protocol/grid.ts';
import type { EncoderWhy } from './encoder-words.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { StudioPresets } from './studio-presets.ts';
import type { StudioStore } from './studio-store.ts';

export const AUDIO_BPS = 128_000;
/** Probes do not say more than this about a line that is faster. */
const FALLBACK_UPLINK_BPS = 5_000_000;

const MEASURE_MS = 2000;
/** Where the address has chosen, nothing hangs on the figure: only that the encoder works, and about what it costs. */
const GLANCE_MS = 500;

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
  /** More than the encoder found here is for. */
  #tooMuch: readonly LeftOut[] = [];

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
    const forMs = presets.heights === undefined ? MEASURE_MS : GLANCE_MS;
    engine.toEngine({ kind: 'probe', rungs: this.#candidates, frameRate, encoders: presets.encoders, forMs });
  }

  onSpeeds({ encoder, speeds, heldFrames }: EncoderMeasure): void {
    this.#speeds = speeds;
    this.#tooMuch = leftOutBy(encoder, this.#candidates);
    this.#candidates = rungsFor(encoder, this.#candidates);
    const { presets } = this.#options;
    const encoderHoldsMs = (heldFrames * 1000) / this.#options.shape().frameRate;
    this.#options.store.set({
      encoder,
      encoderWhy: whyOf(encoder, presets),
      encoderHoldsMs,
      probe: { kind: 'running', what: 'uplink', progress: 0 },
    });
    this.#options.engine.toUpload({ kind: 'probe' });
  }

  onUplink(measuredBps: number | undefined): void {
    const { presets, store } = this.#options;
    const uplinkBps = measuredBps ?? FALLBACK_UPLINK_BPS;
    const { frameRate } = this.#options.shape();
    const candidates = this.#candidates;
    const slowest = Math.min(...this.#speeds.map((speed) => speed.fps));
    const measured = { kind: 'done', encoderFps: slowest, uplinkBps } as const;
    if (presets.heights !== undefined) {
      const machineShare = encoderLoad(candidates, this.#speeds, frameRate);
      store.set({ probe: { ...measured, rungs: candidates, machineShare, leftOut: this.#tooMuch, offers: [] } });
      return;
    }
    const offers = ladderOffers({ candidates, speeds: this.#speeds, frameRate, uplinkBps, audioBps: AUDIO_BPS }).map(
      (offer) => ({ ...offer, leftOut: [...this.#tooMuch, ...offer.leftOut] }),
    );
    store.set({ probe: { ...measured, offers, ...ladderOf(offers, store.state.preset) } });
  }

  /** Costs nothing: the measurement holds for every preset. */
  choose(preset: Preset): void {
    const { store } = this.#options;
    const { probe } = store.state;
    if (probe.kind !== 'done' || probe.offers.length === 0) store.set({ preset });
    else store.set({ preset, probe: { ...probe, ...ladderOf(probe.offers, preset) } });
  }
}

function whyOf(encoder: EncoderName, { encoders }: StudioPresets): EncoderWhy {
  if (encoder === 'webcodecs') return 'own';
  return encoders.includes('webcodecs') ? 'only' : 'asked';
}

/** A preset that makes no sense here, such as one remembered from another camera, is the first one. */
function ladderOf(
  offers: readonly LadderOffer[],
  preset: Preset,
): Pick<LadderOffer, 'rungs' | 'leftOut' | 'machineShare'> {
  const { rungs, leftOut, machineShare } = offers.find((one) => one.preset === preset) ??
    offers[0] ?? { rungs: [], leftOut: [], machineShare: 0 };
  return { rungs, leftOut, machineShare };
}
