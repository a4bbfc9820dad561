import { parameterSets, withSets } from '../src/encode/avcc.ts';
import { SlotQueue } from '../src/encode/slot-queue.ts';
import { type ClosedPart, VideoAssembler } from '../src/package/part-assembler.ts';
import { firstSlotOfPart, type Grid, isKeySlot, type PartIndex } from '../src/protocol/grid.ts';
import type { RenditionStats } from '../src/protocol/stats.ts';
import type { TrackId } from '../src/protocol/track.ts';
import type { EncodedFrame, Rendition } from './encode-core.ts';
import { RenditionMeter } from './rendition-meter.ts';

export interface RenditionOutputOptions {
  readonly rendition: Rendition;
  readonly grid: Grid;
  /** 0 unless a broadcast goes on. */
  readonly firstPart: PartIndex;
  readonly isResting: boolean;
  readonly onPart: (part: ClosedPart) => void;
}

/** One rendition of a broadcast: which slots it takes, what of them waits, and the parts that its frames close. */
export class RenditionOutput {
  readonly track: TrackId;
  readonly #grid: Grid;
  readonly #queue: SlotQueue;
  readonly #meter: RenditionMeter;
  readonly #onPart: (part: ClosedPart) => void;
  /** Slots that wait although a picture came for them. */
  readonly #late = new Set<number>();
  /** Decided, and the frame before has not come out yet. */
  readonly #leftOut = new Set<number>();
  #assembler: VideoAssembler;
  /** Slots before it are there already, or were not made while this rendition rested. */
  #firstSlot: number;
  #lastSlot: number;
  #isResting: boolean;
  /** No encoder is left for it. */
  #isGone = false;
  /**
   * Of the encoder now in use; in front of every key frame, not of its own alone: a decoder that has played another
   * encoder's pictures and is sent back has no other way to know [Firefox].
   */
  #sets: Uint8Array<ArrayBufferLike> = new Uint8Array();
  /** Parts before it have been given out; from here to where it went to rest they are missing, when it broke. */
  #nextPart: PartIndex;
  #missing: { readonly fromPart: PartIndex; readonly toSlot: number | undefined } | undefined;

  constructor({ rendition, grid, firstPart, isResting, onPart }: RenditionOutputOptions) {
    this.track = rendition.track;
    this.#grid = grid;
    this.#onPart = onPart;
    this.#queue = new SlotQueue(grid);
    this.#meter = new RenditionMeter(rendition);
    this.#firstSlot = firstSlotOfPart(firstPart, grid.frameRate, grid.partsPerSegment);
    this.#lastSlot = this.#firstSlot - 1;
    this.#assembler = new VideoAssembler(rendition.track, grid, this.#firstSlot);
    this.#isResting = isResting;
    this.#nextPart = firstPart;
  }

  get firstSlot(): number {
    return this.#firstSlot;
  }

  /** The newest slot that came out, or was left out. */
  get lastSlot(): number {
    return this.#lastSlot;
  }

  get isResting(): boolean {
    return this.#isResting;
  }

  get isMade(): boolean {
    return !this.#isResting && !this.#isGone;
  }

  /** Slots that wait for the encoder. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Its encoder is too slow for every slot, see `SlotQueue`. */
  get isLeavingOut(): boolean {
    return this.isMade && this.#queue.isLeavingOut;
  }

  /**
   * True when the slot is to be encoded at once; otherwise it waits, or is not made. `isRepeat`: it gets the picture of
   * the one before.
   */
  offer(slot: number, backlog: number, isRepeat: boolean): boolean {
    if (!this.isMade || slot < this.#firstSlot) return false;
    if (isRepeat) this.#meter.repeated();
    const isTaken = this.#queue.offer(slot, backlog);
    if (!isTaken && !isRepeat) {
      this.#late.add(slot);
      this.#meter.late();
    }
    return isTaken;
  }

  /** Of the slots that wait the one whose turn it is, when the encoder has room. */
  takeWaiting(backlog: number): number | undefined {
    const turn = this.#queue.take(backlog);
    if (turn === undefined) return undefined;
    this.#late.delete(turn.slot);
    for (const slot of turn.leftOut) this.#leftOut.add(slot);
    // A repeat that is left out is no picture less.
    this.#meter.leftOut(turn.leftOut.filter((slot) => this.#late.delete(slot)).length);
    this.#leaveOut();
    return turn.slot;
  }

  /** The encoder lost these. */
  putBack(slots: readonly number[]): void {
    this.#queue.putBack(slots);
  }

  /** Its encoder failed; another one follows. */
  stopped(): void {
    this.#meter.stopped();
  }

  describe(avcC: Uint8Array): void {
    this.#sets = parameterSets(avcC);
  }

  /** `delayMs` is beyond what the encoder always keeps. Throws StageError `slot_lost`. */
  add(frame: EncodedFrame, delayMs: number): void {
    // It came back before it had caught up with what it missed.
    if (frame.slot < this.#firstSlot) return;
    this.#meter.encoded({ ...frame, delayMs }, isKeySlot(frame.slot, this.#grid));
    this.#lastSlot = frame.slot;
    const data = frame.isKey ? withSets(this.#sets, frame.data) : frame.data;
    this.#emit(this.#assembler.add(frame.slot, frame.isKey, data));
    this.#leaveOut();
  }

  /** What is left at the end of a broadcast. */
  flush(): void {
    this.#emit(this.#assembler.flush());
  }

  /**
   * From `boundary` on, the first slot of a segment, it rests or is made; `slot` is the next to be handed out. Old slots
   * of one that rests now still come out: its last part ends with the segment.
   */
  change(isMade: boolean, boundary: number, slot: number): void {
    const missing = this.#missing;
    if (!isMade && missing !== undefined && missing.toSlot === undefined)
      this.#missing = { fromPart: missing.fromPart, toSlot: boundary };
    if (this.#isResting && isMade) {
      this.#beginAt(slot);
      this.#lastSlot = slot - 1;
    }
    this.#isResting = !isMade;
  }

  /** Viewers have what came out until now; its last part is not whole and is not sent. False when it was gone before. */
  giveUp(): boolean {
    if (this.#isGone) return false;
    this.#isGone = true;
    this.#meter.gone();
    this.#missing = this.#isResting ? undefined : { fromPart: this.#nextPart, toSlot: undefined };
    this.#forgetWaiting();
    this.#assembler.flush();
    return true;
  }

  /**
   * There is an encoder again; it rests until `change`. Between its end and the boundary at which it went to rest
   * viewers were offered it: those slots wait for the picture of now.
   */
  revive(): void {
    this.#isResting = true;
    this.#isGone = false;
    const { fromPart, toSlot } = this.#missing ?? {};
    this.#missing = undefined;
    if (fromPart === undefined || toSlot === undefined) return;
    const from = firstSlotOfPart(fromPart, this.#grid.frameRate, this.#grid.partsPerSegment);
    this.#beginAt(from);
    this.#queue.putBack(Array.from({ length: Math.max(0, toSlot - from) }, (_, i) => from + i));
  }

  takeStats(): RenditionStats {
    return { ...this.#meter.take(), isResting: !this.isMade };
  }

  #beginAt(slot: number): void {
    this.#forgetWaiting();
    this.#firstSlot = slot;
    this.#assembler = new VideoAssembler(this.track, this.#grid, slot);
  }

  #forgetWaiting(): void {
    this.#queue.clear();
    this.#late.clear();
    this.#leftOut.clear();
  }

  /** In its place: after the frame before it came out. */
  #leaveOut(): void {
    for (let slot = this.#assembler.nextSlot; this.#leftOut.delete(slot); slot = this.#assembler.nextSlot) {
      this.#lastSlot = slot;
      this.#emit(this.#assembler.leaveOut());
    }
  }

  #emit(part: ClosedPart | undefined): void {
    if (part === undefined) return;
    this.#nextPart = part.part + 1;
    this.#onPart(part);
  }
}
