import { StageError } from '../protocol/errors.ts';

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface DeviceList {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
}

/** Which way a phone's camera looks: at the person, or away. */
export type Facing = 'user' | 'environment';

/** Undefined for cameras that do not tell, such as a computer's. */
export function facingOf(track: MediaStreamTrack | undefined): Facing | undefined {
  const facing = track?.getSettings().facingMode;
  return facing === 'user' || facing === 'environment' ? facing : undefined;
}

/** What the page would like of a camera; the ladder follows from what it gives. */
export interface CameraWish {
  readonly deviceId: string | undefined;
  /** Where no device is named. */
  readonly facing?: Facing;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** While live: the picture must keep its shape, so the browser crops and scales to exactly that size. */
  readonly isExact: boolean;
}

/** False over plain HTTP off localhost, where browsers give no camera. */
export const canAskForDevices = (): boolean => globalThis.isSecureContext && navigator.mediaDevices !== undefined;

export async function listDevices(): Promise<DeviceList> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind, name: string): Device[] =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map((device, i) => ({ id: device.deviceId, label: device.label || `${name} ${i + 1}` }));
  return { cameras: of('videoinput', 'Camera'), microphones: of('audioinput', 'Microphone') };
}

/** Rejects with StageError `camera_denied`, `no_camera`, `camera_busy` or `camera_failed`. */
export async function openCamera(wish: CameraWish): Promise<MediaStreamTrack> {
  const { deviceId, facing, width, height, frameRate, isExact } = wish;
  const side = facing === undefined ? {} : { facingMode: { exact: facing } };
  const device = deviceId === undefined ? side : { deviceId: { exact: deviceId } };
  const size = isExact
    ? { width: { exact: width }, height: { exact: height }, resizeMode: 'crop-and-scale' }
    : { width: { ideal: width }, height: { ideal: height } };
  try {
    const video = { ...device, ...size, frameRate: { ideal: frameRate } };
    const stream = await navigator.mediaDevices.getUserMedia({ video });
    return firstTrack(stream.getVideoTracks());
  } catch (cause) {
    // A camera too small for that size is stretched; better than none.
    if (isExact && cause instanceof DOMException && cause.name === 'OverconstrainedError')
      return openCamera({ ...wish, isExact: false });
    throw deviceError('camera', cause);
  }
}

/** Rejects with StageError `microphone_denied`, `no_microphone`, `microphone_busy` or `microphone_failed`. */
export async function openMicrophone(deviceId: string | undefined): Promise<MediaStreamTrack> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
        echoCancellation: false,
        noiseSuppression: true,
        autoGainControl: true,
      },
    });
    return firstTrack(stream.getAudioTracks());
  } catch (cause) {
    throw deviceError('microphone', cause);
  }
}

function firstTrack(tracks: readonly MediaStreamTrack[]): MediaStreamTrack {
  const [track] = tracks;
  if (track === undefined) throw new DOMException('no track', 'NotFoundError');
  return track;
}

function deviceError(what: 'camera' | 'microphone', cause: unknown): StageError {
  const error = (code: string, sentence: string): StageError => new StageError('capture', code, sentence, { cause });
  const name = cause instanceof DOMException ? cause.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return error(
        `${what}_denied`,
        `The browser does not let this page use the ${what}. Allow it at the left of the address bar, then try again.`,
      );
    case 'NotFoundError':
    case 'OverconstrainedError':
      return error(`no_${what}`, `No ${what} was found. Plug one in, then try again.`);
    case 'NotReadableError':
    case 'AbortError':
      return error(`${what}_busy`, `The ${what} is in use by another program. Close that program, then try again.`);
    default:
      return error(`${what}_failed`, `The ${what} could not be started. Unplug it, plug it in again and try again.`);
  }
}
