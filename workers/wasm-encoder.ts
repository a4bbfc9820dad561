import { allocateRing, RingWriter } from '../src/encode/picture-ring.ts';
import { StageError } from '../src/protocol/errors.ts';
import { fallbackEncoder } from '../src/protocol/urls.ts';
import { TRIAL_TASK, tryEncoder } from './encoder-trial.ts';
import { I420Writer } from './i420-writer.ts';
import type { FromFfmpeg, ToFfmpeg } from './messages.ts';
import type {
  EncoderSource,
  EncodeTask,
  OpenEncoder,
  PictureEncoder,
  PictureEncoderEvents,
} from './picture-encoder.ts';

/** Of a GOP: collected whole, then encoded while the next is collected. */
const BATCH_HOLDS_GOPS = 1.5;

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * x264 in WebAssembly, from the part that whoever runs the server may have installed. Rejects with StageError
 * `no_fallback` when it is not there.
 */
export const openWasm: OpenEncoder = async (task) => {
  compiled ??= compileCore();
  const module = await compiled.catch((cause: unknown) => {
    compiled = undefined;
    throw cause;
  });
  const trialTask = { ...TRIAL_TASK, latencyMode: task.latencyMode, keyEverySlots: 2 * TRIAL_TASK.frameRate };
  const trial = await tryEncoder('wasm', () => new WasmSource(module, trialTask));
  return trial === undefined ? undefined : new WasmSource(module, task);
};

async function compileCore(): Promise<WebAssembly.Module> {
  const answer = await fetch(fallbackEncoder.wasm);
  if (answer.status === 404)
    throw new StageError(
      'encode',
      'no_fallback',
      `This browser cannot encode H.264 video by itself, and this server has no fallback encoder. Use another browser, or ask whoever runs the server to add it: ${fallbackEncoder.install}`,
    );
  if (!answer.ok)
    throw new StageError('encode', 'fallback_not_loaded', 'The fallback encoder could not be loaded. Try again.');
  return await WebAssembly.compileStreaming(answer);
}

/** Threads that share memory feed the encoder picture by picture; without that it gets whole GOPs. */
const canShare = (): boolean => typeof SharedArrayBuffer !== 'undefined' && self.crossOriginIsolated;

class WasmSource implements EncoderSource {
  readonly name = 'wasm';
  readonly heldFrames: number;
  readonly #module: WebAssembly.Module;
  readonly #task: EncodeTask;

  constructor(module: WebAssembly.Module, task: EncodeTask) {
    this.#module = module;
    this.#task = task;
    this.heldFrames = canShare() ? 0 : Math.ceil(task.keyEverySlots * BATCH_HOLDS_GOPS);
  }

  setContentHint(): void {
    // x264 is run in one way whatever it is shown.
  }

  async create(events: PictureEncoderEvents): Promise<PictureEncoder> {
    const encoder = new WasmEncoder(this.#task, events);
    await encoder.open(this.#module);
    return encoder;
  }
}

interface Waiting {
  /** Owned. */
  readonly picture: VideoFrame;
  readonly slot: number;
}

class WasmEncoder implements PictureEncoder {
  readonly #task: EncodeTask;
  readonly #events: PictureEncoderEvents;
  readonly #worker: Worker;
  readonly #writer: I420Writer;
  readonly #waiting: Waiting[] = [];
  /** Slots whose pictures the worker has or will have; those of the frames that come next. */
  readonly #slots: number[] = [];
  readonly #flushes: (() => void)[] = [];
  #ring: RingWriter | undefined;
  /** The slot that the run which reads the ring counts next; behind the real one once slots were left out. */
  #countedSlot = 0;
  /** Where memory is not shared: the GOP that is being collected. */
  #batch: Uint8Array<ArrayBuffer>[] = [];
  #batchSlot = 0;
  #colorSpace: VideoColorSpaceInit | undefined;
  #isWriting = false;
  #isClosed = false;
  #onReady: () => void = () => undefined;
  #onBroken: (cause: Error) => void = () => undefined;

  constructor(task: EncodeTask, events: PictureEncoderEvents) {
    this.#task = task;
    this.#events = events;
    this.#writer = new I420Writer(task);
    this.#worker = new Worker(new URL('./ffmpeg.worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<FromFfmpeg>) => this.#onMessage(data);
    this.#worker.onerror = (event) => this.#fail(new Error(event.message));
  }

  open(module: WebAssembly.Module): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onReady = resolve;
      this.#onBroken = reject;
      this.#tell({ kind: 'open', module, scriptUrl: new URL(fallbackEncoder.script, self.location.origin).href });
    });
  }

  encode(picture: VideoFrame, slot: number): void {
    if (this.#isClosed) return;
    this.#colorSpace ??= picture.colorSpace.toJSON();
    this.#waiting.push({ picture: picture.clone(), slot });
    this.#slots.push(slot);
    this.#write();
  }

  setContentHint(): void {
    // As its source says.
  }

  async flush(): Promise<void> {
    if (this.#isClosed || this.#slots.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#flushes.push(resolve);
      if (this.#waiting.length === 0 && !this.#isWriting) this.#sendBatch();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ring?.end();
    this.#worker.terminate();
    for (const { picture } of this.#waiting.splice(0)) picture.close();
    this.#settleFlushes();
  }

  #tell(message: ToFfmpeg, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #onMessage(message: FromFfmpeg): void {
    if (this.#isClosed) return;
    switch (message.kind) {
      case 'ready':
        this.#onReady();
        break;
      case 'config':
        this.#events.onConfig(message.avcC, this.#colorSpace);
        break;
      case 'frame': {
        const slot = this.#slots.shift();
        if (slot === undefined) this.#fail(new Error('a frame came for which there was no picture'));
        else this.#events.onFrame(slot, message.isKey, message.data);
        if (this.#slots.length === 0) this.#settleFlushes();
        this.#write();
        break;
      }
      case 'failed':
        this.#fail(new Error(message.reason));
        break;
    }
  }

  #fail(cause: Error): void {
    this.#onBroken(cause);
    if (!this.#isClosed) this.#events.onFailure(cause);
  }

  #settleFlushes(): void {
    for (const resolve of this.#flushes.splice(0)) resolve();
  }

  #write(): void {
    if (this.#isWriting || this.#isClosed) return;
    this.#isWriting = true;
    this.#writeAll()
      .catch((cause: unknown) => this.#fail(cause instanceof Error ? cause : new Error(String(cause))))
      .finally(() => {
        this.#isWriting = false;
      });
  }

  /** What there is room for; the rest goes when a frame has come out. */
  async #writeAll(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined && !this.#isClosed; next = this.#waiting[0]) {
      const target = this.#roomFor(next.slot);
      if (target === undefined) return;
      this.#waiting.shift();
      try {
        await this.#writer.write(next.picture, target);
      } finally {
        next.picture.close();
      }
      this.#ring?.commit();
      this.#countedSlot++;
    }
    if (this.#flushes.length > 0) this.#sendBatch();
  }

  #roomFor(slot: number): Uint8Array | undefined {
    if (canShare()) {
      if (slot % this.#task.keyEverySlots === 0 && slot !== this.#countedSlot) this.#endRun();
      this.#ring ??= this.#follow(slot);
      return this.#ring.room;
    }
    if (slot % this.#task.keyEverySlots === 0) this.#sendBatch();
    if (this.#batch.length === 0) this.#batchSlot = slot;
    const target = new Uint8Array(this.#writer.frameBytes);
    this.#batch.push(target);
    return target;
  }

  /** x264 counts pictures: only another run has its key frames in their places then. */
  #endRun(): void {
    this.#ring?.end();
    this.#ring = undefined;
  }

  #follow(slot: number): RingWriter {
    this.#countedSlot = slot;
    const ring = allocateRing(this.#writer.frameBytes);
    this.#tell({ kind: 'follow', run: this.#run(slot), ring });
    return new RingWriter(ring);
  }

  #sendBatch(): void {
    const pictures = this.#batch;
    if (pictures.length === 0) return;
    this.#batch = [];
    this.#tell(
      { kind: 'batch', run: this.#run(this.#batchSlot), pictures },
      pictures.map(({ buffer }) => buffer),
    );
  }

  #run(slot: number) {
    const { width, height, bitrateBps, frameRate, keyEverySlots } = this.#task;
    return { width, height, bitrateBps, frameRate, keyEverySlots, keyPhase: slot % keyEverySlots };
  }
}
