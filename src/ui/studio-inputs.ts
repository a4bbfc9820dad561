import { type CameraWish, type Facing, facingOf, openCamera } from '../capture/devices.ts';
import { openScreen, type SharedScreen } from '../capture/screen.ts';
import type { Scene, SceneKind } from '../encode/scene.ts';
import { backoffMs } from '../lib/backoff.ts';
import { within } from '../lib/within.ts';
import { StageError } from '../protocol/errors.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { PlayoutSources } from './studio-playout.ts';
import { StudioSounds } from './studio-sounds.ts';
import type { InputStates, InputStatus, SoundState } from './studio-state.ts';
import { VideoInput } from './video-input.ts';

const LIMIT_WITHIN_MS = 2_000;
const REOPEN_ATTEMPTS = 3;
/** In a corner a camera is small, and every pixel of it is scaled once more. */
const CORNER_SIZE = { width: 640, height: 360 };

export interface StudioInputsEvents {
  onSounds(sounds: readonly SoundState[]): void;
  /** A track came or went: the preview and the pickers change. */
  onChange(): void;
  onInputs(inputs: InputStates): void;
}

/** What is shown and heard now, and what happens when a device is unplugged and comes back. */
export class StudioInputs {
  readonly sounds: StudioSounds;
  readonly #engine: StudioEngine;
  readonly #events: StudioInputsEvents;
  readonly #main: VideoInput;
  readonly #corner: VideoInput;
  #wish: CameraWish = { deviceId: undefined, width: 1920, height: 1080, frameRate: 30, isExact: false };
  #inputs: InputStates = { camera: 'off', screen: 'off', microphone: 'off', needsVisiblePage: false };
  #scene: SceneKind = 'camera';

  constructor(engine: StudioEngine, events: StudioInputsEvents) {
    this.#engine = engine;
    this.#events = events;
    this.sounds = new StudioSounds(engine, {
      onSounds: (sounds) => events.onSounds(sounds),
      onMicrophone: (microphone) => this.#tell({ microphone }),
      onMicrophoneLost: () => this.#onMicrophoneLost(),
    });
    const onStatus = (): void => this.#tellPictures();
    this.#main = new VideoInput(engine, 'main', { onStatus, onLost: () => this.#onMainLost() });
    this.#corner = new VideoInput(engine, 'corner', { onStatus, onLost: () => this.#onCameraLost() });
  }

  get scene(): SceneKind {
    return this.#scene;
  }

  /** The track that fills the picture, if one does. */
  get picture(): MediaStreamTrack | undefined {
    return this.#main.track;
  }

  get cameraId(): string | undefined {
    return this.#camera?.track?.getSettings().deviceId ?? this.#wish.deviceId;
  }

  /** Which way the camera in use looks, where it tells. */
  get facing(): Facing | undefined {
    return facingOf(this.#camera?.track);
  }

  /** The input that a camera is for in this scene. */
  get #camera(): VideoInput | undefined {
    if (this.#scene === 'camera') return this.#main;
    return this.#scene === 'corner' ? this.#corner : undefined;
  }

  /**
   * The camera is all of the picture. What was shown before goes on when it cannot be opened: rejects with the
   * StageErrors of `openCamera`.
   */
  async showCamera(deviceId: string | undefined): Promise<void> {
    const wish = { ...this.#wish, deviceId };
    const track = await this.#openOther(wish);
    this.#wish = wish;
    await this.#enter({ kind: 'camera' }, track);
  }

  /** A screen, alone or with the camera over it. One that is shared already stays. Rejects with a StageError. */
  async showScreen(kind: 'screen' | 'corner', isAnother: boolean): Promise<void> {
    const known = this.#isSharing && !isAnother ? this.#main.track : undefined;
    const shared: SharedScreen | undefined = known === undefined ? await openScreen() : undefined;
    const picture = known ?? shared?.picture;
    if (picture === undefined) return;
    let camera: MediaStreamTrack | undefined;
    try {
      camera = kind === 'corner' ? await openCamera({ ...this.#wish, ...CORNER_SIZE, isExact: false }) : undefined;
      await this.#enter({ kind }, picture);
      if (camera !== undefined) await this.#corner.use(camera);
    } catch (cause) {
      camera?.stop();
      shared?.picture.stop();
      shared?.sound?.stop();
      throw cause;
    }
    if (shared === undefined) return;
    if (shared.sound === undefined) this.sounds.drop('screen');
    else await this.sounds.useTrack('screen', shared.sound);
  }

  /** A picture that the engine draws. */
  async showSound(title: string): Promise<void> {
    await this.#enter({ kind: 'sound', title }, undefined);
  }

  /** A file's pictures and sound; the one before ends. */
  async showFile({ frames, blocks }: PlayoutSources): Promise<void> {
    await this.#enter({ kind: 'file' }, undefined);
    this.#engine.toEngine({ kind: 'video-source', place: 'main', source: { via: 'port', frames } }, [frames]);
    if (blocks === undefined) this.sounds.drop('file');
    else this.sounds.useBlocks('file', blocks, () => undefined);
  }

  /** Another camera for the scene that has one; the one before stays when it cannot be opened. */
  async useCamera(deviceId: string | undefined): Promise<void> {
    if (this.#scene !== 'corner') {
      await this.showCamera(deviceId);
      return;
    }
    const track = await this.#openOther({ ...this.#wish, ...CORNER_SIZE, isExact: false, deviceId });
    this.#wish = { ...this.#wish, deviceId };
    await this.#corner.use(track);
    this.#events.onChange();
  }

  /** The camera at the other side of a phone. Rejects like `showCamera`. */
  async turnCamera(): Promise<void> {
    const input = this.#camera;
    if (input === undefined) return;
    const facing = this.facing === 'environment' ? 'user' : 'environment';
    const size = input === this.#corner ? { ...CORNER_SIZE, isExact: false } : {};
    const track = await this.#openOther({ ...this.#wish, ...size, deviceId: undefined, facing });
    this.#wish = { ...this.#wish, deviceId: track.getSettings().deviceId };
    await input.use(track);
    this.#events.onChange();
  }

  /** Most phones run one camera at a time: the one in use is closed where the other one cannot be had beside it. */
  async #openOther(wish: CameraWish): Promise<MediaStreamTrack> {
    const input = this.#camera;
    try {
      return await openCamera(wish);
    } catch (cause) {
      if (!(cause instanceof StageError) || cause.code !== 'camera_busy' || input?.track === undefined) throw cause;
      input.track.stop();
      return await openCamera(wish).catch(async (again: unknown) => {
        await input.use(await openCamera(this.#wish));
        throw again;
      });
    }
  }

  async useMicrophone(deviceId: string | undefined): Promise<void> {
    await this.sounds.useMicrophone(deviceId);
    this.#events.onChange();
  }

  /** The camera gives no more than the largest rendition needs; a camera that cannot do that stays as it is. */
  async limitCamera(width: number, height: number): Promise<void> {
    this.#wish = { ...this.#wish, width, height, isExact: true };
    if (this.#scene !== 'camera') return;
    const limited = this.#main.track?.applyConstraints({ width, height, frameRate: this.#wish.frameRate });
    // A camera that refuses or does not answer keeps nobody from going live; its pictures are scaled then.
    const late = () => new Error('the camera does not answer');
    await within(limited ?? Promise.resolve(), LIMIT_WITHIN_MS, late).catch(() => undefined);
  }

  set isPictureEnabled(isEnabled: boolean) {
    for (const { track } of [this.#main, this.#corner]) if (track !== undefined) track.enabled = isEnabled;
  }

  /** Something was plugged in or out: what went missing may be back. */
  async retryMissing(): Promise<void> {
    if (this.#camera?.track?.readyState === 'ended') await this.useCamera(this.#wish.deviceId).catch(() => undefined);
    if (this.sounds.microphone?.readyState === 'ended')
      await this.useMicrophone(this.sounds.wishedMicrophoneId).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#main.stop();
    this.#corner.stop();
    await this.sounds.close();
  }

  /** `picture` undefined: the engine draws it, or it comes from elsewhere. */
  async #enter(scene: Scene, picture: MediaStreamTrack | undefined): Promise<void> {
    const isLeavingScreen = this.#isSharing && scene.kind !== 'screen' && scene.kind !== 'corner';
    this.#scene = scene.kind;
    this.#engine.toEngine({ kind: 'scene', scene });
    if (scene.kind !== 'corner') this.#corner.stop();
    if (picture === undefined) this.#main.stop();
    else await this.#main.use(picture);
    if (isLeavingScreen) this.sounds.drop('screen');
    if (scene.kind !== 'file') this.sounds.drop('file');
    this.#events.onChange();
  }

  get #isSharing(): boolean {
    const isScreen = this.#scene === 'screen' || this.#scene === 'corner';
    return isScreen && this.#main.track?.readyState === 'live';
  }

  /** A screen cannot be opened again without a click: the person is told, and chooses. */
  #onMainLost(): void {
    if (this.#scene === 'camera') this.#onCameraLost();
    else this.#events.onChange();
  }

  #onCameraLost(): void {
    const input = this.#camera;
    const track = input?.track;
    this.#events.onChange();
    void this.#reopen(
      () => this.#camera === input && input?.track === track,
      () => this.useCamera(this.#wish.deviceId),
    );
  }

  #onMicrophoneLost(): void {
    const track = this.sounds.microphone;
    this.#events.onChange();
    void this.#reopen(
      () => this.sounds.microphone === track,
      () => this.useMicrophone(this.sounds.wishedMicrophoneId),
    );
  }

  #tellPictures(): void {
    const isScreen = this.#scene === 'screen' || this.#scene === 'corner';
    const camera: InputStatus = this.#camera?.status ?? 'off';
    const screen: InputStatus = isScreen ? this.#main.status : 'off';
    const needsVisiblePage = this.#main.needsVisiblePage || this.#corner.needsVisiblePage;
    this.#tell({ camera, screen, needsVisiblePage });
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
