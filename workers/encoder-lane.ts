import { afterFailure, type EncoderName, HANG_MS, hasHung } from '../src/encode/encoder-choice.ts';
import type { PictureContent } from '../src/encode/scene.ts';
import { AwakeClock } from '../src/lib/awake-clock.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { EncoderSource, EncodeTask, PictureEncoder } from './picture-encoder.ts';

/** An encoded picture as it leaves an encoder; `slot` is the one it was handed in with. */
export interface LaneFrame {
  readonly slot: number;
  readonly isKey: boolean;
  readonly data: Uint8Array<ArrayBuffer>;
  /** From `encode` to here. */
  readonly delayMs: number;
}

/** Looks some 20 ms apart that are further apart than this were not all there were to be. */
const LOOK_MS = 250;

export interface EncoderLaneOptions {
  readonly task: EncodeTask;
  /** Which implementations are tried, best first. */
  readonly encoders: readonly EncoderName[];
  /** The first of these that works. Rejects when none does, with `cause` when there is no other reason. */
  openFirst(names: readonly EncoderName[], task: EncodeTask, cause?: unknown): Promise<EncoderSource>;
  /** This one may be needed soon. */
  warm(name: EncoderName, task: EncodeTask): void;
  onFrame(frame: LaneFrame): void;
  /** Before the first frame, and again should the decoder configuration change. */
  onConfig(avcC: Uint8Array, colorSpace: VideoColorSpaceInit | undefined): void;
  /** These slots will not come out: the encoder stopped or swallowed one. A new encoder waits for them, in order. */
  onLost(slots: readonly number[]): void;
  /** The encoder failed: nothing comes out until a frame does again. */
  onStopped(): void;
  /** No implementation is left, until `revive`. */
  onGone(error: StageError): void;
  /** Something came out, or the encoder is another. */
  onChange(): void;
}

type LaneState =
  | { readonly kind: 'running'; readonly encoder: PictureEncoder }
  /** Between two encoders; what would go in waits at the caller's. */
  | { readonly kind: 'changing' }
  | { readonly kind: 'ended' };

/** The encoders of one rendition, one after another: who fails or hangs is replaced, and who fails too often by the next kind. */
export class EncoderLane {
  readonly #options: EncoderLaneOptions;
  #task: EncodeTask;
  #source: EncoderSource;
  #state: LaneState = { kind: 'changing' };
  /** Slots inside the encoder with the times at which they went in. */
  readonly #sent = new Map<number, { readonly atMs: number; readonly awakeMs: number }>();
  readonly #awake = new AwakeClock(LOOK_MS);
  #needsKey = false;
  #failures: readonly number[] = [];
  #isClosed = false;

  private constructor(options: EncoderLaneOptions, source: EncoderSource) {
    this.#options = options;
    this.#task = options.task;
    this.#source = source;
  }

  /** Rejects with StageError `no_encoder` or `no_fallback` when nothing here encodes H.264 in that size. */
  static async open(options: EncoderLaneOptions): Promise<EncoderLane> {
    const lane = new EncoderLane(options, await options.openFirst(options.encoders, options.task));
    lane.#state = { kind: 'running', encoder: await lane.#create() };
    return lane;
  }

  /** The implementation in use. */
  get encoder(): EncoderName {
    return this.#source.name;
  }

  /** How many frames more than others the encoder keeps inside before the first comes out. */
  get heldFrames(): number {
    return this.#source.heldFrames;
  }

  /** Frames handed in that have not come out. */
  get inFlight(): number {
    return this.#sent.size;
  }

  /** The same, beyond those that the encoder always keeps: what says whether it is behind. No end without an encoder. */
  get backlog(): number {
    if (this.#state.kind !== 'running') return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#sent.size - this.#source.heldFrames);
  }

  get isChanging(): boolean {
    return this.#state.kind === 'changing';
  }

  get isGone(): boolean {
    return this.#state.kind === 'ended';
  }

  /** `stamped` has the times of its slot and stays the caller's. Nothing happens without an encoder. */
  encode(stamped: VideoFrame, slot: number, isKey: boolean): void {
    if (this.#state.kind !== 'running' || this.#isClosed) return;
    this.#sent.set(slot, { atMs: performance.now(), awakeMs: this.#awake.ms });
    this.#state.encoder.encode(stamped, slot, isKey || this.#needsKey);
    this.#needsKey = false;
  }

  setContentHint(contentHint: PictureContent): void {
    if (this.#task.contentHint === contentHint) return;
    this.#task = { ...this.#task, contentHint };
    this.#source.setContentHint(contentHint);
    if (this.#state.kind === 'running') this.#state.encoder.setContentHint(contentHint);
  }

  /** Begins anew after it was given up, from the best implementation on. Rejects when none works that keeps no more. */
  async revive(mostHeldFrames: number): Promise<void> {
    if (!this.isGone || this.#isClosed) return;
    const source = await this.#options.openFirst(this.#options.encoders, this.#task);
    // As with a take-over: viewers were told when parts come.
    if (source.heldFrames > mostHeldFrames) throw new Error('this encoder would bring every part too late');
    this.#source = source;
    this.#failures = [];
    const encoder = await this.#create();
    if (this.#isClosed) encoder.close();
    else this.#state = { kind: 'running', encoder };
  }

  /** Called some fifty times a second: an encoder that has hung is replaced. */
  rescueIfHung(nowMs: number): void {
    this.#awake.look(nowMs);
    const [oldest] = this.#sent.values();
    const heldMs = (this.#source.heldFrames * 1000) / this.#task.frameRate;
    if (hasHung(oldest?.awakeMs, this.#awake.ms, heldMs))
      this.#onFailure(new Error(`no frame from the encoder of ${this.#task.height}p for ${HANG_MS} ms`));
  }

  /** Everything handed in has come out when this resolves. */
  async flush(): Promise<void> {
    if (this.#state.kind === 'running') await this.#state.encoder.flush();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#state.kind === 'running') this.#state.encoder.close();
  }

  #create(): Promise<PictureEncoder> {
    // What a replaced encoder still has to say no longer counts.
    let isReplaced = false;
    return this.#source.create({
      onConfig: (avcC, colorSpace) => {
        if (!isReplaced) this.#options.onConfig(avcC, colorSpace);
      },
      onFrame: (slot, isKey, data) => {
        if (isReplaced) return;
        const sentAt = this.#sent.get(slot)?.atMs ?? performance.now();
        this.#sent.delete(slot);
        this.#options.onFrame({ slot, isKey, data, delayMs: performance.now() - sentAt });
        this.#options.onChange();
      },
      onFailure: (cause) => {
        if (isReplaced) return;
        isReplaced = true;
        this.#onFailure(cause);
      },
    });
  }

  #onFailure(cause: Error): void {
    if (this.#isClosed || this.#state.kind !== 'running') return;
    this.#state.encoder.close();
    this.#state = { kind: 'changing' };
    this.#options.onStopped();
    const lost = [...this.#sent.keys()];
    this.#sent.clear();
    if (lost.length > 0) this.#options.onLost(lost);
    this.#replace(cause).catch((error: unknown) => this.#giveUp(error));
  }

  /** A new encoder of the same implementation goes on with a key frame; after too many it is one of the next. */
  async #replace(cause: unknown): Promise<void> {
    for (let why = cause; ; ) {
      const { failures, next } = afterFailure(this.#failures, performance.now());
      this.#failures = failures;
      if (next === 'again') this.#warmNext();
      else {
        this.#source = await this.#nextSource(why);
        this.#failures = [];
      }
      try {
        const encoder = await this.#create();
        if (this.#isClosed) encoder.close();
        this.#state = { kind: 'running', encoder };
        this.#needsKey = true;
        // The slots that waited are asked for again.
        this.#options.onLost([]);
        this.#options.onChange();
        return;
      } catch (error) {
        why = error;
      }
    }
  }

  #warmNext(): void {
    const [next] = this.#left();
    if (next !== undefined) this.#options.warm(next, this.#task);
  }

  async #nextSource(cause: unknown): Promise<EncoderSource> {
    const source = await this.#options.openFirst(this.#left(), this.#task, cause);
    // Viewers were told when parts come: an encoder that keeps more than the last would bring each of them too late.
    if (source.heldFrames > this.#source.heldFrames) throw cause;
    return source;
  }

  /** Implementations that come after the one in use. */
  #left(): readonly EncoderName[] {
    const { encoders } = this.#options;
    return encoders.slice(encoders.indexOf(this.#source.name) + 1);
  }

  #giveUp(cause: unknown): void {
    this.#state = { kind: 'ended' };
    this.#options.onChange();
    if (this.#isClosed) return;
    const isFallback = this.#source.name === 'wasm';
    const who = isFallback ? 'The fallback encoder (ffmpeg.wasm)' : 'This browser’s video encoder';
    const what = isFallback ? 'close other programs' : 'use a smaller camera picture';
    const sentence = `${who} stopped at ${this.#task.height}p. Reload the page, or ${what}.`;
    this.#options.onGone(new StageError('encode', 'encoder_failed', sentence, { cause }));
  }
}
