import { CALM } from './live-conditions.ts';
import type { Problem, StudioState } from './studio-state.ts';

const INITIAL: StudioState = {
  phase: { kind: 'welcome' },
  broadcast: undefined,
  scene: 'camera',
  preview: undefined,
  previewCanvas: undefined,
  cameras: [],
  microphones: [],
  cameraId: undefined,
  facing: undefined,
  microphoneId: undefined,
  inputs: { camera: 'off', screen: 'off', microphone: 'off', needsVisiblePage: false },
  encoder: 'webcodecs',
  encoderWhy: 'own',
  encoderHoldsMs: 0,
  isMuted: false,
  isCameraOff: false,
  sounds: [],
  playout: { kind: 'none' },
  probe: { kind: 'waiting' },
  preset: 'full',
  isHelped: false,
  preflight: {
    camera: 'missing',
    microphone: 'missing',
    hasHeard: false,
    cameraPermission: 'unknown',
    microphonePermission: 'unknown',
    freeBytes: undefined,
    hasDisk: undefined,
    clockOffsetMs: undefined,
  },
  testRecording: { kind: 'none' },
  conditions: CALM,
  pastTitles: [],
  renditions: [],
  upload: undefined,
  safety: undefined,
  ladder: { resting: [], reason: undefined, broken: [] },
};

/** The studio's one value, and who is told when it changes. */
export class StudioStore {
  readonly #listeners = new Set<() => void>();
  #state = INITIAL;

  get state(): StudioState {
    return this.#state;
  }

  set(change: Partial<StudioState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Nothing can start like this. */
  block(problem: Problem): void {
    this.set({ phase: { kind: 'blocked', problem } });
  }

  /** What had begun cannot go on. */
  fail(problem: Problem): void {
    this.set({ phase: { kind: 'failed', problem } });
  }

  /** `listener` is called after every change; the answer ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nobody is told any more. */
  release(): void {
    this.#listeners.clear();
  }
}
