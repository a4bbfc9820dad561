interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** What happens next in a simulation: the earliest event first; those of one moment in the order in which they were planned. */
export class Agenda {
  readonly #heap: Event[] = [];
  #order = 0;

  plan(atMs: number, run: () => void): void {
    const heap = this.#heap;
    heap.push({ atMs, order: this.#order++, run });
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfLater(parent, i)) break;
      i = parent;
    }
  }

  next(): Event | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const child = left + 1 < heap.length && this.#isLater(left, left + 1) ? left + 1 : left;
      if (child >= heap.length || !this.#swapIfLater(i, child)) break;
      i = child;
    }
    return first;
  }

  #isLater(a: number, b: number): boolean {
    const [one, two] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || two === undefined) return false;
    return one.atMs > two.atMs || (one.atMs === two.atMs && one.order > two.order);
  }

  #swapIfLater(a: number, b: number): boolean {
    if (!this.#isLater(a, b)) return false;
    const [one, two] = [this.#heap[a], this.#heap[b]];
    if (one !== undefined && two !== undefined) [this.#heap[a], this.#heap[b]] = [two, one];
    return true;
  }
}
