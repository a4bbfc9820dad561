import type { FromUpload, LivePlan } from '../../workers/messages.ts';
import { canAskForDevices, listDevices } from '../capture/devices.ts';
import { frameRateFor } from '../encode/frame-rate.ts';
import { helpedRungs } from '../encode/ladder.ts';
import type { Preset } from '../encode/ladder-offers.ts';
import { DEFAULT_LADDER_RULES } from '../encode/live-ladder.ts';
import type { SceneKind, SoundInput } from '../encode/scene.ts';
import { StageError } from '../protocol/errors.ts';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import { StudioEngine } from './studio-engine.ts';
import { StudioInputs } from './studio-inputs.ts';
import { loadMemory, type StudioMemory, saveMemory, withTitle } from './studio-memory.ts';
import { StudioPlayout } from './studio-playout.ts';
import { StudioPreflight } from './studio-preflight.ts';
import { readPresets, type StudioPresets } from './studio-presets.ts';
import { AUDIO_BPS, type SourceShape, StudioProbes } from './studio-probes.ts';
import { INSECURE, toProblem } from './studio-problem.ts';
import { StudioReports } from './studio-reports.ts';
import { StudioReservation } from './studio-reservation.ts';
import { keepSleep, takeSleep } from './studio-sleep.ts';
import type { PlayoutWish, Problem, SoundState, StudioActions, StudioState } from './studio-state.ts';
import { StudioStore } from './studio-store.ts';
import { StudioWatch } from './studio-watch.ts';

const TEST_MS = 5_000;
/** Of pictures that the engine makes. */
const DRAWN_SIZE = { width: 1280, height: 720 };

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
  readonly #playout: StudioPlayout;
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
      onSounds: (sounds) => this.#onSounds(sounds),
      onChange: () => void this.#refreshDevices(),
      onInputs: (inputs) => this.#store.set({ inputs }),
    });
    const store = this.#store;
    this.#playout = new StudioPlayout({
      onState: (playout) => store.set({ playout }),
      onLevel: (peak) => this.#inputs.sounds.setLevel('file', peak),
      onPaused: (text) => engine.toEngine({ kind: 'source-paused', ...(text !== undefined && { text }) }),
    });
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
      onSlept: ({ awayMs, isGivenUp }) => {
        if (isGivenUp) this.#wakeUp(awayMs);
        else this.#watch.onSlept(awayMs);
      },
      onStarted: () => this.#playout.play(),
      closeInputs: () => this.#closeInputs(),
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

  async askForDevices(scene?: SceneKind): Promise<void> {
    if (!canAskForDevices()) {
      this.#block(INSECURE);
      return;
    }
    this.#store.set({ phase: { kind: 'asking' } });
    try {
      // First, while the browser still knows of the click.
      const wanted = scene ?? this.#inputs.scene;
      if (wanted !== 'camera') await this.#show(wanted, false);
      await this.#recalled;
      if (this.#store.state.phase.kind !== 'asking') return;
      await this.#reservation.ensure();
      await this.#openRemembered(wanted);
    } catch (cause) {
      this.#block(toProblem(cause, 'retry'));
      return;
    }
    this.#store.set({ phase: { kind: 'ready' } });
    this.#preflight.look();
    this.#probes.start();
  }

  async chooseScene(scene: SceneKind, isAnother = false): Promise<void> {
    if (scene === this.#store.state.scene && !isAnother && this.#inputs.picture?.readyState !== 'ended') return;
    await this.#show(scene, isAnother);
    this.#inputs.isPictureEnabled = !this.#store.state.isCameraOff;
    if (this.#store.state.phase.kind === 'ready') this.#probes.start();
  }

  async chooseFile(file: File): Promise<void> {
    const sources = await this.#playout.open(file);
    await this.#inputs.showFile(sources);
    const { phase } = this.#store.state;
    if (phase.kind === 'live') this.#playout.play();
    else if (phase.kind === 'ready') this.#probes.start();
    else await this.askForDevices('file');
  }

  controlFile(wish: PlayoutWish): void {
    switch (wish.kind) {
      case 'play':
        this.#playout.play();
        break;
      case 'pause':
        this.#playout.pause();
        break;
      case 'rewind':
        this.#playout.rewind();
        break;
      case 'loop':
        this.#playout.setLooped(wish.isOn);
        break;
    }
  }

  async chooseCamera(id: string): Promise<void> {
    await this.#inputs.useCamera(id);
    this.#remember({ cameraId: id });
    this.#inputs.isPictureEnabled = !this.#store.state.isCameraOff;
    if (this.#store.state.phase.kind === 'ready') this.#probes.start();
  }

  async turnCamera(): Promise<void> {
    await this.#inputs.turnCamera();
    this.#remember({ cameraId: this.#inputs.cameraId });
    this.#inputs.isPictureEnabled = !this.#store.state.isCameraOff;
    if (this.#store.state.phase.kind === 'ready') this.#probes.start();
  }

  async chooseMicrophone(id: string): Promise<void> {
    await this.#inputs.useMicrophone(id);
    this.#remember({ microphoneId: id });
    this.#preflight.forgetSound();
  }

  async setTitle(title: string): Promise<void> {
    await this.#reservation.rename(title);
    if (this.#store.state.scene === 'sound') await this.#inputs.showSound(title);
    this.#remember({ titles: withTitle(this.#memory.titles, title) });
    this.#store.set({ pastTitles: this.#memory.titles });
  }

  setHelped(isHelped: boolean): void {
    this.#store.set({ isHelped });
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
    this.setVolume('microphone', { isMuted });
  }

  setVolume(input: SoundInput, change: { readonly gain?: number; readonly isMuted?: boolean }): void {
    this.#inputs.sounds.setVolume(input, change);
    if (input === 'microphone' && change.isMuted !== undefined) this.#store.set({ isMuted: change.isMuted });
  }

  setCameraOff(isOff: boolean): void {
    this.#engine.toEngine({ kind: 'picture-off', isOff });
    this.#inputs.isPictureEnabled = !isOff;
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
    const isHelped = this.#store.state.isHelped;
    const rungs = isHelped && this.#presets.heights === undefined ? helpedRungs(probe.rungs) : probe.rungs;
    this.#engine.toEngine({ kind: 'go-live', plan: { ...this.#plan(rungs), isHelped } });
  }

  async resume(): Promise<void> {
    const { phase } = this.#store.state;
    if (phase.kind !== 'unfinished') return;
    const { left } = phase;
    this.#store.set({ phase: { kind: 'asking' } });
    try {
      await this.#openRemembered('camera');
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
    const sleptMs = takeSleep();
    if (left !== undefined) this.#store.set({ phase: { kind: 'unfinished', left } });
    if (left !== undefined && sleptMs !== undefined && left.state !== 'over') {
      this.#watch.onSlept(sleptMs);
      // Where it cannot, the person is asked as after any reload.
      this.resume().catch(() => undefined);
    }
    if (left === undefined)
      this.#reservation.ensure().catch((cause: unknown) => this.#block(toProblem(cause, 'retry')));
    this.#answerRecall();
  }

  async #goOn({ plan, resume }: Extract<FromUpload, { kind: 'resumable' }>): Promise<void> {
    const [top] = plan.rungs;
    this.#store.set({ isHelped: plan.isHelped });
    if (top !== undefined) await this.#inputs.limitCamera(top.width, top.height);
    this.#engine.toEngine({ kind: 'go-live', plan, resume });
  }

  /** Encoders, devices and sound are as good as gone after a long sleep: everything begins anew, and goes on by itself. */
  #wakeUp(sleptMs: number): void {
    this.#store.set({ phase: { kind: 'asking' } });
    keepSleep(sleptMs);
    location.reload();
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
      isHelped: false,
      audioBps: AUDIO_BPS,
      encoders: this.#presets.encoders,
      calmMs: calmSeconds === undefined ? DEFAULT_LADDER_RULES.calmMs : calmSeconds * 1000,
    };
  }

  /** A device that is not there any more is no reason to stop: the browser's own choice takes its place. */
  async #openRemembered(scene: SceneKind): Promise<void> {
    const { cameraId, microphoneId } = this.#memory;
    const isMissing = (cause: unknown): boolean =>
      cause instanceof StageError && (cause.code === 'no_camera' || cause.code === 'no_microphone');
    if (scene === 'camera')
      await this.#inputs.showCamera(cameraId).catch((cause: unknown) => {
        if (cameraId === undefined || !isMissing(cause)) throw cause;
        return this.#inputs.showCamera(undefined);
      });
    const microphone = this.#inputs.useMicrophone(microphoneId).catch((cause: unknown) => {
      if (microphoneId === undefined || !isMissing(cause)) throw cause;
      return this.#inputs.useMicrophone(undefined);
    });
    // A screen speaks for itself; without a microphone the list before going live says so.
    await (scene === 'camera' || scene === 'sound' ? microphone : microphone.catch(() => this.#refreshDevices()));
  }

  async #show(scene: SceneKind, isAnother: boolean): Promise<void> {
    switch (scene) {
      case 'camera':
        await this.#inputs.showCamera(this.#memory.cameraId);
        break;
      case 'screen':
      case 'corner':
        await this.#inputs.showScreen(scene, isAnother);
        break;
      case 'sound':
        await this.#inputs.showSound(this.#store.state.broadcast?.title ?? '');
        break;
      case 'file':
        // It is open already: a file is chosen before it is shown.
        return;
    }
    // What is not shown any more is not decoded either.
    this.#playout.close();
  }

  #fileShape(): SourceShape {
    const { playout } = this.#store.state;
    const { width, height } = playout.kind === 'loaded' ? playout : DRAWN_SIZE;
    return { width, height, frameRate: 30 };
  }

  #onSounds(sounds: readonly SoundState[]): void {
    this.#store.set({ sounds });
    const level = sounds.find(({ input }) => input === 'microphone')?.level;
    if (level !== undefined) this.#preflight.onLevel(level);
    this.#watch.onLevel(Math.max(0, ...sounds.map((sound) => sound.level)));
  }

  #remember(change: Partial<StudioMemory>): void {
    this.#memory = { ...this.#memory, ...change };
    saveMemory(this.#memory);
  }

  #shape(): SourceShape {
    const { scene, picture } = this.#inputs;
    if (scene === 'corner' || scene === 'sound') return { ...DRAWN_SIZE, frameRate: 30 };
    if (scene === 'file') return this.#fileShape();
    const { width = 1280, height = 720, frameRate } = picture?.getSettings() ?? {};
    // A screen that stands still tells a low rate, and moves a moment later.
    return { width, height, frameRate: scene === 'camera' ? frameRateFor(frameRate) : 30 };
  }

  #closeInputs(): void {
    void this.#inputs.close();
    this.#playout.close();
  }

  #stop(): void {
    this.#closeInputs();
    this.#engine.close();
  }

  async #refreshDevices(): Promise<void> {
    const { cameras, microphones } = await listDevices();
    const { scene, picture: track, sounds } = this.#inputs;
    const deviceState = (one: MediaStreamTrack | undefined) => (one?.readyState === 'live' ? 'ok' : 'missing');
    this.#preflight.devices({
      camera: scene === 'sound' || scene === 'file' ? 'ok' : deviceState(track),
      microphone: deviceState(sounds.microphone),
    });
    this.#store.set({
      scene,
      cameras,
      microphones,
      cameraId: this.#inputs.cameraId,
      facing: this.#inputs.facing,
      microphoneId: sounds.microphoneId,
      ...this.#preview(scene, track),
    });
  }

  /** What a device gives is shown as it comes; what the engine makes, by the engine. */
  #preview(scene: SceneKind, track: MediaStreamTrack | undefined): Partial<StudioState> {
    const { preview, previewCanvas } = this.#store.state;
    if (scene === 'camera' || scene === 'screen') {
      if (previewCanvas !== undefined) this.#engine.toEngine({ kind: 'preview', canvas: undefined });
      const isSame = preview?.getVideoTracks()[0] === track;
      return {
        previewCanvas: undefined,
        ...(isSame || track === undefined ? {} : { preview: new MediaStream([track]) }),
      };
    }
    if (previewCanvas !== undefined) return { preview: undefined };
    const element = document.createElement('canvas');
    const canvas = element.transferControlToOffscreen();
    this.#engine.toEngine({ kind: 'preview', canvas }, [canvas]);
    return { preview: undefined, previewCanvas: element };
  }

  #block(problem: Problem): void {
    this.#store.set({ phase: { kind: 'blocked', problem } });
  }

  #fail(problem: Problem): void {
    this.#store.set({ phase: { kind: 'failed', problem } });
  }
}
