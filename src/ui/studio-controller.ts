import type { LivePlan } from '../../workers/messages.ts';
import { canAskForDevices } from '../capture/devices.ts';
import type { Preset } from '../encode/ladder-offers.ts';
import type { SceneKind, SoundInput } from '../encode/scene.ts';
import { StudioBroadcast } from './studio-broadcast.ts';
import { StudioEngine } from './studio-engine.ts';
import { KeptMemory, withTitle } from './studio-memory.ts';
import { livePlan } from './studio-plan.ts';
import { StudioPreflight } from './studio-preflight.ts';
import { readPresets, type StudioPresets } from './studio-presets.ts';
import { StudioProbes } from './studio-probes.ts';
import { INSECURE, toProblem } from './studio-problem.ts';
import { StudioReports } from './studio-reports.ts';
import { StudioReservation } from './studio-reservation.ts';
import { StudioSource } from './studio-source.ts';
import type { PlayoutWish, StudioActions, StudioState } from './studio-state.ts';
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

/** Joins the rooms of the studio; what a wish means is theirs. */
class Controller implements StudioController {
  readonly #presets: StudioPresets;
  readonly #memory = new KeptMemory();
  readonly #store = new StudioStore();
  readonly #preflight = new StudioPreflight(this.#store);
  readonly #watch = new StudioWatch(this.#store);
  readonly #engine: StudioEngine;
  readonly #source: StudioSource;
  readonly #probes: StudioProbes;
  readonly #reservation: StudioReservation;
  readonly #broadcast: StudioBroadcast;

  constructor(presets: StudioPresets) {
    this.#presets = presets;
    const store = this.#store;
    const engine = new StudioEngine(location.origin, presets.spoolMegabytes, {
      onEngine: (message) => reports.onEngine(message),
      onUpload: (message) => reports.onUpload(message),
      onCrash: (cause) => store.fail(toProblem(cause, 'reload')),
    });
    this.#engine = engine;
    store.set({ preset: this.#memory.now.preset, pastTitles: this.#memory.now.titles });
    const source = new StudioSource({
      engine,
      memory: this.#memory,
      preflight: this.#preflight,
      store,
      watch: this.#watch,
      onOtherPicture: () => this.#measureIfReady(),
    });
    this.#source = source;
    this.#probes = new StudioProbes({ engine, presets, store, shape: () => source.shape });
    this.#reservation = new StudioReservation(engine, store);
    this.#broadcast = new StudioBroadcast({
      engine,
      reservation: this.#reservation,
      source,
      store,
      watch: this.#watch,
      plan: (rungs, isHelped) => this.#plan(rungs, isHelped),
    });
    const reports = new StudioReports({
      store,
      probes: this.#probes,
      onRecalled: (left) => this.#broadcast.onRecalled(left),
      onResumable: (message) => this.#broadcast.onResumable(message),
      onSlept: ({ awayMs, isGivenUp }) => this.#broadcast.onSlept(awayMs, isGivenUp),
      onStarted: () => source.control({ kind: 'play' }),
      closeInputs: () => source.release(),
      stop: () => this.#stop(),
    });
    if (canAskForDevices()) engine.toUpload({ kind: 'recall' });
    else store.block(INSECURE);
  }

  get state(): StudioState {
    return this.#store.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  dispose(): void {
    this.#preflight.close();
    this.#watch.close();
    this.#store.release();
    this.#source.close();
    this.#engine.close();
  }

  async askForDevices(scene?: SceneKind): Promise<void> {
    if (!canAskForDevices()) {
      this.#store.block(INSECURE);
      return;
    }
    this.#store.set({ phase: { kind: 'asking' } });
    try {
      // First, while the browser still knows of the click.
      const wanted = scene ?? this.#source.scene;
      if (wanted !== 'camera') await this.#source.show(wanted, false);
      await this.#broadcast.recalled;
      if (this.#store.state.phase.kind !== 'asking') return;
      await this.#reservation.ensure();
      await this.#source.open(wanted);
    } catch (cause) {
      this.#store.block(toProblem(cause, 'retry'));
      return;
    }
    this.#store.set({ phase: { kind: 'ready' } });
    this.measure();
  }

  async chooseScene(scene: SceneKind, isAnother = false): Promise<void> {
    await this.#source.chooseScene(scene, isAnother);
  }

  async chooseFile(file: File): Promise<void> {
    await this.#source.openFile(file);
    const { phase } = this.#store.state;
    if (phase.kind === 'live') this.#source.control({ kind: 'play' });
    else if (phase.kind === 'ready') this.#probes.start();
    else await this.askForDevices('file');
  }

  controlFile(wish: PlayoutWish): void {
    this.#source.control(wish);
  }

  async chooseCamera(id: string): Promise<void> {
    await this.#source.chooseCamera(id);
  }

  async turnCamera(): Promise<void> {
    await this.#source.turnCamera();
  }

  async chooseMicrophone(id: string): Promise<void> {
    await this.#source.chooseMicrophone(id);
  }

  async setTitle(title: string): Promise<void> {
    await this.#reservation.rename(title);
    await this.#source.onTitle(title);
    const titles = withTitle(this.#memory.now.titles, title);
    this.#memory.keep({ titles });
    this.#store.set({ pastTitles: titles });
  }

  setHelped(isHelped: boolean): void {
    this.#store.set({ isHelped });
  }

  choosePreset(preset: Preset): void {
    this.#memory.keep({ preset });
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
    this.#source.setVolume(input, change);
  }

  setCameraOff(isOff: boolean): void {
    this.#source.hidePicture(isOff);
  }

  recordTest(): void {
    const { phase, probe, testRecording } = this.#store.state;
    if (phase.kind !== 'ready' || probe.kind !== 'done' || testRecording.kind === 'recording') return;
    this.#store.set({ testRecording: { kind: 'recording', progress: 0 } });
    // The best picture that viewers would get is the one to look at.
    const plan = this.#plan(probe.rungs.slice(0, 1), false);
    this.#engine.toEngine({ kind: 'record-test', plan, durationMs: TEST_MS });
  }

  closeTest(): void {
    this.#store.set({ testRecording: { kind: 'none' } });
  }

  goLive(): Promise<void> {
    return this.#broadcast.goLive();
  }

  resume(): Promise<void> {
    return this.#broadcast.resume();
  }

  async finish(): Promise<void> {
    this.#broadcast.finish();
  }

  startAnew(): Promise<void> {
    return this.#broadcast.startAnew();
  }

  async endStream(): Promise<void> {
    this.#broadcast.end();
  }

  async retry(): Promise<void> {
    const { phase, probe } = this.#store.state;
    if (phase.kind === 'blocked') await this.askForDevices();
    else if (probe.kind === 'failed') this.#probes.start();
  }

  #plan(rungs: LivePlan['rungs'], isHelped: boolean): LivePlan {
    const { frameRate } = this.#source.shape;
    return livePlan({ rungs, isHelped, state: this.#store.state, presets: this.#presets, frameRate });
  }

  #measureIfReady(): void {
    if (this.#store.state.phase.kind === 'ready') this.#probes.start();
  }

  #stop(): void {
    this.#source.release();
    this.#engine.close();
  }
}
