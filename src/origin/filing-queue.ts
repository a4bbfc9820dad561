import type { TrackId } from '../protocol/track.ts';

export interface FilingQueueOptions {
  /** Makes the file, or finds that it is not its time. Rejects when the disk does not take it. */
  file(track: TrackId, segment: number): Promise<void>;
  onError(error: unknown): void;
}

/** Segments that may be complete and have no file yet, one after another; what fails now is tried again later. */
export class FilingQueue {
  readonly #options: FilingQueueOptions;
  readonly #waiting = new Map<TrackId, Set<number>>();
  #working: Promise<void> | undefined;

  constructor(options: FilingQueueOptions) {
    this.#options = options;
  }

  /** Also with none: what failed before is tried once more. */
  add(track: TrackId, segments: Iterable<number>): void {
    const waiting = this.#waiting.get(track) ?? new Set();
    for (const segment of segments) waiting.add(segment);
    this.#waiting.set(track, waiting);
    if (waiting.size === 0 || this.#working !== undefined) return;
    this.#working = this.#fileAll()
      .catch((error: unknown) => this.#options.onError(error))
      .finally(() => {
        this.#working = undefined;
      });
  }

  /** Resolves when nothing is being filed. */
  async rest(): Promise<void> {
    await this.#working;
  }

  /** Until nothing is left, also of what is added meanwhile. */
  async #fileAll(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      await this.#options.file(next.track, next.segment);
      this.#waiting.get(next.track)?.delete(next.segment);
    }
  }

  #next(): { track: TrackId; segment: number } | undefined {
    for (const [track, segments] of this.#waiting) for (const segment of segments) return { track, segment };
    return undefined;
  }
}
