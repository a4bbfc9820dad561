import { ChunkSplitter, type FeedChunk, NotChunksError } from '../lib/chunk-splitter.ts';
import { type PartIndex, partMs } from '../protocol/grid.ts';
import { isBroken } from './silence.ts';
import type { Stretch } from './stretch.ts';

export type Taken =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** A later part came, or the stream ended properly without it: there is nothing to wait or to ask for. */
  | { readonly kind: 'skipped' }
  /** No answer (`status` undefined), a refusal, or bytes that are no chunks. */
  | { readonly kind: 'failed'; readonly status: number | undefined; readonly retryAfterMs: number };

export interface StreamHooks {
  onRead(bytes: number, atMs: number): void;
  onChunk(chunk: FeedChunk, atMs: number): void;
  /** End of what the origin is known to hold, in media time. */
  knownEndMs(): number;
}

const LOOK_FOR_SILENCE_MS = 1000;
/** Parts already handed out that stay at hand: a jump inside the buffer asks for the last ones again. */
const KEPT_AFTER_TAKING = 10;

/** One streaming request: reads, cuts, and hands out parts to whoever waits for them. */
export class FeedStream {
  readonly stretch: Stretch;
  readonly #hooks: StreamHooks;
  readonly #abort = new AbortController();
  readonly #chunks = new Map<PartIndex, Uint8Array<ArrayBuffer>>();
  readonly #waiters = new Map<PartIndex, (taken: Taken) => void>();
  readonly #seen = new Set<PartIndex>();
  #highest: PartIndex = -1;
  #lastReadMs = performance.now();
  #outcome: Taken | undefined;
  readonly #partMs: number;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(stretch: Stretch, timescale: number, partsPerSegment: number, hooks: StreamHooks) {
    this.stretch = stretch;
    this.#hooks = hooks;
    this.#partMs = partMs(partsPerSegment);
    void this.#run(new ChunkSplitter(timescale, partsPerSegment));
  }

  get isComplete(): boolean {
    return this.#outcome?.kind === 'skipped';
  }

  /** The part that comes next, or the end of the stretch. */
  get nextPart(): PartIndex {
    return Math.max(this.stretch.from, this.#highest + 1);
  }

  /** True when asking here can still bring `part`, or tell for the first time that it is not there. */
  covers(part: PartIndex): boolean {
    if (part < this.stretch.from || part >= this.stretch.to) return false;
    if (this.#chunks.has(part)) return true;
    return (this.#outcome === undefined || this.isComplete) && !this.#seen.has(part);
  }

  take(part: PartIndex): Promise<Taken> {
    const bytes = this.#chunks.get(part);
    if (bytes !== undefined) {
      this.#chunks.delete(part - KEPT_AFTER_TAKING);
      return Promise.resolve({ kind: 'chunk', bytes });
    }
    if (part < this.#highest) {
      this.#seen.add(part);
      return Promise.resolve({ kind: 'skipped' });
    }
    if (this.#outcome !== undefined) {
      this.#seen.add(part);
      return Promise.resolve(this.#outcome);
    }
    return new Promise((resolve) => {
      this.#waiters.set(part, resolve);
      this.#watchSilence();
    });
  }

  /** The player no longer wants it (a seek): nobody is told. */
  forget(part: PartIndex): void {
    this.#waiters.delete(part);
  }

  /** Passed by: what has come whole may end by itself, which keeps its connection for the next request. */
  retire(): void {
    if (this.#highest < this.stretch.to - 1) this.close();
    else this.#chunks.clear();
  }

  close(): void {
    clearTimeout(this.#silence);
    this.#waiters.clear();
    this.#chunks.clear();
    this.#abort.abort();
  }

  async #run(splitter: ChunkSplitter): Promise<void> {
    try {
      const response = await fetch(this.stretch.url, { signal: this.#abort.signal });
      if (!response.ok || response.body === null) {
        void response.body?.cancel();
        const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || 0;
        this.#finish({ kind: 'failed', status: response.status, retryAfterMs });
        return;
      }
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const atMs = performance.now();
        this.#lastReadMs = atMs;
        this.#hooks.onRead(value.length, atMs);
        for (const chunk of splitter.push(value)) this.#receive(chunk, atMs);
      }
      this.#finish({ kind: 'skipped' });
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      const isLine = error instanceof TypeError || error instanceof DOMException || error instanceof NotChunksError;
      if (!isLine) reportError(error);
      this.#abort.abort();
      this.#finish({ kind: 'failed', status: undefined, retryAfterMs: 0 });
    }
  }

  #receive(chunk: FeedChunk, atMs: number): void {
    this.#hooks.onChunk(chunk, atMs);
    this.#chunks.set(chunk.part, chunk.bytes);
    this.#seen.add(chunk.part);
    this.#highest = Math.max(this.#highest, chunk.part);
    for (const [part, resolve] of this.#waiters) {
      if (part > this.#highest) continue;
      this.#waiters.delete(part);
      this.#seen.add(part);
      resolve(part === chunk.part ? { kind: 'chunk', bytes: chunk.bytes } : { kind: 'skipped' });
    }
  }

  #finish(outcome: Taken): void {
    clearTimeout(this.#silence);
    this.#outcome = outcome;
    for (const [part, resolve] of this.#waiters) {
      this.#seen.add(part);
      resolve(outcome);
    }
    this.#waiters.clear();
  }

  #watchSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const [part] = this.#waiters.keys();
      if (part === undefined) return;
      const silentMs = performance.now() - this.#lastReadMs;
      if (isBroken({ silentMs, partEndMs: (part + 1) * this.#partMs, knownEndMs: this.#hooks.knownEndMs() })) {
        this.#abort.abort();
        this.#finish({ kind: 'failed', status: undefined, retryAfterMs: 0 });
      } else this.#watchSilence();
    }, LOOK_FOR_SILENCE_MS);
  }
}
