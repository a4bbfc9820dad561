import type { FromUpload } from '../../workers/messages.ts';
import type { WireError } from '../protocol/errors.ts';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import type { EngineReport } from './studio-engine.ts';
import type { StudioProbes } from './studio-probes.ts';
import { isOnTheWay } from './studio-status.ts';
import type { StudioStore } from './studio-store.ts';

export interface StudioReportsOptions {
  readonly store: StudioStore;
  readonly probes: StudioProbes;
  onRecalled(left: UnfinishedBroadcast | undefined): void;
  onResumable(message: Extract<FromUpload, { kind: 'resumable' }>): void;
  onSlept(message: Extract<EngineReport, { kind: 'slept' }>): void;
  /** The broadcast runs. */
  onStarted(): void;
  /** Everything is with the origin: the devices are not needed any more. */
  closeInputs(): void;
  /** Nothing can be sent any more: a camera that stays on would only pretend. */
  stop(): void;
}

/** What the workers tell becomes the studio's state. */
export class StudioReports {
  readonly #options: StudioReportsOptions;
  #durationMs = 0;
  /** The origin has served the broadcast's first part back, maybe before the engine runs again. */
  #isConfirmed = false;

  constructor(options: StudioReportsOptions) {
    this.#options = options;
  }

  onEngine(message: EngineReport): void {
    const { store, probes } = this.#options;
    switch (message.kind) {
      case 'probe-progress':
        store.set({ probe: { kind: 'running', what: 'encoder', progress: message.progress } });
        return;
      case 'probed':
        probes.onSpeeds(message);
        return;
      case 'test-progress':
        store.set({ testRecording: { kind: 'recording', progress: message.progress } });
        return;
      case 'test-recorded':
        store.set({ testRecording: { kind: 'recorded', tracks: message.tracks } });
        return;
      case 'test-failed':
        store.set({ testRecording: { kind: 'failed', problem: { ...message.error, remedy: 'none' } } });
        return;
      case 'starting':
        if (store.state.phase.kind === 'starting') store.set({ phase: { kind: 'starting', step: message.step } });
        return;
      case 'started':
        store.set({ phase: { kind: 'live', startedAtMs: message.startedAtMs, isConfirmed: this.#isConfirmed } });
        this.#options.onStarted();
        return;
      case 'stats':
        store.set({
          renditions: message.renditions,
          ...(message.encoder !== store.state.encoder && {
            encoder: message.encoder,
            encoderWhy: 'took-over' as const,
          }),
        });
        return;
      case 'ladder':
        store.set({ ladder: message.ladder });
        return;
      case 'slept':
        this.#options.onSlept(message);
        return;
      case 'ended':
        this.#durationMs = message.durationMs;
        return;
      case 'camera-unusable':
        // While live the slate says enough and the pickers offer another; before, nothing can start like this.
        if (store.state.phase.kind === 'ready') store.block({ ...message.error, remedy: 'retry' });
        return;
      case 'failed':
        this.#workerFailed(message.error);
        return;
    }
  }

  onUpload(message: FromUpload): void {
    const { store, probes } = this.#options;
    const { phase } = store.state;
    switch (message.kind) {
      case 'probe-progress':
        store.set({ probe: { kind: 'running', what: 'uplink', progress: message.progress } });
        return;
      case 'probed':
        probes.onUplink(message.uplinkBps);
        return;
      case 'confirmed':
        this.#isConfirmed = true;
        if (phase.kind === 'live') store.set({ phase: { ...phase, isConfirmed: true } });
        return;
      case 'recalled':
        this.#options.onRecalled(message.found);
        return;
      case 'resumable':
        this.#options.onResumable(message);
        return;
      case 'finishing':
        this.#durationMs = message.durationMs;
        return;
      case 'spool':
        store.set({ safety: message.safety });
        return;
      case 'stats':
        store.set({ upload: message.upload });
        return;
      case 'ended':
        this.#options.closeInputs();
        store.set({
          phase: { kind: 'ended', durationMs: this.#durationMs },
          preview: undefined,
          previewCanvas: undefined,
          sounds: [],
        });
        return;
      case 'failed':
        if (isOnTheWay(phase)) this.#options.stop();
        this.#workerFailed(message.error);
        return;
    }
  }

  /** Before going live a failure belongs to the probe and may be repeated; after that it ends the broadcast. */
  #workerFailed(error: WireError): void {
    const { store } = this.#options;
    if (store.state.phase.kind === 'ready')
      store.set({ probe: { kind: 'failed', problem: { ...error, remedy: 'retry' } } });
    else store.fail({ ...error, remedy: error.code === 'newer_tab' ? 'none' : 'reload' });
  }
}
