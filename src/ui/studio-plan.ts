import type { LivePlan } from '../../workers/messages.ts';
import { frameRateFor } from '../encode/frame-rate.ts';
import { helpedRungs } from '../encode/ladder.ts';
import { DEFAULT_LADDER_RULES } from '../encode/live-ladder.ts';
import type { SceneKind } from '../encode/scene.ts';
import type { FrameRate } from '../protocol/grid.ts';
import type { StudioPresets } from './studio-presets.ts';
import { AUDIO_BPS, type SourceShape } from './studio-probes.ts';
import type { PlayoutState, ProbeState, StudioState } from './studio-state.ts';

/** Of pictures that the engine makes. */
const DRAWN_SIZE = { width: 1280, height: 720 };

export interface Source {
  readonly scene: SceneKind;
  /** What the track of a camera or a screen tells; undefined without one. */
  readonly settings: Pick<MediaTrackSettings, 'width' | 'height' | 'frameRate'> | undefined;
  readonly playout: PlayoutState;
}

/** What the picture that will be sent looks like. */
export function sourceShape({ scene, settings, playout }: Source): SourceShape {
  switch (scene) {
    case 'corner':
    case 'sound':
      return { ...DRAWN_SIZE, frameRate: 30 };
    case 'file': {
      const { width, height } = playout.kind === 'loaded' ? playout : DRAWN_SIZE;
      return { width, height, frameRate: 30 };
    }
    case 'camera':
    case 'screen': {
      const { width = DRAWN_SIZE.width, height = DRAWN_SIZE.height, frameRate } = settings ?? {};
      // A screen that stands still tells a low rate, and moves a moment later.
      return { width, height, frameRate: scene === 'camera' ? frameRateFor(frameRate) : 30 };
    }
  }
}

export interface PlanOptions {
  readonly rungs: LivePlan['rungs'];
  readonly isHelped: boolean;
  readonly state: Pick<StudioState, 'preset' | 'probe'>;
  readonly presets: StudioPresets;
  readonly frameRate: FrameRate;
}

/** Of the grid what the address asks for, unless what was chosen on the page asks for more. */
export function livePlan({ rungs, isHelped, state, presets, frameRate }: PlanOptions): LivePlan {
  const offer = offersOf(state.probe).find((one) => one.preset === state.preset);
  const { gopSeconds, calmSeconds, encoders, heights } = presets;
  const partsPerSegment = offer?.partsPerSegment === 300 ? 300 : presets.partsPerSegment;
  return {
    grid: { partsPerSegment, gopSeconds, frameRate },
    // Rungs that the address names are made as it says.
    rungs: isHelped && heights === undefined ? helpedRungs(rungs) : rungs,
    isHelped,
    audioBps: AUDIO_BPS,
    encoders,
    calmMs: calmSeconds === undefined ? DEFAULT_LADDER_RULES.calmMs : calmSeconds * 1000,
  };
}

const offersOf = (probe: ProbeState) => (probe.kind === 'done' ? probe.offers : []);
