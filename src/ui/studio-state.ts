import type { RecordedTrack } from '../../workers/messages.ts';
import type { PlayoutFacts } from '../../workers/playout-messages.ts';
import type { Facing } from '../capture/devices.ts';
import type { EncoderName } from '../encode/encoder-choice.ts';
import type { LadderOffer, Preset } from '../encode/ladder-offers.ts';
import type { SceneKind, SoundInput } from '../encode/scene.ts';
import type { StartStep } from '../encode/start-steps.ts';
import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import type { WireError } from '../protocol/errors.ts';
import type { LadderReport, RenditionStats, SpoolSafety, UploadStats } from '../protocol/stats.ts';
import type { UnfinishedBroadcast } from '../upload/unfinished.ts';
import type { EncoderWhy } from './encoder-words.ts';
import type { LiveConditions } from './live-conditions.ts';
import type { PreflightFacts } from './preflight.ts';

/** A sentence for the person, a code for the log, and what a button can do about it. */
export interface Problem extends WireError {
  readonly remedy: 'retry' | 'reload' | 'none';
}

export type StudioPhase =
  /** Nothing asked yet: the page explains why it will ask for camera and microphone. */
  | { readonly kind: 'welcome' }
  | { readonly kind: 'asking' }
  /** An earlier tab of this browser left a broadcast: go on with it, end it, or leave it. */
  | { readonly kind: 'unfinished'; readonly left: UnfinishedBroadcast }
  /** No camera, permission denied, insecure page, no encoder, origin unreachable. */
  | { readonly kind: 'blocked'; readonly problem: Problem }
  | { readonly kind: 'ready' }
  /** What is waited for; every wait ends. `earlier`: what an earlier tab left is looked through. */
  | { readonly kind: 'starting'; readonly step: 'earlier' | 'camera' | StartStep }
  /** `isConfirmed` once the origin has served the first part back: only then the red dot. */
  | { readonly kind: 'live'; readonly startedAtMs: number; readonly isConfirmed: boolean }
  | { readonly kind: 'ending' }
  | { readonly kind: 'ended'; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** What the two probes of two seconds each found, and the ladder that follows. */
export type ProbeState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running'; readonly what: 'encoder' | 'uplink'; readonly progress: number }
  | {
      readonly kind: 'done';
      readonly encoderFps: number;
      readonly uplinkBps: number;
      readonly rungs: readonly LadderRung[];
      /** What the rungs take of this machine's encoding time; above one they cannot be made in real time. */
      readonly machineShare: number;
      /** Rungs that were left out, each with a sentence why. */
      readonly leftOut: readonly { readonly height: number; readonly reason: string }[];
      /** What may be chosen; empty where the page's address has chosen. */
      readonly offers: readonly LadderOffer[];
    }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** A few seconds made as a broadcast is and played back on this page; nothing of it is sent. */
export type TestRecording =
  | { readonly kind: 'none' }
  | { readonly kind: 'recording'; readonly progress: number }
  | { readonly kind: 'recorded'; readonly tracks: readonly RecordedTrack[] }
  | { readonly kind: 'failed'; readonly problem: Problem };

export interface LadderRung {
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
}

export interface DeviceChoice {
  readonly id: string;
  readonly label: string;
}

/**
 * off: not in use. muted: by its own switch, by the system or by another program. hidden: the tab is. stopped: the browser runs no
 * sound. lost: unplugged.
 */
export type InputStatus = 'off' | 'ok' | 'muted' | 'hidden' | 'stopped' | 'lost';

export interface InputStates {
  readonly camera: InputStatus;
  readonly screen: InputStatus;
  readonly microphone: InputStatus;
  /** The browser gives pictures only while the tab is visible. */
  readonly needsVisiblePage: boolean;
}

/** A video file that is played out as if it were live. */
export type PlayoutState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'loaded';
      readonly name: string;
      readonly durationMs: number;
      /** As it is shown. */
      readonly width: number;
      readonly height: number;
      readonly sound: PlayoutFacts['sound'];
      readonly positionMs: number;
      /** ready: its first picture stands until it is played. */
      readonly motion: 'ready' | 'playing' | 'paused' | 'over';
      readonly isLooped: boolean;
      /** This machine does not decode every picture in time. */
      readonly isSlow: boolean;
    }
  | { readonly kind: 'failed'; readonly problem: Problem };

export type PlayoutWish =
  | { readonly kind: 'play' | 'pause' | 'rewind' }
  | { readonly kind: 'loop'; readonly isOn: boolean };

/** One of the sounds that are mixed. */
export interface SoundState {
  readonly input: SoundInput;
  /** 1 leaves it as it is. */
  readonly gain: number;
  readonly isMuted: boolean;
  /** 0 to 1, peak of the last 100 ms, after the gain. */
  readonly level: number;
}

/** Everything the studio page shows. State goes down as this value, wishes go up as calls on the controller. */
export interface StudioState {
  readonly phase: StudioPhase;
  readonly broadcast: ReservedBroadcast | undefined;
  readonly scene: SceneKind;
  readonly preview: MediaStream | undefined;
  /** Where the engine shows what viewers get, for pictures that are no device's. */
  readonly previewCanvas: HTMLCanvasElement | undefined;
  readonly cameras: readonly DeviceChoice[];
  readonly microphones: readonly DeviceChoice[];
  readonly cameraId: string | undefined;
  /** Which way the camera in use looks; undefined where it does not tell, as on computers. */
  readonly facing: Facing | undefined;
  readonly microphoneId: string | undefined;
  readonly inputs: InputStates;
  /** What makes the pictures, as it was tried or as it is while live. */
  readonly encoder: EncoderName;
  readonly encoderWhy: EncoderWhy;
  /** How long this browser's encoder keeps a picture; 0 for most. */
  readonly encoderHoldsMs: number;
  readonly isMuted: boolean;
  /** The person hides the picture, whatever it is. */
  readonly isCameraOff: boolean;
  /** Those in use, the microphone first. */
  readonly sounds: readonly SoundState[];
  readonly playout: PlayoutState;
  readonly probe: ProbeState;
  readonly preset: Preset;
  /** Only the largest picture is made here; the others wherever somebody helps. */
  readonly isHelped: boolean;
  readonly preflight: PreflightFacts;
  readonly testRecording: TestRecording;
  readonly conditions: LiveConditions;
  /** Of earlier streams from this device, newest first. */
  readonly pastTitles: readonly string[];
  readonly renditions: readonly RenditionStats[];
  readonly upload: UploadStats | undefined;
  /** Where the tab keeps what is not sent; undefined before going live. */
  readonly safety: SpoolSafety | undefined;
  readonly ladder: LadderReport;
}

/** Implemented by `studio-controller.ts`, which joins capture, engine and upload; used by the studio's elements. */
export interface StudioActions {
  /** Opens what the scene needs; in answer to a click, because browsers ask for screens only then. */
  askForDevices(scene?: SceneKind): Promise<void>;
  /** Another source, before going live and while it is. `isAnother`: another screen than the one that is shared. */
  chooseScene(scene: SceneKind, isAnother?: boolean): Promise<void>;
  /** A video file as the source; rejects with a sentence when it cannot be played. */
  chooseFile(file: File): Promise<void>;
  controlFile(wish: PlayoutWish): void;
  setVolume(input: SoundInput, change: { readonly gain?: number; readonly isMuted?: boolean }): void;
  chooseCamera(id: string): Promise<void>;
  /** To the camera at the other side of a phone. */
  turnCamera(): Promise<void>;
  chooseMicrophone(id: string): Promise<void>;
  setTitle(title: string): Promise<void>;
  choosePreset(preset: Preset): void;
  setHelped(isHelped: boolean): void;
  /** Both probes again, before going live. */
  measure(): void;
  recordTest(): void;
  /** Throws the test recording away. */
  closeTest(): void;
  setMuted(isMuted: boolean): void;
  setCameraOff(isOff: boolean): void;
  goLive(): Promise<void>;
  /** Goes on with the broadcast that was left, same link, same timeline. */
  resume(): Promise<void>;
  /** Sends what is left of it and completes the recording. */
  finish(): Promise<void>;
  /** Leaves it for later and reserves another. */
  startAnew(): Promise<void>;
  endStream(): Promise<void>;
  retry(): Promise<void>;
}
