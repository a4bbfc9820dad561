import type { SceneKind } from '../encode/scene.ts';
import { StageError } from '../protocol/errors.ts';
import type { StudioMemory } from './studio-memory.ts';

/** Of `StudioInputs`; each takes undefined for the browser's own choice. */
export interface Devices {
  showCamera(id: string | undefined): Promise<void>;
  useMicrophone(id: string | undefined): Promise<void>;
}

/** Opens what the scene needs. Rejects as `devices` does, with what cannot be done without. */
export async function openRemembered(
  devices: Devices,
  { cameraId, microphoneId }: Pick<StudioMemory, 'cameraId' | 'microphoneId'>,
  scene: SceneKind,
): Promise<'all' | 'no-microphone'> {
  if (scene === 'camera') await orAnother(cameraId, (id) => devices.showCamera(id));
  try {
    await orAnother(microphoneId, (id) => devices.useMicrophone(id));
    return 'all';
  } catch (cause) {
    // A screen speaks for itself; without a microphone the list before going live says so.
    if (scene === 'camera' || scene === 'sound') throw cause;
    return 'no-microphone';
  }
}

/** A device that is not there any more is no reason to stop: the browser's own choice takes its place. */
async function orAnother(id: string | undefined, open: (id: string | undefined) => Promise<void>): Promise<void> {
  try {
    await open(id);
  } catch (cause) {
    const isMissing = cause instanceof StageError && (cause.code === 'no_camera' || cause.code === 'no_microphone');
    if (id === undefined || !isMissing) throw cause;
    await open(undefined);
  }
}
