import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  type Grid,
  isKeySlot,
  type PartIndex,
  partOfSlot,
  partOfTicks,
  slotTicks,
  VIDEO_TIMESCALE,
} from '../protocol/grid.ts';
import type { EncodedSample } from '../protocol/sample.ts';
import { ticks } from '../protocol/time.ts';
import type { TrackId } from '../protocol/track.ts';

/** The samples of one part, complete and in order. */
export interface ClosedPart {
  readonly track: TrackId;
  readonly part: PartIndex;
  readonly samples: readonly EncodedSample[];
}

/**
 * Collects the frames of one picture track. A part is closed with its last slot, not with the first of the next, so
 * nothing is held back. A slot that was skipped lengthens the frame before it.
 */
export class VideoAssembler {
  readonly #track: TrackId;
  readonly #grid: Grid;
  #samples: EncodedSample[] = [];
  #skipped = new Set<number>();
  #next = 0;

  constructor(track: TrackId, grid: Grid) {
    this.#track = track;
    this.#grid = grid;
  }

  /** Slot `slot` will get no frame of its own. Said before the frame in front of it comes out of the encoder. */
  skip(slot: number): void {
    this.#skipped.add(slot);
  }

  /** A frame came out of the encoder. One that the encoder swallowed before it is covered by starting this one early. */
  add(slot: number, isKey: boolean, data: Uint8Array): ClosedPart | undefined {
    const first = this.#next;
    if (slot < first) return undefined;
    let end = slot + 1;
    while (this.#skipped.delete(end)) end++;
    this.#next = end;
    const start = slotTicks(first, this.#grid.frameRate);
    const duration = ticks(slotTicks(end, this.#grid.frameRate) - start);
    // An encoder that was started anew begins with a key off the grid; it decodes, but nobody may join there (PART4).
    const isSync = isKey && isKeySlot(first, this.#grid);
    this.#samples.push({ track: this.#track, start, duration, isKey: isSync, data });
    return this.#partOf(end) === this.#partOf(first) ? undefined : this.flush();
  }

  /** Closes what is there, at the end of a broadcast. */
  flush(): ClosedPart | undefined {
    const [first] = this.#samples;
    if (first === undefined) return undefined;
    const samples = this.#samples;
    this.#samples = [];
    return { track: this.#track, part: partOfTicks(first.start, VIDEO_TIMESCALE, this.#grid.partsPerSegment), samples };
  }

  #partOf(slot: number): PartIndex {
    return partOfSlot(slot, this.#grid.frameRate, this.#grid.partsPerSegment);
  }
}

/** Collects the AAC frames of the sound track; frame `i` starts at sample `1024 i`, so the last of a part is known. */
export class AudioAssembler {
  readonly #track: TrackId;
  readonly #partsPerSegment: number;
  #samples: EncodedSample[] = [];
  #next = 0;

  constructor(track: TrackId, partsPerSegment: number) {
    this.#track = track;
    this.#partsPerSegment = partsPerSegment;
  }

  add(data: Uint8Array): ClosedPart | undefined {
    const start = this.#next * AAC_FRAME_SAMPLES;
    const duration = ticks(AAC_FRAME_SAMPLES);
    this.#samples.push({ track: this.#track, start: ticks(start), duration, isKey: true, data });
    this.#next++;
    return this.#partOf(start) === this.#partOf(start + AAC_FRAME_SAMPLES) ? undefined : this.flush();
  }

  flush(): ClosedPart | undefined {
    const [first] = this.#samples;
    if (first === undefined) return undefined;
    const samples = this.#samples;
    this.#samples = [];
    return { track: this.#track, part: this.#partOf(first.start), samples };
  }

  #partOf(start: number): PartIndex {
    return partOfTicks(ticks(start), AUDIO_TIMESCALE, this.#partsPerSegment);
  }
}
