import type { FromUpload, LivePlan } from '../../workers/messages.ts';
import { canAskForDevices, listDevices } from '../capture/devices.ts';
import { frameRateFor } from '../encode/frame-rate.ts';
import type { Preset } from '../encode/ladder-offers.ts';
import { DEFAULT_LADDER_RULES } from '../encode/live-ladder.ts';
import { StageError } from '../protocol/errors.ts';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import { StudioEngine } from './studio-engine.ts';
import { StudioInputs } from './studio-inputs.ts';
import { loadMemory, type StudioMemory, saveMemory, withTitle } from './studio-memory.ts';
import { StudioPreflight } from './studio-preflight.ts';
import { readPresets, type StudioPresets } from './studio-presets.ts';
import { AUDIO_BPS, type SourceShape, StudioProbes } from './studio-probes.ts';
import { INSECURE, toProblem } from './studio-problem.ts';
import { StudioReports } from './studio-reports.ts';
import { StudioReservation } from './studio-reservation.ts';
import type { Problem, StudioActions, StudioState } from './studio-state.ts';
import { StudioStore } from './studio-store.ts';
import { StudioWatch } from './studio-watch.ts';

const TEST_MS = 5_000;

/** The studio's wishes and its state, for the page that shows it. */
export interface StudioController extends StudioActions {
  readonly state: StudioState;
  /** `listener` is called after every change of `state`; the answer ends that. */
  subscribe(listener: () => void): () => void;
  /** Stops the devices and the workers. A broadcast that runs is not ended by it. */
  dispose(): void;
}

/** Reserves a broadcast at once, so that its link can be shared before going live. */
export function createStudioController(): StudioController {
  return new Controller(readPresets(new URLSearchParams(location.search)));
}

class Controller implements StudioController {
  readonly #presets: StudioPresets;
  readonly #store = new StudioStore();
  readonly #engine: StudioEngine;
  readonly #inputs: StudioInputs;
  readonly #probes: StudioProbes;
  readonly #reservation: StudioReservation;
  readonly #preflight: StudioPreflight;
  readonly #watch: StudioWatch;
  #memory: StudioMemory = loadMemory();
  #answerRecall: () => void = () => undefined;
  /** It is known whether an earlier tab left a broadcast: nothing is reserved before. */
  readonly #recalled = new Promise<void>((resolve) => {
    this.#answerRecall = resolve;
  });
  readonly #onDeviceChange = (): void => {
    void this.#inputs.retryMissing().then(() => this.#refreshDevices());
  };

  constructor(presets: StudioPresets) {
    this.#presets = presets;
    const engine = new StudioEngine(location.origin, presets.spoolMegabytes, {
      onEngine: (message) => reports.onEngine(message),
      onUpload: (message) => reports.onUpload(message),
      onCrash: (cause) => this.#fail(toProblem(cause, 'reload')),
    });
    this.#engine = engine;
    this.#inputs = new StudioInputs(engine, {
      onLevel: (level) => {
        this.#store.set({ level });
        this.#preflight.onLevel(level);
        this.#watch.onLevel(level);
      },
      onChange: () => void this.#refreshDevices(),
      onInputs: (inputs) => this.#store.set({ inputs }),
    });
    const store = this.#store;
    store.set({ preset: this.#memory.preset, pastTitles: this.#memory.titles });
    this.#preflight = new StudioPreflight(store);
    this.#watch = new StudioWatch(store);
    this.#probes = new StudioProbes({ engine, presets, store, shape: () => this.#shape() });
    this.#reservation = new StudioReservation(engine, store);
    const reports = new StudioReports({
      store,
      probes: this.#probes,
      onRecalled: (left) => this.#onRecalled(left),
      onResumable: (message) => {
        this.#goOn(message).catch((cause: unknown) => this.#fail(toProblem(cause, 'reload')));
      },
      closeInputs: () => void this.#inputs.close(),
      stop: () => this.#stop(),
    });
    navigator.mediaDevices?.addEventListener('devicechange', this.#onDeviceChange);
    if (canAskForDevices()) engine.toUpload({ kind: 'recall' });
    else this.#block(INSECURE);
  }

  get state(): StudioState {
    return this.#store.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  dispose(): void {
    navigator.mediaDevices?.removeEventListener('devicechange', this.#onDeviceChange);
    this.#preflight.close();
    this.#watch.close();
    this.#store.release();
    this.#stop();
  }

  async askForDevices(): Promise<void> {
    if (!canAskForDevices()) {
      this.#block(INSECURE);
      return;
    }
    this.#store.set({ phase: { kind: 'asking' } });
    try {
      await this.#recalled;
      if (this.#store.state.phase.kind !== 'asking') return;
      await this.#reservation.ensure();
      await this.#openRemembered();
    } catch (cause) {
      this.#block(toProblem(cause, 'retry'));
      return;
    }
    this.#store.set({ phase: { kind: 'ready' } });
    this.#preflight.look();
    this.#probes.start();
  }

  async chooseCamera(id: string): Promise<void> {
    await this.#inputs.useCamera(id);
    this.#remember({ cameraId: id });
    this.#inputs.isCameraEnabled = !this.#store.state.isCameraOff;
    if (this.#store.state.phase.kind === 'ready') this.#probes.start();
  }

  async chooseMicrophone(id: string): Promise<void> {
    await this.#inputs.useMicrophone(id);
    this.#remember({ microphoneId: id });
    this.#preflight.forgetSound();
  }

  async setTitle(title: string): Promise<void> {
    await this.#reservation.rename(title);
    this.#remember({ titles: withTitle(this.#memory.titles, title) });
    this.#store.set({ pastTitles: this.#memory.titles });
  }

  choosePreset(preset: Preset): void {
    this.#remember({ preset });
    this.#probes.choose(preset);
  }

  measure(): void {
    if (this.#store.state.phase.kind !== 'ready') return;
    this.#preflight.look();
    this.#probes.start();
  }

  setMuted(isMuted: boolean): void {
    this.#engine.toEngine({ kind: 'mute', isMuted });
    this.#store.set({ isMuted });
  }

  setCameraOff(isOff: boolean): void {
    this.#engine.toEngine({ kind: 'camera-off', isOff });
    this.#inputs.isCameraEnabled = !isOff;
    this.#store.set({ isCameraOff: isOff });
  }

  recordTest(): void {
    const { phase, probe, testRecording } = this.#store.state;
    if (phase.kind !== 'ready' || probe.kind !== 'done' || testRecording.kind === 'recording') return;
    this.#store.set({ testRecording: { kind: 'recording', progress: 0 } });
    // The best picture that viewers would get is the one to look at.
    const plan = this.#plan(probe.rungs.slice(0, 1));
    this.#engine.toEngine({ kind: 'record-test', plan, durationMs: TEST_MS });
  }

  closeTest(): void {
    this.#store.set({ testRecording: { kind: 'none' } });
  }

  async goLive(): Promise<void> {
    const { phase, probe } = this.#store.state;
    if (phase.kind !== 'ready') return;
    if (probe.kind !== 'done')
      throw new StageError(
        'encode',
        'probe_running',
        'One moment: this machine and this line are still being measured.',
      );
    this.#store.set({ phase: { kind: 'starting', step: 'camera' }, testRecording: { kind: 'none' } });
    this.#keepOnDisk();
    const [top] = probe.rungs;
    if (top !== undefined) await this.#inputs.limitCamera(top.width, top.height);
    this.#engine.toEngine({ kind: 'go-live', plan: this.#plan(probe.rungs) });
  }

  async resume(): Promise<void> {
    const { phase } = this.#store.state;
    if (phase.kind !== 'unfinished') return;
    const { left } = phase;
    this.#store.set({ phase: { kind: 'asking' } });
    try {
      await this.#openRemembered();
    } catch (cause) {
      // The broadcast waits as it was; the person may let the browser have the camera and try again.
      this.#store.set({ phase });
      throw cause;
    }
    this.#keepOnDisk();
    this.#store.set({ phase: { kind: 'starting', step: 'earlier' }, broadcast: left.broadcast });
    this.#engine.toUpload({ kind: 'resume' });
  }

  async finish(): Promise<void> {
    const { phase } = this.#store.state;
    if (phase.kind !== 'unfinished') return;
    this.#store.set({ phase: { kind: 'ending' }, broadcast: phase.left.broadcast });
    this.#engine.toUpload({ kind: 'finish' });
  }

  async startAnew(): Promise<void> {
    if (this.#store.state.phase.kind !== 'unfinished') return;
    this.#store.set({ phase: { kind: 'welcome' } });
    await this.#reservation.ensure();
  }

  async endStream(): Promise<void> {
    if (this.#store.state.phase.kind !== 'live') return;
    this.#store.set({ phase: { kind: 'ending' } });
    this.#engine.toEngine({ kind: 'end' });
  }

  async retry(): Promise<void> {
    const { phase, probe } = this.#store.state;
    if (phase.kind === 'blocked') await this.askForDevices();
    else if (probe.kind === 'failed') this.#probes.start();
  }

  /** Asked, not awaited: a browser that says no only may clear its disk when it runs out of room. */
  #keepOnDisk(): void {
    void navigator.storage?.persist().catch(() => false);
  }

  #onRecalled(left: UnfinishedBroadcast | undefined): void {
    if (left !== undefined) this.#store.set({ phase: { kind: 'unfinished', left } });
    else this.#reservation.ensure().catch((cause: unknown) => this.#block(toProblem(cause, 'retry')));
    this.#answerRecall();
  }

  async #goOn({ plan, resume }: Extract<FromUpload, { kind: 'resumable' }>): Promise<void> {
    const [top] = plan.rungs;
    if (top !== undefined) await this.#inputs.limitCamera(top.width, top.height);
    this.#engine.toEngine({ kind: 'go-live', plan, resume });
  }

  /** Of the grid what the address asks for, unless what was chosen on the page asks for more. */
  #plan(rungs: LivePlan['rungs']): LivePlan {
    const { preset, probe } = this.#store.state;
    const offer = probe.kind === 'done' ? probe.offers.find((one) => one.preset === preset) : undefined;
    const { gopSeconds, calmSeconds } = this.#presets;
    const partsPerSegment = offer?.partsPerSegment === 300 ? 300 : this.#presets.partsPerSegment;
    return {
      grid: { partsPerSegment, gopSeconds, frameRate: this.#shape().frameRate },
      rungs,
      audioBps: AUDIO_BPS,
      encoders: this.#presets.encoders,
      calmMs: calmSeconds === undefined ? DEFAULT_LADDER_RULES.calmMs : calmSeconds * 1000,
    };
  }

  /** A device that is not there any more is no reason to stop: the browser's own choice takes its place. */
  async #openRemembered(): Promise<void> {
    const { cameraId, microphoneId } = this.#memory;
    const isMissing = (cause: unknown): boolean =>
      cause instanceof StageError && (cause.code === 'no_camera' || cause.code === 'no_microphone');
    await this.#inputs.useCamera(cameraId).catch((cause: unknown) => {
      if (cameraId === undefined || !isMissing(cause)) throw cause;
      return this.#inputs.useCamera(undefined);
    });
    await this.#inputs.useMicrophone(microphoneId).catch((cause: unknown) => {
      if (microphoneId === undefined || !isMissing(cause)) throw cause;
      return this.#inputs.useMicrophone(undefined);
    });
  }

  #remember(change: Partial<StudioMemory>): void {
    this.#memory = { ...this.#memory, ...change };
    saveMemory(this.#memory);
  }

  #shape(): SourceShape {
    const { width = 1280, height = 720, frameRate } = this.#inputs.camera?.getSettings() ?? {};
    return { width, height, frameRate: frameRateFor(frameRate) };
  }

  #stop(): void {
    void this.#inputs.close();
    this.#engine.close();
  }

  async #refreshDevices(): Promise<void> {
    const { cameras, microphones } = await listDevices();
    const track = this.#inputs.camera;
    const deviceState = (one: MediaStreamTrack | undefined) => (one?.readyState === 'live' ? 'ok' : 'missing');
    this.#preflight.devices({ camera: deviceState(track), microphone: deviceState(this.#inputs.microphone) });
    const isSame = this.#store.state.preview?.getVideoTracks()[0] === track;
    this.#store.set({
      cameras,
      microphones,
      cameraId: this.#inputs.cameraId,
      microphoneId: this.#inputs.microphoneId,
      ...(isSame || track === undefined ? {} : { preview: new MediaStream([track]) }),
    });
  }

  #block(problem: Problem): void {
    this.#store.set({ phase: { kind: 'blocked', problem } });
  }

  #fail(problem: Problem): void {
    this.#store.set({ phase: { kind: 'failed', problem } });
  }
}
