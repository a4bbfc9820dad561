import type { ScaleKernel, ScaleMemory } from './scale-kernel.ts';
import { MAX_TAPS, type ScaleWeights, scaleWeights } from './scale-weights.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a picture lies in the kernel's memory: luma, then the two chroma planes of half the size, without gaps. */
export interface I420Place extends Size {
  readonly offset: number;
  readonly byteLength: number;
}

interface PlaneTables {
  readonly rows: ScaleWeights;
  readonly rowStarts: number;
  readonly rowWeights: number;
  readonly columnStarts: number;
  readonly columnWeights: number;
}

const PAGE_BYTES = 65_536;
const VERTICAL_ONE = 128;
const HORIZONTAL_ONE = 16_384;
/** The kernel works on whole vectors and may touch this much past an end. */
const SLACK_BYTES = 64;

/** Makes I420 pictures of one size from those of another, both even, the larger at most four times as wide. */
export class I420Scaler {
  readonly source: I420Place;
  readonly target: I420Place;
  readonly #memory: ScaleMemory;
  readonly #kernel: ScaleKernel;
  readonly #luma: PlaneTables;
  readonly #chroma: PlaneTables;
  readonly #line: number;
  #end = SLACK_BYTES;

  /** The memory belongs to this scaler alone. */
  constructor(kernel: ScaleKernel, memory: ScaleMemory, from: Size, to: Size) {
    this.#kernel = kernel;
    this.#memory = memory;
    this.source = this.#place(from);
    this.target = this.#place(to);
    this.#line = this.#reserve(from.width);
    this.#luma = this.#tables(from, to);
    this.#chroma = this.#tables(halfOf(from), halfOf(to));
  }

  /** From `source` to `target`; a few milliseconds. */
  scale(): void {
    const { source, target } = this;
    this.#plane(this.#luma, source.offset, source, target.offset, target);
    const [from, to] = [halfOf(source), halfOf(target)];
    for (const plane of [0, 1]) {
      const sourceAt = source.offset + source.width * source.height + plane * from.width * from.height;
      const targetAt = target.offset + target.width * target.height + plane * to.width * to.height;
      this.#plane(this.#chroma, sourceAt, from, targetAt, to);
    }
  }

  #plane(tables: PlaneTables, sourceAt: number, from: Size, targetAt: number, to: Size): void {
    this.#kernel.scalePlane(
      sourceAt,
      from.width,
      from.width,
      targetAt,
      to.width,
      to.height,
      tables.rowStarts,
      tables.rowWeights,
      tables.rows.taps,
      tables.columnStarts,
      tables.columnWeights,
      this.#line,
    );
  }

  #tables(from: Size, to: Size): PlaneTables {
    const rows = scaleWeights(from.height, to.height, VERTICAL_ONE);
    const columns = scaleWeights(from.width, to.width, HORIZONTAL_ONE);
    const rowStarts = this.#reserve(rows.starts.length * 4);
    const rowWeights = this.#reserve(rows.weights.length * 2);
    const columnStarts = this.#reserve(columns.starts.length * 4);
    const columnWeights = this.#reserve(columns.starts.length * MAX_TAPS * 2);
    const { buffer } = this.#memory;
    new Int32Array(buffer, rowStarts, rows.starts.length).set(rows.starts);
    new Int16Array(buffer, rowWeights, rows.weights.length).set(rows.weights);
    new Int32Array(buffer, columnStarts, columns.starts.length).set(columns.starts);
    const groups = new Int16Array(buffer, columnWeights, columns.starts.length * MAX_TAPS);
    for (const [i, weight] of columns.weights.entries())
      groups[Math.floor(i / columns.taps) * MAX_TAPS + (i % columns.taps)] = weight;
    return { rows, rowStarts, rowWeights, columnStarts, columnWeights };
  }

  #place(size: Size): I420Place {
    const byteLength = i420Bytes(size);
    return { width: size.width, height: size.height, offset: this.#reserve(byteLength), byteLength };
  }

  #reserve(bytes: number): number {
    const offset = this.#end;
    this.#end = Math.ceil((offset + bytes) / SLACK_BYTES + 1) * SLACK_BYTES;
    const missing = this.#end + SLACK_BYTES - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return offset;
  }
}

const halfOf = ({ width, height }: Size): Size => ({ width: width / 2, height: height / 2 });
export const i420Bytes = ({ width, height }: Size): number => (width * height * 3) / 2;

/** Beyond this the eight samples of the kernel are too few to average what falls on one. */
const MAX_RATIO = 4;

/** Whether the kernel can, and should, make `to` from `from`. */
export function canScale(from: Size, to: Size): boolean {
  const isEven = [from.width, from.height, to.width, to.height].every((length) => length % 2 === 0);
  const isSmaller =
    to.width <= from.width && to.height <= from.height && to.width * to.height < from.width * from.height;
  const isNear = from.width <= to.width * MAX_RATIO && from.height <= to.height * MAX_RATIO;
  return isEven && isSmaller && isNear && to.width >= 16 && to.height >= 16;
}
