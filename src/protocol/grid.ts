import { type Micros, type Ticks, ticks } from './time.ts';

/** Length of a segment, the unit of storage, of map-reduce and of recordings (SPEC GRID1). */
export const SEGMENT_SECONDS = 10;
export const SEGMENT_MS = SEGMENT_SECONDS * 1000;
export const SEGMENT_MICROS = 10_000_000 as Micros;
export const VIDEO_TIMESCALE = 90_000;
export const AUDIO_TIMESCALE = 48_000;
export const AAC_FRAME_SAMPLES = 1024;

/** Frame rates whose slots fall on whole ticks of 1/90 000 s. */
export const FRAME_RATES = [24, 25, 30, 50, 60] as const;
export type FrameRate = (typeof FRAME_RATES)[number];

/** 100: parts of 0.1 s (the default). 300: parts of one frame at 30 frames/s, for the lowest delay. */
export const PARTS_PER_SEGMENT = [100, 300] as const;
export type PartsPerSegment = (typeof PARTS_PER_SEGMENT)[number];

export const GOP_SECONDS = [1, 2] as const;
export type GopSeconds = (typeof GOP_SECONDS)[number];

/** Everything that decides where a sample belongs. Fixed for the life of a broadcast. */
export interface Grid {
  readonly partsPerSegment: PartsPerSegment;
  readonly gopSeconds: GopSeconds;
  readonly frameRate: FrameRate;
}

export const DEFAULT_GRID: Grid = { partsPerSegment: 100, gopSeconds: 2, frameRate: 30 };

/** A part counted from the broadcast's zero, over segment boundaries: `segment * partsPerSegment + part`. */
export type PartIndex = number;

/** Not whole where a segment has 300 parts. */
export const partMs = (partsPerSegment: number): number => SEGMENT_MS / partsPerSegment;
export const partDurationMicros = (partsPerSegment: number): Micros => (SEGMENT_MICROS / partsPerSegment) as Micros;

/** A slot is one frame's place on the constant-rate grid; slot 0 is media time zero. */
export const slotTicks = (slot: number, frameRate: FrameRate): Ticks => ticks((slot * VIDEO_TIMESCALE) / frameRate);

/** A frame belongs to the part in which it starts; integers only, so 24, 25, 30, 50 and 60 never drift (GRID3). */
export const partOfTicks = (start: Ticks, timescale: number, partsPerSegment: number): PartIndex =>
  Math.floor((start * partsPerSegment) / (SEGMENT_SECONDS * timescale));

/** First tick of a part: nothing of the part starts earlier. */
export const partStartTicks = (part: PartIndex, timescale: number, partsPerSegment: number): Ticks =>
  ticks(Math.ceil((part * SEGMENT_SECONDS * timescale) / partsPerSegment));

export const partOfSlot = (slot: number, frameRate: FrameRate, partsPerSegment: number): PartIndex =>
  partOfTicks(slotTicks(slot, frameRate), VIDEO_TIMESCALE, partsPerSegment);

/** The first slot that starts in the part. */
export const firstSlotOfPart = (part: PartIndex, frameRate: FrameRate, partsPerSegment: number): number =>
  Math.ceil((part * SEGMENT_SECONDS * frameRate) / partsPerSegment);

/** The first AAC frame that starts in the part (GRID5). */
export const firstFrameOfPart = (part: PartIndex, partsPerSegment: number): number =>
  Math.ceil(partStartTicks(part, AUDIO_TIMESCALE, partsPerSegment) / AAC_FRAME_SAMPLES);

/** True when slot `slot` is the last one of its part, so the part can be closed without waiting for the next frame. */
export const isLastSlotOfPart = (slot: number, frameRate: FrameRate, partsPerSegment: number): boolean =>
  partOfSlot(slot + 1, frameRate, partsPerSegment) !== partOfSlot(slot, frameRate, partsPerSegment);

export const isFirstSlotOfPart = (slot: number, frameRate: FrameRate, partsPerSegment: number): boolean =>
  isLastSlotOfPart(slot - 1, frameRate, partsPerSegment);

/** Key frames fall where `floor(t / gop)` changes: the same slots in every rendition, every tab, every restart (GRID4). */
export const isKeySlot = (slot: number, grid: Pick<Grid, 'frameRate' | 'gopSeconds'>): boolean =>
  slot % (grid.frameRate * grid.gopSeconds) === 0;

export const segmentOfPart = (part: PartIndex, partsPerSegment: number): number => Math.floor(part / partsPerSegment);
export const partWithinSegment = (part: PartIndex, partsPerSegment: number): number => part % partsPerSegment;

/** The half-open range of parts that piece `piece` of a view with `pieces` pieces per segment is made of. */
export function partsOfPiece(
  segment: number,
  piece: number,
  pieces: number,
  partsPerSegment: number,
): { from: PartIndex; to: PartIndex } {
  const step = partsPerSegment / pieces;
  const from = segment * partsPerSegment + piece * step;
  return { from, to: from + step };
}

/** Views a broadcast can be delivered in: pieces per segment that divide its parts (SPEC MEDIA4). */
export const VIEW_PIECES = [300, 100, 50, 20, 5] as const;
export const isViewPieces = (pieces: number, partsPerSegment: number): boolean =>
  (VIEW_PIECES as readonly number[]).includes(pieces) && partsPerSegment % pieces === 0;

/** Viewers ask for the manifest every two seconds; who is told of a change this early asks for nothing that is not made. */
const TELL_MS = 4_000;

/** The first segment that viewers can still be told of; `mediaNowMs` is the time on the grid. */
export const nextToldSegment = (mediaNowMs: number): number => Math.floor((mediaNowMs + TELL_MS) / SEGMENT_MS) + 1;
