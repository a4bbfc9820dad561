import type { ReservedBroadcast } from '../../src/protocol/broadcast.ts';
import type { RenditionStats, UploadStats } from '../../src/protocol/stats.ts';

/**
 * Values that the studio shows, as plain JSON: they cross into the page, where `preview` is made there. The shape is
 * `StudioState` of the studio, less what cannot be written down.
 */
const broadcast: ReservedBroadcast = {
  id: 'abcdefgh12345678',
  token: 'not-shown-anywhere',
  title: 'Tuesday’s allotment: pruning the old pear',
  watchUrl: 'http://192.168.1.20:8080/watch/abcdefgh12345678',
  reach: 'lan',
};

const rendition = (height: number, targetBps: number, more: Partial<RenditionStats> = {}): RenditionStats => ({
  track: `v${height}`,
  framesEncoded: 22_540,
  framesRepeated: 12,
  encoderStops: 0,
  encoderStopMs: 0,
  keyFramesMissed: 0,
  lateShare: 0,
  leftOutShare: 0,
  actualBps: targetBps * 0.96,
  targetBps,
  encodeDelayMsP50: 18,
  encodeDelayMsP95: 41,
  isResting: false,
  ...more,
});

const upload: UploadStats = {
  roundTripMsP50: 23,
  roundTripMsP95: 48,
  secondsNotUploaded: 0.2,
  sampleBytes: 41_000_000,
  sentBytes: 42_100_000,
  retries: 0,
  roomMs: 40 * 60_000,
  lostMs: {},
  uplink: 'good',
};

const probe = {
  kind: 'done',
  encoderFps: 56.4,
  uplinkBps: 9_400_000,
  machineShare: 0.53,
  rungs: [
    { width: 1280, height: 720, bitrateBps: 2_500_000 },
    { width: 848, height: 480, bitrateBps: 1_200_000 },
    { width: 640, height: 360, bitrateBps: 700_000 },
  ],
  offers: [
    {
      preset: 'full',
      rungs: [{ height: 720 }, { height: 480 }, { height: 360 }],
      partsPerSegment: 100,
      machineShare: 0.53,
      sentBps: 4_528_000,
    },
    {
      preset: 'light',
      rungs: [{ height: 480 }, { height: 360 }],
      partsPerSegment: 100,
      machineShare: 0.2,
      sentBps: 2_028_000,
    },
    {
      preset: 'sharp',
      rungs: [{ height: 720 }, { height: 480 }],
      partsPerSegment: 100,
      machineShare: 0.41,
      sentBps: 5_328_000,
    },
    {
      preset: 'quick',
      rungs: [{ height: 720 }, { height: 480 }, { height: 360 }],
      partsPerSegment: 300,
      machineShare: 0.53,
      sentBps: 4_528_000,
    },
  ],
  leftOut: [{ height: 1080, reason: 'The camera delivers 1280 × 720, and nothing is made larger than it came.' }],
} as const;

const before = {
  phase: { kind: 'welcome' },
  broadcast,
  scene: 'camera',
  preview: undefined,
  previewCanvas: undefined,
  cameras: [],
  microphones: [],
  cameraId: undefined,
  facing: undefined,
  microphoneId: undefined,
  inputs: { camera: 'off', screen: 'off', microphone: 'off', needsVisiblePage: false },
  encoder: 'webcodecs',
  encoderWhy: 'own',
  encoderHoldsMs: 0,
  isMuted: false,
  isCameraOff: false,
  isHelped: false,
  sounds: [],
  playout: { kind: 'none' },
  probe: { kind: 'waiting' },
  preset: 'full',
  preflight: {
    camera: 'ok',
    microphone: 'ok',
    hasHeard: true,
    cameraPermission: 'granted',
    microphonePermission: 'granted',
    freeBytes: 40_000_000_000,
    hasDisk: true,
    clockOffsetMs: 12,
  },
  testRecording: { kind: 'none' },
  conditions: { battery: undefined, silentMs: 0, sleptMs: 0, wakeLock: 'held' },
  pastTitles: ['Tuesday’s allotment'],
  renditions: [],
  upload: undefined,
  safety: undefined,
  ladder: { resting: [], reason: undefined, broken: [] },
} as const;

const ready = {
  ...before,
  phase: { kind: 'ready' },
  cameras: [
    { id: 'camera-1', label: 'Integrated camera' },
    { id: 'camera-2', label: 'Desk camera with a very long product name (046d:0825)' },
  ],
  microphones: [{ id: 'microphone-1', label: 'Default microphone' }],
  cameraId: 'camera-1',
  microphoneId: 'microphone-1',
  sounds: [{ input: 'microphone', gain: 1, isMuted: false, level: 0.22 }],
  probe,
} as const;

const live = {
  ...ready,
  phase: { kind: 'live', startedAtMs: 0, isConfirmed: true },
  renditions: [rendition(720, 2_500_000), rendition(480, 1_200_000), rendition(360, 700_000)],
  upload,
} as const;

const problem = (code: string, message: string, remedy: 'retry' | 'reload' | 'none') => ({ code, message, remedy });

/** By name; `startedAtMs: 0` is replaced in the page by a moment twelve minutes ago. */
export const STUDIO_STATES = {
  welcome: before,
  asking: { ...before, phase: { kind: 'asking' } },
  blocked: {
    ...before,
    phase: {
      kind: 'blocked',
      problem: problem(
        'permission_denied',
        'The browser may not use the camera here. Choose the camera sign in the address bar, allow it, then try again.',
        'retry',
      ),
    },
  },
  probing: { ...ready, probe: { kind: 'running', what: 'uplink', progress: 0.62 } },
  'probe-failed': {
    ...ready,
    probe: {
      kind: 'failed',
      problem: problem(
        'origin_unreachable',
        'The server did not answer. Check the connection, then try again.',
        'retry',
      ),
    },
  },
  ready,
  notReady: {
    ...ready,
    preset: 'light',
    preflight: { ...ready.preflight, hasHeard: false, clockOffsetMs: 184_000, freeBytes: 20_000_000 },
  },
  recordingTest: { ...ready, testRecording: { kind: 'recording', progress: 0.4 } },
  troubled: {
    ...live,
    conditions: { battery: { isCharging: false, share: 0.14 }, silentMs: 14_000, wakeLock: 'refused' },
  },
  starting: { ...ready, phase: { kind: 'starting', step: 'encoders' } },
  unconfirmed: {
    ...live,
    phase: { kind: 'live', startedAtMs: 0, isConfirmed: false },
    renditions: [],
    upload: undefined,
  },
  live,
  struggling: {
    ...live,
    isMuted: true,
    sounds: [{ input: 'microphone', gain: 1, isMuted: true, level: 0.22 }],
    isCameraOff: true,
    broadcast: { ...broadcast, reach: 'this-machine', watchUrl: 'http://localhost:8080/watch/abcdefgh12345678' },
    renditions: [
      rendition(720, 2_500_000, { leftOutShare: 0.47, encodeDelayMsP50: 210, encodeDelayMsP95: 730 }),
      rendition(480, 1_200_000, { framesRepeated: 9_000 }),
    ],
    upload: { ...upload, uplink: 'slow', secondsNotUploaded: 4.2, retries: 17 },
  },
  reconnecting: { ...live, upload: { ...upload, uplink: 'reconnecting', secondsNotUploaded: 12.4, retries: 31 } },
  catchingUp: { ...live, upload: { ...upload, uplink: 'catching-up', secondsNotUploaded: 9.3, retries: 31 } },
  unfinished: { ...before, phase: { kind: 'unfinished', left: { broadcast, state: 'open', unsentMs: 38_000 } } },
  unfinishedElsewhere: {
    ...before,
    phase: { kind: 'unfinished', left: { broadcast, state: 'elsewhere', unsentMs: undefined } },
  },
  ending: { ...live, phase: { kind: 'ending' } },
  ended: { ...before, phase: { kind: 'ended', durationMs: 754_000 } },
  failed: {
    ...ready,
    phase: {
      kind: 'failed',
      problem: problem('encoder_failed', 'The video encoder stopped. Reload the page to stream again.', 'reload'),
    },
  },
} as const;

export type StudioStateName = keyof typeof STUDIO_STATES;
