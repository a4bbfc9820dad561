import { ChunkSplitter } from '../../src/lib/chunk-splitter.ts';
import { type PartIndex, VIDEO_TIMESCALE } from '../../src/protocol/grid.ts';
import type { TrackId } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';

const PARTS_PER_SEGMENT = 100;
const AGAIN_MS = 50;
/** What is this far behind is not coming in time for anybody. */
const GIVE_UP_PARTS = 50;

export interface WatchedTrack {
  readonly originUrl: string;
  readonly id: string;
  readonly track: TrackId;
}

/** When each part of a track reached somebody who reads its feed, as viewers do. */
export class PartTimes {
  readonly cameMs = new Map<PartIndex, number>();
  readonly #watched: WatchedTrack;
  readonly #newest: () => PartIndex;
  readonly #ending = new AbortController();
  #next: PartIndex;
  /** Resolves after `end`. */
  readonly done: Promise<void>;

  /** `newest`: the newest part that anybody could ask for; what lies far behind it is left out. */
  constructor(watched: WatchedTrack, fromPart: PartIndex, newest: () => PartIndex) {
    this.#watched = watched;
    this.#next = fromPart;
    this.#newest = newest;
    this.done = this.#run();
  }

  get newest(): PartIndex {
    return this.#next;
  }

  end(): void {
    this.#ending.abort();
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      const before = this.#next;
      await this.#read().catch(() => undefined);
      if (this.#next > before) continue;
      if (this.#newest() - this.#next > GIVE_UP_PARTS) this.#next = this.#newest() - GIVE_UP_PARTS / 2;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  async #read(): Promise<void> {
    const { originUrl, id, track } = this.#watched;
    const segment = Math.floor(this.#next / PARTS_PER_SEGMENT);
    const url = originUrl + live.feed(id, track, segment, this.#next % PARTS_PER_SEGMENT);
    const answer = await fetch(url, { signal: this.#ending.signal });
    const splitter = new ChunkSplitter(VIDEO_TIMESCALE, PARTS_PER_SEGMENT);
    for await (const bytes of answer.body ?? [])
      for (const { part } of splitter.push(bytes)) {
        this.cameMs.set(part, performance.now());
        this.#next = part + 1;
      }
  }
}
