import { quantile } from '../lib/quantile.ts';
import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  FRAME_RATES,
  type FrameRate,
  type PartIndex,
  partOfSlot,
  partOfTicks,
  SEGMENT_SECONDS,
} from '../protocol/grid.ts';
import { ticks } from '../protocol/time.ts';
import { slotOfTime } from './slot-cover.ts';

/** What the container says. Seconds on the file's own clock; undefined where there is no such track. */
export interface SourceTimes {
  readonly videoFrom: number;
  readonly videoTo: number;
  readonly soundFrom: number | undefined;
  readonly soundTo: number | undefined;
  /** Pictures a second where they come fastest. */
  readonly pictureRate: number;
}

/** A recording laid on the grid. Whoever makes a segment of it needs nothing else about time. */
export interface RecordingPlan {
  /** The file's time that becomes media zero, in seconds. */
  readonly zeroSeconds: number;
  readonly frameRate: FrameRate;
  /** Pictures of the whole recording. */
  readonly slots: number;
}

/** 23.976, 29.97 and 59.94 are 24, 30 and 60 with a picture repeated every half minute or so. */
const SAME_RATE_SHARE = 0.02;
/** Sound that goes on longer than this after the last picture is part of the recording; less is padding. */
const SOUND_TAIL_SECONDS = 0.5;

/** The grid's rate for a file: its own, or the next higher one, so that no picture is left out. Above 60 it is 60. */
export function gridRateOf(pictureRate: number): FrameRate {
  const same = FRAME_RATES.find((rate) => Math.abs(rate - pictureRate) <= rate * SAME_RATE_SHARE);
  return same ?? FRAME_RATES.find((rate) => rate >= pictureRate) ?? 60;
}

/** Of a slot: containers round times. */
const ON_GRID_SLOTS = 0.001;
const FAST_QUANTILE = 0.1;
const SAME_GAP = 1.25;

/**
 * Pictures a second from the times of some pictures, in any order: of a rhythm that is uneven the fast one counts,
 * because a slow one loses nothing on a fast grid. Undefined when there are fewer than two.
 */
export function pictureRateOf(seconds: readonly number[]): number | undefined {
  const sorted = seconds.toSorted((a, b) => a - b);
  const gaps = sorted
    .slice(1)
    .map((time, i) => time - (sorted[i] ?? 0))
    .filter((gap) => gap > 0);
  if (gaps.length === 0) return undefined;
  const fast = quantile(gaps, FAST_QUANTILE);
  const same = gaps.filter((gap) => gap <= fast * SAME_GAP && gap >= fast / SAME_GAP);
  return same.length / same.reduce((sum, gap) => sum + gap, 0);
}

/**
 * Media zero is the first sample of either, moved by less than a slot so that the first picture lies on the grid: with
 * sound that begins between two pictures all of them would be half a slot off. What lies before the file's own zero was
 * cut away by whoever made it.
 */
export function planRecording(times: SourceTimes): RecordingPlan {
  const { videoFrom, videoTo, soundFrom, soundTo, pictureRate } = times;
  const frameRate = gridRateOf(pictureRate);
  const first = Math.max(0, Math.min(videoFrom, soundFrom ?? videoFrom));
  const zeroSeconds = videoFrom - Math.floor((videoFrom - first) * frameRate + ON_GRID_SLOTS) / frameRate;
  const isSoundLonger = soundTo !== undefined && soundTo > videoTo + SOUND_TAIL_SECONDS;
  const end = isSoundLonger ? soundTo : videoTo;
  return { zeroSeconds, frameRate, slots: Math.max(1, slotOfTime(end - zeroSeconds, frameRate)) };
}

/** The half-open range of slots of a segment; the last one ends with the recording. */
export function slotsOfSegment(
  segment: number,
  plan: RecordingPlan,
): { readonly fromSlot: number; readonly toSlot: number } {
  const perSegment = plan.frameRate * SEGMENT_SECONDS;
  return { fromSlot: segment * perSegment, toSlot: Math.min(plan.slots, (segment + 1) * perSegment) };
}

export const segmentsOf = (plan: RecordingPlan): number => Math.ceil(plan.slots / (plan.frameRate * SEGMENT_SECONDS));

/** Where the last picture ends, in milliseconds, rounded up so that it is never cut off. */
export const durationMsOf = ({ slots, frameRate }: RecordingPlan): number => Math.ceil((slots * 1000) / frameRate);

/** AAC frames of the recording: those that start before the last picture ends. */
export const soundFramesOf = ({ slots, frameRate }: RecordingPlan): number =>
  Math.ceil((slots * AUDIO_TIMESCALE) / (frameRate * AAC_FRAME_SAMPLES));

export interface EndParts {
  readonly video: PartIndex;
  readonly sound: PartIndex;
}

/** The indices after the last part of picture and of sound. */
export const endPartsOf = (plan: RecordingPlan, partsPerSegment: number): EndParts => ({
  video: partOfSlot(plan.slots - 1, plan.frameRate, partsPerSegment) + 1,
  sound: partOfTicks(ticks((soundFramesOf(plan) - 1) * AAC_FRAME_SAMPLES), AUDIO_TIMESCALE, partsPerSegment) + 1,
});
