import type { EncoderName } from '../src/encode/encoder-choice.ts';
import type { PictureContent } from '../src/encode/scene.ts';
import { MAX_WAIT_MS } from '../src/encode/slot-queue.ts';
import { type SlotPlan, Slotter } from '../src/encode/slotter.ts';
import type { ClosedPart } from '../src/package/part-assembler.ts';
import type { StageError } from '../src/protocol/errors.ts';
import { firstSlotOfPart, type Grid, isKeySlot, type PartIndex } from '../src/protocol/grid.ts';
import type { RenditionStats } from '../src/protocol/stats.ts';
import { type Micros, micros } from '../src/protocol/time.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { EncodeCore, type EncodedFrame, type Rendition } from './encode-core.ts';
import { RenditionOutput } from './rendition-output.ts';

export interface VideoLaneOptions {
  readonly renditions: readonly Rendition[];
  readonly grid: Grid;
  /** First part of each rendition; 0 unless a broadcast goes on. */
  readonly firstPart: (track: TrackId) => PartIndex;
  /** Renditions that are not made for now, see `changeTo`. */
  readonly resting: readonly TrackId[];
  /** Implementations that may be used, best first. */
  readonly encoders: readonly EncoderName[];
  readonly content: PictureContent;
  onPart(part: ClosedPart): void;
  /** Before the first part of a rendition; and whenever its encoder describes itself again. */
  onConfig(track: TrackId, avcC: Uint8Array, colorSpace: VideoColorSpaceInit | undefined): void;
  /** No encoder is left for this rendition: nothing more of it comes. */
  onGone(track: TrackId, error: StageError): void;
}

/** From slot `fromSlot` on, the first of a segment, these renditions are made and no others. */
interface PendingChange {
  readonly fromSlot: number;
  readonly tracks: readonly TrackId[];
}

/** Pictures with their media times to closed parts of every rendition: every slot filled, keys on the grid. */
export class VideoLane {
  readonly #options: VideoLaneOptions;
  readonly #slotter: Slotter;
  readonly #outputs: ReadonlyMap<TrackId, RenditionOutput>;
  #core: EncodeCore | undefined;
  /** Owned: the picture that fills slots until the next one. */
  #current: VideoFrame | undefined;
  /** In order. */
  #pending: PendingChange[] = [];

  constructor(options: VideoLaneOptions) {
    this.#options = options;
    const { renditions, grid, firstPart, resting } = options;
    const outputs = renditions.map(
      (rendition) =>
        new RenditionOutput({
          rendition,
          grid,
          firstPart: firstPart(rendition.track),
          isResting: resting.includes(rendition.track),
          onPart: (part) => options.onPart(part),
        }),
    );
    this.#outputs = new Map(outputs.map((output) => [output.track, output]));
    const firstSlot = Math.min(...outputs.filter(({ isResting }) => !isResting).map((output) => output.firstSlot));
    this.#slotter = new Slotter({ frameRate: grid.frameRate, firstSlot });
  }

  /** Rejects with StageError `no_encoder`. */
  async open(): Promise<void> {
    const { renditions, grid, encoders, content } = this.#options;
    const { frameRate, gopSeconds } = grid;
    this.#core = await EncodeCore.open(
      { renditions, frameRate, gopSeconds, latencyMode: 'realtime', contentHint: content, encoders },
      {
        onConfig: (track, avcC, colorSpace) => this.#onConfig(track, avcC, colorSpace),
        onFrame: (frame) => this.#onFrame(frame),
        onStopped: (track) => this.#outputs.get(track)?.stopped(),
        onLost: (track, slots) => this.#onLost(track, slots),
        onError: (track, error) => this.#onGone(track, error),
      },
    );
  }

  /** How long the encoders keep a picture before it comes out, in microseconds of media; 0 for most. */
  get heldMicros(): Micros {
    return micros(Math.ceil(((this.#core?.heldFrames ?? 0) * 1000) / this.#options.grid.frameRate) * 1000);
  }

  /** What makes the pictures now. */
  get encoder(): EncoderName {
    return this.#core?.encoder ?? 'webcodecs';
  }

  /** First slot that is still empty: with no more pictures, the length of the track in slots. */
  get nextSlot(): number {
    return this.#slotter.nextSlot;
  }

  /** True while slots wait for encoders that are behind. */
  get isBehind(): boolean {
    return [...this.#outputs.values()].some(({ waiting }) => waiting > 0);
  }

  /**
   * How far the slowest encoder is behind the newest slot, beyond what it always keeps; one that keeps up only because
   * slots are left out is as far behind as any may be.
   */
  get behindMs(): number {
    const made = [...this.#outputs.values()].filter(({ isMade }) => isMade);
    if (made.some(({ isLeavingOut }) => isLeavingOut)) return MAX_WAIT_MS;
    const lags = made.map(({ lastSlot }) => lastSlot);
    const slots = this.nextSlot - 1 - Math.min(...lags) - (this.#core?.heldFrames ?? 0);
    return Math.max(0, (slots * 1000) / this.#options.grid.frameRate);
  }

  /** From the first slot of this part on, the first of a segment, these renditions are made and no others. */
  changeTo(tracks: readonly TrackId[], fromPart: PartIndex): void {
    const { frameRate, partsPerSegment } = this.#options.grid;
    this.#pending.push({ fromSlot: firstSlotOfPart(fromPart, frameRate, partsPerSegment), tracks });
  }

  get deadline(): Micros {
    return this.#slotter.deadline();
  }

  /** Takes ownership of `picture`. */
  push(picture: VideoFrame, media: Micros): void {
    const plan = this.#slotter.onFrame(media);
    // Before the very first picture there is nothing to repeat but itself.
    this.#current ??= picture.clone();
    this.#repeat(plan);
    // Of a screen it may be the last picture for a long time: one that came too late for a slot of its own still counts.
    this.#current?.close();
    this.#current = picture;
    if (plan.frameSlot !== undefined) this.#encode(plan.frameSlot, false);
  }

  /** From now on this picture fills empty slots. Takes ownership. */
  replace(picture: VideoFrame): void {
    this.#current?.close();
    this.#current = picture;
  }

  setContent(content: PictureContent): void {
    this.#core?.setContentHint(content);
  }

  tick(media: Micros): void {
    if (this.#current === undefined) return;
    this.#core?.rescueHung();
    this.#repeat(this.#slotter.onClock(media));
  }

  /** Fills up to slot `end` and gives out everything. */
  async finish(end: number): Promise<void> {
    this.#repeat(this.#slotter.finish(end));
    await this.#drain();
    for (const output of this.#outputs.values()) output.flush();
    this.close();
  }

  /** Frames come out in their own time; what waits for room follows them. */
  async #drain(): Promise<void> {
    const isBusy = (): boolean =>
      [...this.#outputs].some(([track, { waiting }]) => waiting > 0 || (this.#core?.inFlight(track) ?? 0) > 0);
    while (isBusy()) await this.#core?.flush();
  }

  close(): void {
    this.#core?.close();
    this.#current?.close();
    this.#current = undefined;
  }

  takeStats(): readonly RenditionStats[] {
    return [...this.#outputs.values()].map((output) => output.takeStats());
  }

  /** A picture of its own for the poster; the caller closes it. */
  snapshot(): VideoFrame | undefined {
    return this.#current?.clone();
  }

  #repeat(plan: SlotPlan): void {
    for (let slot = plan.repeatFrom; slot < plan.repeatTo; slot++) this.#encode(slot, true);
  }

  #encode(slot: number, isRepeat: boolean): void {
    const core = this.#core;
    if (this.#current === undefined || core === undefined) return;
    this.#changeAt(slot);
    const taking = [...this.#outputs.values()]
      .filter((output) => output.offer(slot, core.backlog(output.track), isRepeat))
      .map(({ track }) => track);
    if (taking.length > 0) core.encode(this.#current, slot, isKeySlot(slot, this.#options.grid), taking);
  }

  #changeAt(slot: number): void {
    for (let next = this.#pending[0]; next !== undefined && slot >= next.fromSlot; next = this.#pending[0]) {
      this.#pending.shift();
      for (const [track, output] of this.#outputs) output.change(next.tracks.includes(track), next.fromSlot, slot);
    }
  }

  /** An encoder has room again, or is a new one: what waited gets the picture of now. */
  #catchUp(output: RenditionOutput): void {
    const { track } = output;
    const core = this.#core;
    while (this.#current !== undefined && core !== undefined) {
      const slot = output.takeWaiting(core.backlog(track));
      if (slot === undefined) return;
      core.encode(this.#current, slot, isKeySlot(slot, this.#options.grid), [track]);
    }
  }

  #onFrame(frame: EncodedFrame): void {
    const output = this.#outputs.get(frame.track);
    if (output === undefined) return;
    // What the encoder always keeps is told by itself; the meter shows whether it is behind.
    const delayMs = Math.max(0, frame.delayMs - this.heldMicros / 1000);
    output.add(frame, delayMs);
    this.#catchUp(output);
  }

  #onConfig(track: TrackId, avcC: Uint8Array, colorSpace: VideoColorSpaceInit | undefined): void {
    const output = this.#outputs.get(track);
    if (output === undefined) return;
    output.describe(avcC);
    this.#options.onConfig(track, avcC, colorSpace);
  }

  #onLost(track: TrackId, slots: readonly number[]): void {
    const output = this.#outputs.get(track);
    if (output === undefined) return;
    output.putBack(slots);
    this.#catchUp(output);
  }

  #onGone(track: TrackId, error: StageError): void {
    if (this.#outputs.get(track)?.giveUp() === true) this.#options.onGone(track, error);
  }

  /** Makes a rendition that was given up again, from the boundary that `changeTo` names. Rejects when nothing does. */
  async revive(track: TrackId): Promise<void> {
    const output = this.#outputs.get(track);
    if (output === undefined || this.#core === undefined) return;
    await this.#core.revive(track);
    output.revive();
    this.#catchUp(output);
  }
}
