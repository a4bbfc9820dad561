import { type FlvSample, FlvSamples } from './flv-samples.ts';
import type { PictureSource } from './picture-ring.ts';
import { PICTURES_DEVICE, SAMPLES_DEVICE, type X264Run, x264Arguments } from './x264-arguments.ts';

interface Device {
  open?(): void;
  close?(): void;
  /** `heap` is the core's whole memory; `offset` and `length` say which bytes of it. */
  read?(stream: unknown, heap: Int8Array, offset: number, length: number): number;
  write?(stream: unknown, heap: Int8Array, offset: number, length: number): number;
  llseek?(): number;
}

/** Of @ffmpeg/core 0.12 (Emscripten), what is used here. */
export interface FfmpegCore {
  readonly FS: {
    makedev(major: number, minor: number): number;
    registerDevice(device: number, operations: Device): void;
    mkdev(path: string, mode: number, device: number): void;
  };
  /** Exit status of the last `exec`. */
  readonly ret: number;
  exec(...args: string[]): void;
  reset(): void;
  setLogger(logger: (line: { readonly message: string }) => void): void;
}

const DEVICE_MAJOR = 64;
/**
 * Every run leaves some of the core's 64 KiB of stack behind; one instance died in its 148th run [measured]. This is
 * far from there.
 */
export const MAX_RUNS = 45;
const KEPT_LINES = 6;

/** One instance of the core with a device that gives pictures and one that takes samples. */
export class CoreEncoder {
  readonly #core: FfmpegCore;
  #source: PictureSource | undefined;
  #onSample: (sample: FlvSample) => void = () => undefined;
  #flv = new FlvSamples();
  #lines: string[] = [];
  #runs = 0;

  constructor(core: FfmpegCore) {
    this.#core = core;
    core.setLogger(({ message }) => {
      this.#lines = [...this.#lines.slice(1 - KEPT_LINES), message];
    });
    const pictures = core.FS.makedev(DEVICE_MAJOR, 0);
    core.FS.registerDevice(pictures, {
      read: (_stream, heap, offset, length) => this.#source?.read(bytesAt(heap, offset, length)) ?? 0,
      llseek: () => 0,
    });
    core.FS.mkdev(PICTURES_DEVICE, 0o444, pictures);
    const samples = core.FS.makedev(DEVICE_MAJOR, 1);
    core.FS.registerDevice(samples, {
      write: (_stream, heap, offset, length) => {
        for (const sample of this.#flv.push(bytesAt(heap, offset, length))) this.#onSample(sample);
        return length;
      },
      llseek: () => 0,
    });
    core.FS.mkdev(SAMPLES_DEVICE, 0o222, samples);
  }

  /** False when another run would be too many for this instance. */
  get isFresh(): boolean {
    return this.#runs < MAX_RUNS;
  }

  /** Blocks until `source` ends. Throws when FFmpeg fails; the instance is of no more use then. */
  run(run: X264Run, source: PictureSource, onSample: (sample: FlvSample) => void): void {
    this.#runs++;
    this.#source = source;
    this.#onSample = onSample;
    this.#flv = new FlvSamples();
    this.#lines = [];
    this.#core.exec(...x264Arguments(run));
    const status = this.#core.ret;
    this.#core.reset();
    if (status === 0) return;
    this.#runs = MAX_RUNS;
    throw new Error(`FFmpeg ended with ${status}: ${this.#lines.join(' ')}`);
  }
}

const bytesAt = (heap: Int8Array, offset: number, length: number): Uint8Array =>
  new Uint8Array(heap.buffer, heap.byteOffset + offset, length);

/** Runs one after another, each in an instance that lasts: the next one is made while the last is still in use. */
export class CorePool {
  readonly #create: () => Promise<FfmpegCore>;
  #current: CoreEncoder | undefined;
  #spare: Promise<CoreEncoder> | undefined;

  constructor(create: () => Promise<FfmpegCore>) {
    this.#create = create;
  }

  async take(): Promise<CoreEncoder> {
    if (this.#current?.isFresh === true) return this.#current;
    const current = await (this.#spare ?? this.#make());
    this.#current = current;
    this.#spare = this.#make();
    // Who takes it is told; until then nobody waits for it.
    this.#spare.catch(() => undefined);
    return current;
  }

  async #make(): Promise<CoreEncoder> {
    return new CoreEncoder(await this.#create());
  }
}
