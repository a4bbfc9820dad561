import type { SceneKind, SoundInput } from '../encode/scene.ts';
import { openRemembered } from './open-remembered.ts';
import { StudioDevices } from './studio-devices.ts';
import type { StudioEngine } from './studio-engine.ts';
import { StudioInputs } from './studio-inputs.ts';
import type { KeptMemory } from './studio-memory.ts';
import { sourceShape } from './studio-plan.ts';
import { StudioPlayout } from './studio-playout.ts';
import type { StudioPreflight } from './studio-preflight.ts';
import type { SourceShape } from './studio-probes.ts';
import type { PlayoutWish, SoundState } from './studio-state.ts';
import type { StudioStore } from './studio-store.ts';
import type { StudioWatch } from './studio-watch.ts';

export interface StudioSourceOptions {
  readonly engine: StudioEngine;
  readonly memory: KeptMemory;
  readonly preflight: StudioPreflight;
  readonly store: StudioStore;
  readonly watch: StudioWatch;
  /** The person chose another scene or camera: what was measured is of the one before. */
  onOtherPicture(): void;
}

/** What is sent, as the person chose it: scene, devices, a file, volumes. */
export class StudioSource {
  readonly #options: StudioSourceOptions;
  readonly #inputs: StudioInputs;
  readonly #playout: StudioPlayout;
  readonly #devices: StudioDevices;

  constructor(options: StudioSourceOptions) {
    this.#options = options;
    const { engine, preflight, store } = options;
    const inputs = new StudioInputs(engine, {
      onSounds: (sounds) => this.#onSounds(sounds),
      onChange: () => void this.#devices.refresh(),
      onInputs: (states) => store.set({ inputs: states }),
    });
    this.#inputs = inputs;
    this.#devices = new StudioDevices({ engine, inputs, preflight, store });
    this.#playout = new StudioPlayout({
      onState: (playout) => store.set({ playout }),
      onLevel: (peak) => inputs.sounds.setLevel('file', peak),
      onPaused: (text) => engine.toEngine({ kind: 'source-paused', ...(text !== undefined && { text }) }),
    });
  }

  get scene(): SceneKind {
    return this.#inputs.scene;
  }

  get shape(): SourceShape {
    const { scene, picture } = this.#inputs;
    return sourceShape({ scene, settings: picture?.getSettings(), playout: this.#options.store.state.playout });
  }

  /** The devices of earlier visits. Rejects with StageError when there is no camera, or no microphone where it must be. */
  async open(scene: SceneKind): Promise<void> {
    const opened = await openRemembered(this.#inputs, this.#options.memory.now, scene);
    if (opened === 'no-microphone') await this.#devices.refresh();
  }

  async show(scene: SceneKind, isAnother: boolean): Promise<void> {
    switch (scene) {
      case 'camera':
        await this.#inputs.showCamera(this.#options.memory.now.cameraId);
        break;
      case 'screen':
      case 'corner':
        await this.#inputs.showScreen(scene, isAnother);
        break;
      case 'sound':
        await this.#inputs.showSound(this.#options.store.state.broadcast?.title ?? '');
        break;
      case 'file':
        // It is open already: a file is chosen before it is shown.
        return;
    }
    // What is not shown any more is not decoded either.
    this.#playout.close();
  }

  async chooseScene(scene: SceneKind, isAnother: boolean): Promise<void> {
    const isShown = scene === this.#options.store.state.scene && this.#inputs.picture?.readyState !== 'ended';
    if (isShown && !isAnother) return;
    await this.show(scene, isAnother);
    this.#otherPicture();
  }

  async chooseCamera(id: string): Promise<void> {
    await this.#inputs.useCamera(id);
    this.#options.memory.keep({ cameraId: id });
    this.#otherPicture();
  }

  async turnCamera(): Promise<void> {
    await this.#inputs.turnCamera();
    this.#options.memory.keep({ cameraId: this.#inputs.cameraId });
    this.#otherPicture();
  }

  async chooseMicrophone(id: string): Promise<void> {
    await this.#inputs.useMicrophone(id);
    this.#options.memory.keep({ microphoneId: id });
    this.#options.preflight.forgetSound();
  }

  async openFile(file: File): Promise<void> {
    const sources = await this.#playout.open(file);
    await this.#inputs.showFile(sources);
  }

  control(wish: PlayoutWish): void {
    this.#playout.control(wish);
  }

  /** The title of the stream is part of a picture that is drawn. */
  async onTitle(title: string): Promise<void> {
    if (this.#options.store.state.scene === 'sound') await this.#inputs.showSound(title);
  }

  setVolume(input: SoundInput, change: { readonly gain?: number; readonly isMuted?: boolean }): void {
    this.#inputs.sounds.setVolume(input, change);
    if (input === 'microphone' && change.isMuted !== undefined) this.#options.store.set({ isMuted: change.isMuted });
  }

  hidePicture(isHidden: boolean): void {
    this.#options.engine.toEngine({ kind: 'picture-off', isOff: isHidden });
    this.#inputs.isPictureEnabled = !isHidden;
    this.#options.store.set({ isCameraOff: isHidden });
  }

  /** No device gives more than the largest rendition needs. */
  async limit({ width, height }: { readonly width: number; readonly height: number }): Promise<void> {
    await this.#inputs.limitCamera(width, height);
  }

  /** Devices and the file are let go; another can still be chosen. */
  release(): void {
    void this.#inputs.close();
    this.#playout.close();
  }

  close(): void {
    this.#devices.close();
    this.release();
  }

  #otherPicture(): void {
    this.#inputs.isPictureEnabled = !this.#options.store.state.isCameraOff;
    this.#options.onOtherPicture();
  }

  #onSounds(sounds: readonly SoundState[]): void {
    const { preflight, store, watch } = this.#options;
    store.set({ sounds });
    const level = sounds.find(({ input }) => input === 'microphone')?.level;
    if (level !== undefined) preflight.onLevel(level);
    watch.onLevel(Math.max(0, ...sounds.map((sound) => sound.level)));
  }
}
