import { listDevices } from '../capture/devices.ts';
import type { SceneKind } from '../encode/scene.ts';
import type { StudioEngine } from './studio-engine.ts';
import type { StudioInputs } from './studio-inputs.ts';
import type { StudioPreflight } from './studio-preflight.ts';
import type { StudioState } from './studio-state.ts';
import type { StudioStore } from './studio-store.ts';

export interface StudioDevicesOptions {
  readonly engine: StudioEngine;
  readonly inputs: StudioInputs;
  readonly preflight: StudioPreflight;
  readonly store: StudioStore;
}

/** Which devices there are, which of them are in use, and where the person sees the picture. */
export class StudioDevices {
  readonly #options: StudioDevicesOptions;
  readonly #onDeviceChange = (): void => {
    void this.#options.inputs.retryMissing().then(() => this.refresh());
  };

  constructor(options: StudioDevicesOptions) {
    this.#options = options;
    navigator.mediaDevices?.addEventListener('devicechange', this.#onDeviceChange);
  }

  close(): void {
    navigator.mediaDevices?.removeEventListener('devicechange', this.#onDeviceChange);
  }

  /** After a track came or went. */
  async refresh(): Promise<void> {
    const { inputs, preflight, store } = this.#options;
    const { cameras, microphones } = await listDevices();
    const { scene, picture, sounds } = inputs;
    preflight.devices({
      camera: scene === 'sound' || scene === 'file' ? 'ok' : deviceState(picture),
      microphone: deviceState(sounds.microphone),
    });
    store.set({
      scene,
      cameras,
      microphones,
      cameraId: inputs.cameraId,
      facing: inputs.facing,
      microphoneId: sounds.microphoneId,
      ...this.#preview(scene, picture),
    });
  }

  /** What a device gives is shown as it comes; what the engine makes, by the engine. */
  #preview(scene: SceneKind, track: MediaStreamTrack | undefined): Partial<StudioState> {
    const { engine, store } = this.#options;
    const { preview, previewCanvas } = store.state;
    if (scene === 'camera' || scene === 'screen') {
      if (previewCanvas !== undefined) engine.toEngine({ kind: 'preview', canvas: undefined });
      const isSame = preview?.getVideoTracks()[0] === track;
      return {
        previewCanvas: undefined,
        ...(isSame || track === undefined ? {} : { preview: new MediaStream([track]) }),
      };
    }
    if (previewCanvas !== undefined) return { preview: undefined };
    const element = document.createElement('canvas');
    const canvas = element.transferControlToOffscreen();
    engine.toEngine({ kind: 'preview', canvas }, [canvas]);
    return { preview: undefined, previewCanvas: element };
  }
}

const deviceState = (track: MediaStreamTrack | undefined) => (track?.readyState === 'live' ? 'ok' : 'missing');
