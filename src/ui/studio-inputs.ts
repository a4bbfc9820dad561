import pcmWorkletUrl from '../../workers/pcm.worklet.ts?worker&url';
import { AudioSource } from '../capture/audio-source.ts';
import { type CameraWish, openCamera, openMicrophone } from '../capture/devices.ts';
import { backoffMs } from '../lib/backoff.ts';
import { within } from '../lib/within.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { InputStates, InputStatus } from './studio-state.ts';
import { VideoInput } from './video-input.ts';

const LIMIT_WITHIN_MS = 2_000;
const REOPEN_ATTEMPTS = 3;

export interface StudioInputsEvents {
  onLevel(peak: number): void;
  /** A track came or went: the preview and the pickers change. */
  onChange(): void;
  onInputs(inputs: InputStates): void;
}

/** The camera and the microphone in use, and what happens when one is unplugged and comes back. */
export class StudioInputs {
  readonly #engine: StudioEngine;
  readonly #events: StudioInputsEvents;
  #wish: CameraWish = { deviceId: undefined, width: 1920, height: 1080, frameRate: 30, isExact: false };
  readonly #camera: VideoInput;
  #inputs: InputStates = { camera: 'off', microphone: 'off', needsVisiblePage: false };
  #microphone: MediaStreamTrack | undefined;
  #microphoneId: string | undefined;
  #sound: AudioSource | undefined;

  constructor(engine: StudioEngine, events: StudioInputsEvents) {
    this.#engine = engine;
    this.#events = events;
    this.#camera = new VideoInput(engine, {
      onStatus: (camera) => this.#tell({ camera, needsVisiblePage: this.#camera.needsVisiblePage }),
      onLost: () => this.#onCameraLost(),
    });
  }

  get camera(): MediaStreamTrack | undefined {
    return this.#camera.track;
  }

  get microphone(): MediaStreamTrack | undefined {
    return this.#microphone;
  }

  get cameraId(): string | undefined {
    return this.#camera.track?.getSettings().deviceId ?? this.#wish.deviceId;
  }

  get microphoneId(): string | undefined {
    return this.#microphone?.getSettings().deviceId ?? this.#microphoneId;
  }

  /** The new camera takes over in the middle of a broadcast; the one before stays when it cannot be opened. */
  async useCamera(deviceId: string | undefined): Promise<void> {
    const wish = { ...this.#wish, deviceId };
    const track = await openCamera(wish);
    await this.#camera.use(track);
    this.#wish = wish;
    this.#events.onChange();
  }

  async useMicrophone(deviceId: string | undefined): Promise<void> {
    const track = await openMicrophone(deviceId);
    this.#microphone?.stop();
    this.#microphone = track;
    this.#microphoneId = deviceId;
    this.#sound ??= await AudioSource.open({
      workletUrl: pcmWorkletUrl,
      onLevel: (peak) => this.#events.onLevel(peak),
      onRunning: () => this.#tell({ microphone: this.#soundStatus() }),
    });
    this.#sound.connect(new MediaStream([track]));
    const blocks = this.#sound.blocks();
    this.#engine.toEngine({ kind: 'audio-source', blocks }, [blocks]);
    track.addEventListener('ended', () => this.#onMicrophoneEnded(track));
    const tell = (): void => {
      if (this.#microphone === track) this.#tell({ microphone: this.#soundStatus() });
    };
    track.addEventListener('mute', tell);
    track.addEventListener('unmute', tell);
    tell();
    this.#events.onChange();
  }

  /** The camera gives no more than the largest rendition needs; a camera that cannot do that stays as it is. */
  async limitCamera(width: number, height: number): Promise<void> {
    this.#wish = { ...this.#wish, width, height, isExact: true };
    const { track } = this.#camera;
    const limited = track?.applyConstraints({ width, height, frameRate: this.#wish.frameRate });
    // A camera that refuses or does not answer keeps nobody from going live; its pictures are scaled then.
    const late = () => new Error('the camera does not answer');
    await within(limited ?? Promise.resolve(), LIMIT_WITHIN_MS, late).catch(() => undefined);
  }

  set isCameraEnabled(isEnabled: boolean) {
    const { track } = this.#camera;
    if (track !== undefined) track.enabled = isEnabled;
  }

  /** Something was plugged in or out: what went missing may be back. */
  async retryMissing(): Promise<void> {
    if (this.#camera.track?.readyState === 'ended') await this.useCamera(this.#wish.deviceId).catch(() => undefined);
    if (this.#microphone?.readyState === 'ended') await this.useMicrophone(this.#microphoneId).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#camera.stop();
    this.#microphone?.stop();
    await this.#sound?.close();
  }

  #onCameraLost(): void {
    const { track } = this.#camera;
    this.#events.onChange();
    void this.#reopen(
      () => this.#camera.track === track,
      () => this.useCamera(this.#wish.deviceId),
    );
  }

  #onMicrophoneEnded(track: MediaStreamTrack): void {
    if (this.#microphone !== track) return;
    this.#engine.toEngine({ kind: 'source-lost', media: 'audio' });
    this.#tell({ microphone: 'lost' });
    this.#events.onChange();
    void this.#reopen(
      () => this.#microphone === track,
      () => this.useMicrophone(this.#microphoneId),
    );
  }

  #soundStatus(): InputStatus {
    const track = this.#microphone;
    if (track === undefined) return 'off';
    if (track.readyState === 'ended') return 'lost';
    if (this.#sound?.isRunning === false) return 'stopped';
    return track.muted ? 'muted' : 'ok';
  }

  #tell(change: Partial<InputStates>): void {
    this.#inputs = { ...this.#inputs, ...change };
    this.#events.onInputs(this.#inputs);
  }

  /** Another program may have taken the device for a moment; `devicechange` brings further attempts. */
  async #reopen(isStillMissing: () => boolean, open: () => Promise<void>): Promise<void> {
    for (let attempt = 0; attempt < REOPEN_ATTEMPTS; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random())));
      if (!isStillMissing()) return;
      try {
        await open();
        return;
      } catch {
        // The next attempt, or the next plug, tries again; the slate and silence go on meanwhile.
      }
    }
  }
}
