/** A picture of a film, by the film's own clock. Whoever holds it closes it. */
export interface ReelPicture {
  readonly seconds: number;
  close(): void;
}

/** From the picture that is shown at `fromSeconds` on, in the order in which they are shown. */
type Open<T> = (fromSeconds: number) => AsyncGenerator<T, void, undefined>;

/**
 * The pictures of one segment after the other. Who asks for the segment that follows goes on with the decoder that is
 * there: nothing is decoded twice, and what it has decoded ahead is used. Whoever asks for another begins at a key
 * picture. Both are given the same pictures. One run at a time.
 */
export class Reel<T extends ReelPicture> {
  readonly #open: Open<T>;
  readonly #slotSeconds: number;
  /** Where the last run ended: its decoder, and the first picture that was past it. */
  #rest: { readonly pictures: AsyncGenerator<T, void, undefined>; readonly next: T } | undefined;

  /** `slotSeconds`: how long a slot of the grid is; a run that begins within the slot of the next picture follows. */
  constructor(open: Open<T>, slotSeconds: number) {
    this.#open = open;
    this.#slotSeconds = slotSeconds;
  }

  /** From the picture shown at `fromSeconds` to the last before the first that `isPast`; the caller closes them. */
  async *run(fromSeconds: number, isPast: (seconds: number) => boolean): AsyncGenerator<T, void, undefined> {
    const rest = this.#rest;
    const follows = rest !== undefined && this.#isShown(rest.next, fromSeconds);
    if (!follows) await this.close();
    this.#rest = undefined;
    const pictures = follows ? rest.pictures : this.#open(fromSeconds);
    try {
      let next = follows ? rest.next : await nextOf(pictures);
      for (; next !== undefined && !isPast(next.seconds); next = await nextOf(pictures)) yield next;
      if (next !== undefined) this.#rest = { pictures, next };
    } finally {
      if (this.#rest?.pictures !== pictures) await pictures.return();
    }
  }

  /** Lets the decoder go; a run after it begins at a key picture. */
  async close(): Promise<void> {
    const rest = this.#rest;
    this.#rest = undefined;
    rest?.next.close();
    await rest?.pictures.return();
  }

  #isShown({ seconds }: T, atSeconds: number): boolean {
    return seconds <= atSeconds && atSeconds - seconds < this.#slotSeconds;
  }
}

async function nextOf<T>(pictures: AsyncGenerator<T, void, undefined>): Promise<T | undefined> {
  const next = await pictures.next();
  return next.done === true ? undefined : next.value;
}
