import type { FromEngine, FromUpload } from '../../workers/messages.ts';
import { canAskForDevices, listDevices } from '../capture/devices.ts';
import { frameRateFor } from '../encode/frame-rate.ts';
import { candidateRungs, chooseLadder, type Rung, type RungSpeed } from '../encode/ladder.ts';
import { StageError, type WireError } from '../protocol/errors.ts';
import type { Grid } from '../protocol/grid.ts';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import { renameBroadcast, reserveBroadcast } from './studio-api.ts';
import { StudioEngine } from './studio-engine.ts';
import { StudioInputs } from './studio-inputs.ts';
import { readPresets, type StudioPresets } from './studio-presets.ts';
import type { Problem, StudioActions, StudioState } from './studio-state.ts';
import { isOnTheWay } from './studio-status.ts';

const AUDIO_BPS = 128_000;
/** Probes do not say more than this about a line that is faster. */
const FALLBACK_UPLINK_BPS = 5_000_000;

const INITIAL: StudioState = {
  phase: { kind: 'welcome' },
  broadcast: undefined,
  preview: undefined,
  cameras: [],
  microphones: [],
  cameraId: undefined,
  microphoneId: undefined,
  isMuted: false,
  isCameraOff: false,
  level: 0,
  probe: { kind: 'waiting' },
  renditions: [],
  upload: undefined,
  safety: undefined,
};

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
  readonly #engine: StudioEngine;
  readonly #inputs: StudioInputs;
  readonly #listeners = new Set<() => void>();
  #state = INITIAL;
  #title = '';
  #uplinkBps: number | undefined;
  #speeds: readonly RungSpeed[] | undefined;
  #candidates: readonly Rung[] = [];
  #durationMs = 0;
  /** The origin has served the broadcast's first part back, maybe before the engine runs again. */
  #isConfirmed = false;
  #answerRecall: () => void = () => undefined;
  /** It is known whether an earlier tab left a broadcast: nothing is reserved before. */
  readonly #recalled = new Promise<void>((resolve) => {
    this.#answerRecall = resolve;
  });
  #reserving: Promise<void> | undefined;
  readonly #onDeviceChange = (): void => {
    void this.#inputs.retryMissing().then(() => this.#refreshDevices());
  };

  constructor(presets: StudioPresets) {
    this.#presets = presets;
    this.#engine = new StudioEngine(location.origin, {
      onEngine: (message) => this.#onEngine(message),
      onUpload: (message) => this.#onUpload(message),
      onCrash: (cause) => this.#fail(toProblem(cause, 'reload')),
    });
    this.#inputs = new StudioInputs(this.#engine, {
      onLevel: (level) => this.#set({ level }),
      onChange: () => void this.#refreshDevices(),
    });
    navigator.mediaDevices?.addEventListener('devicechange', this.#onDeviceChange);
    if (canAskForDevices()) this.#engine.toUpload({ kind: 'recall' });
    else this.#block(INSECURE);
  }

  get state(): StudioState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    navigator.mediaDevices?.removeEventListener('devicechange', this.#onDeviceChange);
    this.#listeners.clear();
    this.#stop();
  }

  async askForDevices(): Promise<void> {
    if (!canAskForDevices()) {
      this.#block(INSECURE);
      return;
    }
    this.#set({ phase: { kind: 'asking' } });
    try {
      await this.#recalled;
      if (this.#state.phase.kind !== 'asking') return;
      await this.#reserve();
      await this.#inputs.useCamera(undefined);
      await this.#inputs.useMicrophone(undefined);
    } catch (cause) {
      this.#block(toProblem(cause, 'retry'));
      return;
    }
    this.#set({ phase: { kind: 'ready' } });
    this.#startProbes();
  }

  async chooseCamera(id: string): Promise<void> {
    await this.#inputs.useCamera(id);
    this.#inputs.isCameraEnabled = !this.#state.isCameraOff;
    if (this.#state.phase.kind === 'ready') this.#startProbes();
  }

  async chooseMicrophone(id: string): Promise<void> {
    await this.#inputs.useMicrophone(id);
  }

  async setTitle(title: string): Promise<void> {
    this.#title = title;
    const { broadcast } = this.#state;
    if (broadcast === undefined) return;
    await renameBroadcast(broadcast, title);
    this.#set({ broadcast: { ...broadcast, title } });
  }

  setMuted(isMuted: boolean): void {
    this.#engine.toEngine({ kind: 'mute', isMuted });
    this.#set({ isMuted });
  }

  setCameraOff(isOff: boolean): void {
    this.#engine.toEngine({ kind: 'camera-off', isOff });
    this.#inputs.isCameraEnabled = !isOff;
    this.#set({ isCameraOff: isOff });
  }

  async goLive(): Promise<void> {
    const { phase, probe } = this.#state;
    if (phase.kind !== 'ready') return;
    if (probe.kind !== 'done')
      throw new StageError(
        'encode',
        'probe_running',
        'One moment: this machine and this line are still being measured.',
      );
    this.#set({ phase: { kind: 'starting' } });
    this.#keepOnDisk();
    const [top] = probe.rungs;
    if (top !== undefined) await this.#inputs.limitCamera(top.width, top.height);
    this.#engine.toEngine({ kind: 'go-live', plan: { grid: this.#grid(), rungs: probe.rungs, audioBps: AUDIO_BPS } });
  }

  async resume(): Promise<void> {
    const { phase } = this.#state;
    if (phase.kind !== 'unfinished') return;
    const { left } = phase;
    this.#set({ phase: { kind: 'asking' } });
    try {
      await this.#inputs.useCamera(undefined);
      await this.#inputs.useMicrophone(undefined);
    } catch (cause) {
      // The broadcast waits as it was; the person may let the browser have the camera and try again.
      this.#set({ phase });
      throw cause;
    }
    this.#keepOnDisk();
    this.#set({ phase: { kind: 'starting' }, broadcast: left.broadcast });
    this.#engine.toUpload({ kind: 'resume' });
  }

  async finish(): Promise<void> {
    const { phase } = this.#state;
    if (phase.kind !== 'unfinished') return;
    this.#set({ phase: { kind: 'ending' }, broadcast: phase.left.broadcast });
    this.#engine.toUpload({ kind: 'finish' });
  }

  async startAnew(): Promise<void> {
    if (this.#state.phase.kind !== 'unfinished') return;
    this.#set({ phase: { kind: 'welcome' } });
    await this.#reserve();
  }

  async endStream(): Promise<void> {
    if (this.#state.phase.kind !== 'live') return;
    this.#set({ phase: { kind: 'ending' } });
    this.#engine.toEngine({ kind: 'end' });
  }

  async retry(): Promise<void> {
    const { phase, probe } = this.#state;
    if (phase.kind === 'blocked') await this.askForDevices();
    else if (probe.kind === 'failed') this.#startProbes();
  }

  /** Asked, not awaited: a browser that says no only may clear its disk when it runs out of room. */
  #keepOnDisk(): void {
    void navigator.storage?.persist().catch(() => false);
  }

  #onRecalled(left: UnfinishedBroadcast | undefined): void {
    if (left !== undefined) this.#set({ phase: { kind: 'unfinished', left } });
    else this.#reserve().catch((cause: unknown) => this.#block(toProblem(cause, 'retry')));
    this.#answerRecall();
  }

  async #goOn({ plan, resume }: Extract<FromUpload, { kind: 'resumable' }>): Promise<void> {
    const [top] = plan.rungs;
    if (top !== undefined) await this.#inputs.limitCamera(top.width, top.height);
    this.#engine.toEngine({ kind: 'go-live', plan, resume });
  }

  async #reserve(): Promise<void> {
    if (this.#state.broadcast !== undefined) return;
    this.#reserving ??= this.#reserveNow().finally(() => {
      this.#reserving = undefined;
    });
    await this.#reserving;
  }

  async #reserveNow(): Promise<void> {
    const broadcast = await reserveBroadcast(this.#title);
    this.#engine.toUpload({ kind: 'broadcast', broadcast });
    this.#set({ broadcast });
  }

  #grid(): Grid {
    const { partsPerSegment, gopSeconds } = this.#presets;
    return { partsPerSegment, gopSeconds, frameRate: frameRateFor(this.#inputs.camera?.getSettings().frameRate) };
  }

  /** One probe after the other: sending would slow encoding down and the other way round. */
  #startProbes(): void {
    const settings = this.#inputs.camera?.getSettings();
    const all = candidateRungs(settings?.width ?? 1280, settings?.height ?? 720);
    const { heights } = this.#presets;
    const wanted = heights === undefined ? all : all.filter((rung) => heights.includes(rung.height));
    this.#candidates = wanted.length > 0 ? wanted : all;
    this.#speeds = undefined;
    this.#uplinkBps = undefined;
    this.#set({ probe: { kind: 'running', what: 'encoder', progress: 0 } });
    this.#engine.toEngine({ kind: 'probe', rungs: this.#candidates, frameRate: this.#grid().frameRate });
  }

  #finishProbes(): void {
    const speeds = this.#speeds ?? [];
    const uplinkBps = this.#uplinkBps ?? FALLBACK_UPLINK_BPS;
    const choice =
      this.#presets.heights === undefined
        ? chooseLadder(this.#candidates, speeds, this.#grid().frameRate, uplinkBps, AUDIO_BPS)
        : { rungs: this.#candidates, leftOut: [] };
    const slowest = Math.min(...speeds.map((speed) => speed.fps));
    this.#set({ probe: { kind: 'done', encoderFps: slowest, uplinkBps, ...choice } });
  }

  #onEngine(message: FromEngine): void {
    switch (message.kind) {
      case 'probe-progress':
        this.#set({ probe: { kind: 'running', what: 'encoder', progress: message.progress } });
        return;
      case 'probed':
        this.#speeds = message.speeds;
        this.#set({ probe: { kind: 'running', what: 'uplink', progress: 0 } });
        this.#engine.toUpload({ kind: 'probe' });
        return;
      case 'started':
        this.#set({ phase: { kind: 'live', startedAtMs: message.startedAtMs, isConfirmed: this.#isConfirmed } });
        return;
      case 'stats':
        this.#set({ renditions: message.renditions });
        return;
      case 'ended':
        this.#durationMs = message.durationMs;
        return;
      case 'camera-unusable':
        // While live the slate says enough and the pickers offer another; before, nothing can start like this.
        if (this.#state.phase.kind === 'ready') this.#block({ ...message.error, remedy: 'retry' });
        return;
      case 'failed':
        this.#workerFailed(message.error);
        return;
    }
  }

  #onUpload(message: FromUpload): void {
    const { phase } = this.#state;
    switch (message.kind) {
      case 'probe-progress':
        this.#set({ probe: { kind: 'running', what: 'uplink', progress: message.progress } });
        return;
      case 'probed':
        this.#uplinkBps = message.uplinkBps;
        this.#finishProbes();
        return;
      case 'confirmed':
        this.#isConfirmed = true;
        if (phase.kind === 'live') this.#set({ phase: { ...phase, isConfirmed: true } });
        return;
      case 'recalled':
        this.#onRecalled(message.found);
        return;
      case 'resumable':
        this.#goOn(message).catch((cause: unknown) => this.#fail(toProblem(cause, 'reload')));
        return;
      case 'finishing':
        this.#durationMs = message.durationMs;
        return;
      case 'spool':
        this.#set({ safety: message.safety });
        return;
      case 'stats':
        this.#set({ upload: message.upload });
        return;
      case 'ended':
        void this.#inputs.close();
        this.#set({ phase: { kind: 'ended', durationMs: this.#durationMs }, preview: undefined, level: 0 });
        return;
      case 'failed':
        // Nothing can be sent any more: a camera that stays on would only pretend.
        if (isOnTheWay(phase)) this.#stop();
        this.#workerFailed(message.error);
        return;
    }
  }

  /** Before going live a failure belongs to the probe and may be repeated; after that it ends the broadcast. */
  #workerFailed(error: WireError): void {
    if (this.#state.phase.kind === 'ready')
      this.#set({ probe: { kind: 'failed', problem: { ...error, remedy: 'retry' } } });
    else this.#fail({ ...error, remedy: error.code === 'newer_tab' ? 'none' : 'reload' });
  }

  #stop(): void {
    void this.#inputs.close();
    this.#engine.close();
  }

  async #refreshDevices(): Promise<void> {
    const { cameras, microphones } = await listDevices();
    const track = this.#inputs.camera;
    const isSame = this.#state.preview?.getVideoTracks()[0] === track;
    this.#set({
      cameras,
      microphones,
      cameraId: this.#inputs.cameraId,
      microphoneId: this.#inputs.microphoneId,
      ...(isSame || track === undefined ? {} : { preview: new MediaStream([track]) }),
    });
  }

  #block(problem: Problem): void {
    this.#set({ phase: { kind: 'blocked', problem } });
  }

  #fail(problem: Problem): void {
    this.#set({ phase: { kind: 'failed', problem } });
  }

  #set(change: Partial<StudioState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const INSECURE: Problem = {
  code: 'insecure_page',
  message:
    'Browsers give cameras only to secure pages. Open this page over HTTPS (start the server with --cert and --key, or use a tunnel), or on this machine at http://localhost.',
  remedy: 'none',
};

function toProblem(cause: unknown, remedy: Problem['remedy']): Problem {
  if (cause instanceof StageError) return { ...cause.toWire(), remedy };
  return {
    code: 'studio_failed',
    message: 'Something in the studio stopped working. Reload the page.',
    remedy: 'reload',
  };
}
