import type { FrameRate, PartsPerSegment } from '../protocol/grid.ts';
import { chooseLadder, encoderLoad, type LadderChoice, type Rung, type RungSpeed } from './ladder.ts';

export const PRESETS = ['full', 'light', 'sharp', 'quick'] as const;
export type Preset = (typeof PRESETS)[number];

export interface Measured {
  readonly candidates: readonly Rung[];
  readonly speeds: readonly RungSpeed[];
  readonly frameRate: FrameRate;
  readonly uplinkBps: number;
  readonly audioBps: number;
}

/** A preset as this machine and this line carry it. */
export interface LadderOffer extends LadderChoice {
  readonly preset: Preset;
  readonly partsPerSegment: PartsPerSegment;
  /** Of this machine's encoding time; one is all of it. */
  readonly machineShare: number;
  /** Picture and sound together. */
  readonly sentBps: number;
}

const LIGHT_HEIGHT = 480;
/** Small letters and thin lines need more bits than faces do. */
const SHARP_FACTOR = 1.6;
/** Parts of one frame exist at this rate only. */
const ONE_FRAME_RATE = 30;

/** Every preset that makes sense here, `full` first; each with what it costs by the measurement. */
export function ladderOffers(measured: Measured): readonly LadderOffer[] {
  return PRESETS.filter((preset) => preset !== 'quick' || measured.frameRate === ONE_FRAME_RATE).map((preset) =>
    offer(preset, measured),
  );
}

function offer(preset: Preset, { candidates, speeds, frameRate, uplinkBps, audioBps }: Measured): LadderOffer {
  const choice = chooseLadder(rungsOf(preset, candidates), speeds, frameRate, uplinkBps, audioBps);
  return {
    preset,
    ...choice,
    partsPerSegment: preset === 'quick' ? 300 : 100,
    machineShare: encoderLoad(choice.rungs, speeds, frameRate),
    sentBps: choice.rungs.reduce((sum, { bitrateBps }) => sum + bitrateBps, audioBps),
  };
}

function rungsOf(preset: Preset, candidates: readonly Rung[]): readonly Rung[] {
  const falling = [...candidates].sort((a, b) => b.height - a.height);
  switch (preset) {
    case 'full':
    case 'quick':
      return falling;
    case 'light': {
      const small = falling.filter(({ height }) => height <= LIGHT_HEIGHT);
      const chosen = small.length > 0 ? small : falling.slice(-1);
      // One for most viewers and one for the weakest line.
      return chosen.length > 2 ? [...chosen.slice(0, 1), ...chosen.slice(-1)] : chosen;
    }
    case 'sharp': {
      const [top, ...others] = falling;
      if (top === undefined) return [];
      const safe = others.find(({ height }) => height <= LIGHT_HEIGHT);
      const sharp = { ...top, bitrateBps: Math.round(top.bitrateBps * SHARP_FACTOR) };
      return safe === undefined ? [sharp] : [sharp, safe];
    }
  }
}
