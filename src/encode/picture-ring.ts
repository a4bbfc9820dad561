/** Where a run of the encoder takes its pictures from, byte by byte. */
export interface PictureSource {
  /** Fills at most all of `target`; how many bytes it was, 0 at the end. May block. */
  read(target: Uint8Array): number;
}

/** Enough that the writer never waits for more than the encoder's own queue holds. */
const CAPACITY = 8;
const WRITTEN = 0;
const TAKEN = 1;
const ENDED = 2;
const HEAD_BYTES = 16;

export interface RingMemory {
  readonly buffer: SharedArrayBuffer;
  readonly frameBytes: number;
}

export function allocateRing(frameBytes: number): RingMemory {
  return { buffer: new SharedArrayBuffer(HEAD_BYTES + CAPACITY * frameBytes), frameBytes };
}

const headOf = ({ buffer }: RingMemory): Int32Array<SharedArrayBuffer> =>
  new Int32Array(buffer, 0, HEAD_BYTES / Int32Array.BYTES_PER_ELEMENT);
const frameOf = ({ buffer, frameBytes }: RingMemory, count: number): Uint8Array<SharedArrayBuffer> =>
  new Uint8Array(buffer, HEAD_BYTES + (count % CAPACITY) * frameBytes, frameBytes);

/** The writing end; never blocks. */
export class RingWriter {
  readonly #memory: RingMemory;
  readonly #head: Int32Array<SharedArrayBuffer>;

  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#head = headOf(memory);
  }

  /** Where the next picture goes, undefined while the ring is full. */
  get room(): Uint8Array<SharedArrayBuffer> | undefined {
    const written = Atomics.load(this.#head, WRITTEN);
    return written - Atomics.load(this.#head, TAKEN) < CAPACITY ? frameOf(this.#memory, written) : undefined;
  }

  /** What was written into `room` is a picture now. */
  commit(): void {
    Atomics.add(this.#head, WRITTEN, 1);
    Atomics.notify(this.#head, WRITTEN);
  }

  end(): void {
    Atomics.store(this.#head, ENDED, 1);
    Atomics.notify(this.#head, WRITTEN);
  }
}

/** The reading end; blocks its thread until there is a picture. */
export class RingSource implements PictureSource {
  readonly #memory: RingMemory;
  readonly #head: Int32Array<SharedArrayBuffer>;
  #at = 0;

  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#head = headOf(memory);
  }

  read(target: Uint8Array): number {
    const taken = Atomics.load(this.#head, TAKEN);
    while (Atomics.load(this.#head, WRITTEN) === taken) {
      if (Atomics.load(this.#head, ENDED) === 1) return 0;
      // The end changes no count: the wait is bounded so that it is seen even when its wake-up came too early.
      Atomics.wait(this.#head, WRITTEN, taken, 100);
    }
    const bytes = frameOf(this.#memory, taken).subarray(this.#at, this.#at + target.length);
    target.set(bytes);
    this.#at += bytes.length;
    if (this.#at === this.#memory.frameBytes) {
      this.#at = 0;
      Atomics.add(this.#head, TAKEN, 1);
    }
    return bytes.length;
  }
}

/** Pictures that are all there already. */
export class ListSource implements PictureSource {
  readonly #pictures: readonly Uint8Array[];
  #index = 0;
  #at = 0;

  constructor(pictures: readonly Uint8Array[]) {
    this.#pictures = pictures;
  }

  read(target: Uint8Array): number {
    const picture = this.#pictures[this.#index];
    if (picture === undefined) return 0;
    const bytes = picture.subarray(this.#at, this.#at + target.length);
    target.set(bytes);
    this.#at += bytes.length;
    if (this.#at === picture.length) {
      this.#at = 0;
      this.#index++;
    }
    return bytes.length;
  }
}
