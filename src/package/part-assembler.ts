import { StageError } from '../protocol/errors.ts';
import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  type Grid,
  isKeySlot,
  isLastSlotOfPart,
  type PartIndex,
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
 * Collects the frames of one picture track, in order: every slot has one, or is left out. A part is closed with its last
 * slot, not with the first of the next, so nothing is held back.
 */
export class VideoAssembler {
  readonly #track: TrackId;
  readonly #grid: Grid;
  #samples: EncodedSample[] = [];
  #next: number;

  constructor(track: TrackId, grid: Grid, firstSlot = 0) {
    this.#next = firstSlot;
    this.#track = track;
    this.#grid = grid;
  }

  /** The slot that is due. */
  get nextSlot(): number {
    return this.#next;
  }

  /** Throws StageError `slot_lost` when a slot before this one never came. */
  add(slot: number, isKey: boolean, data: Uint8Array): ClosedPart | undefined {
    if (slot !== this.#next)
      throw new StageError(
        'package',
        'slot_lost',
        `The encoder lost a frame: slot ${slot} came after ${this.#next - 1}.`,
      );
    const { frameRate } = this.#grid;
    const start = slotTicks(slot, frameRate);
    const duration = ticks(slotTicks(slot + 1, frameRate) - start);
    // An encoder that was started anew begins with a key off the grid; it decodes, but nobody may join there (PART4).
    const isSync = isKey && isKeySlot(slot, this.#grid);
    this.#samples.push({ track: this.#track, start, duration, isKey: isSync, data });
    return this.#advance();
  }

  /**
   * The slot that is due gets no frame: the one before lasts longer, since a hole stops players. Throws StageError
   * `slot_lost` for the first of a part, which has no frame before it there.
   */
  leaveOut(): ClosedPart | undefined {
    const last = this.#samples.pop();
    if (last === undefined)
      throw new StageError('package', 'slot_lost', `Slot ${this.#next} begins a part and cannot be left out.`);
    const duration = ticks(slotTicks(this.#next + 1, this.#grid.frameRate) - last.start);
    this.#samples.push({ ...last, duration });
    return this.#advance();
  }

  #advance(): ClosedPart | undefined {
    const slot = this.#next++;
    return isLastSlotOfPart(slot, this.#grid.frameRate, this.#grid.partsPerSegment) ? this.flush() : undefined;
  }

  /** Closes what is there, at the end of a broadcast. */
  flush(): ClosedPart | undefined {
    const [first] = this.#samples;
    if (first === undefined) return undefined;
    const samples = this.#samples;
    this.#samples = [];
    return { track: this.#track, part: partOfTicks(first.start, VIDEO_TIMESCALE, this.#grid.partsPerSegment), samples };
  }
}

/** Collects the AAC frames of the sound track; frame `i` starts at sample `1024 i`, so the last of a part is known. */
export class AudioAssembler {
  readonly #track: TrackId;
  readonly #partsPerSegment: number;
  #samples: EncodedSample[] = [];
  #next: number;

  constructor(track: TrackId, partsPerSegment: number, firstFrame = 0) {
    this.#next = firstFrame;
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
