import type { TrackId } from './track.ts';

/** Counters of one rendition since going live, and what was measured of late, as the engine reports them once a second. */
export interface RenditionStats {
  readonly track: TrackId;
  readonly framesEncoded: number;
  readonly framesRepeated: number;
  readonly keyFramesMissed: number;
  /** How often an encoder failed and another one took over. */
  readonly encoderStops: number;
  /** For how long in all nothing came out then; viewers see the picture before it, and later one that stands. */
  readonly encoderStopMs: number;
  /** Of the pictures of the last ten seconds, 0 to 1: those that waited because the encoder held too many. */
  readonly lateShare: number;
  /** The same: those that were left out because the encoder is too slow; the one before each lasted longer. */
  readonly leftOutShare: number;
  /** Measured over the last full second(s), samples only. */
  readonly actualBps: number;
  readonly targetBps: number;
  readonly encodeDelayMsP50: number;
  readonly encodeDelayMsP95: number;
  /** It is not made for now, see `LadderReport`. */
  readonly isResting: boolean;
}

/** Which renditions rest while live, and why. */
export interface LadderReport {
  readonly resting: readonly TrackId[];
  readonly reason: 'encoder' | 'line' | undefined;
  /** Those whose encoders failed, until one works again. */
  readonly broken: readonly TrackId[];
}

export interface UploadStats {
  readonly roundTripMsP50: number;
  readonly roundTripMsP95: number;
  /** Media time finished in the tab but not yet acknowledged by the origin. */
  readonly secondsNotUploaded: number;
  readonly sampleBytes: number;
  /** Everything the requests cost: boxes, digests, an estimate of request headers. */
  readonly sentBytes: number;
  readonly retries: number;
  /** Media time that this tab can still keep without the origin. */
  readonly roomMs: number;
  /** Media time of each track that was given up because there was no room; nothing for most broadcasts. */
  readonly lostMs: Readonly<Record<TrackId, number>>;
  /** server-full: it answers, and has no room for what is sent. */
  readonly uplink: 'good' | 'slow' | 'catching-up' | 'reconnecting' | 'server-full';
}

/** Where the tab keeps what the origin does not have yet. memory: it does not outlive a crash of the tab. */
export interface SpoolSafety {
  readonly where: 'disk' | 'memory';
  readonly budgetBytes: number;
}
