import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';

/** A set of part indices as sorted half-open ranges; adding at the end, the usual case, costs nothing. */
export class RangeSet {
  #ranges: { from: PartIndex; to: PartIndex }[] = [];

  /** Index of the first range that ends after `part`. */
  #find(part: PartIndex): number {
    const last = this.#ranges.at(-1);
    if (last === undefined || part >= last.to) return this.#ranges.length;
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.to ?? 0) > part) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  has(part: PartIndex): boolean {
    const range = this.#ranges[this.#find(part)];
    return range !== undefined && range.from <= part;
  }

  /** True when every part of `[from, to)` is in. */
  covers(from: PartIndex, to: PartIndex): boolean {
    if (from >= to) return true;
    const range = this.#ranges[this.#find(from)];
    return range !== undefined && range.from <= from && range.to >= to;
  }

  /** The first part of the set in `[from, to)`. */
  firstIn(from: PartIndex, to: PartIndex): PartIndex | undefined {
    const range = this.#ranges[this.#find(from)];
    if (range === undefined) return undefined;
    const first = Math.max(from, range.from);
    return first < to ? first : undefined;
  }

  add(part: PartIndex): void {
    this.addRange(part, part + 1);
  }

  addRange(from: PartIndex, to: PartIndex): void {
    const last = this.#ranges.at(-1);
    if (last !== undefined && from === last.to) {
      last.to = to;
      return;
    }
    if (last === undefined || from > last.to) {
      this.#ranges.push({ from, to });
      return;
    }
    const merged: { from: PartIndex; to: PartIndex }[] = [];
    let joined = { from, to };
    let isPlaced = false;
    for (const range of this.#ranges) {
      if (range.to < joined.from) merged.push(range);
      else if (range.from > joined.to) {
        if (!isPlaced) merged.push(joined);
        isPlaced = true;
        merged.push(range);
      } else joined = { from: Math.min(range.from, joined.from), to: Math.max(range.to, joined.to) };
    }
    if (!isPlaced) merged.push(joined);
    this.#ranges = merged;
  }

  removeRange(from: PartIndex, to: PartIndex): void {
    this.#ranges = this.#ranges.flatMap((range) => {
      if (range.to <= from || range.from >= to) return [range];
      const left = { from: range.from, to: from };
      const right = { from: to, to: range.to };
      return [left, right].filter((piece) => piece.from < piece.to);
    });
  }

  /** Index after the last part; 0 when empty. */
  get end(): PartIndex {
    return this.#ranges.at(-1)?.to ?? 0;
  }

  toJSON(): readonly PartRange[] {
    return this.#ranges.map(({ from, to }) => ({ from, to }));
  }
}
