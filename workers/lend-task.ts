import { StageError } from '../src/protocol/errors.ts';
import type { LendClient } from './lend-client.ts';
import type { LendStep } from './lend-messages.ts';
import type { FromMaker, ToMaker } from './recording-messages.ts';
import { firstBatch, withDigest } from './recording-sender.ts';
import { isPinned, type MadeConfig, type MadeSegment, type Recipe } from './segment-maker.ts';

export interface LendTaskOptions {
  readonly lease: number;
  readonly segment: number;
  readonly client: LendClient;
  readonly recipe: Recipe;
  /** What the encoders said when the helper joined. */
  readonly configs: readonly MadeConfig[];
  readonly onSlots: (slots: number) => void;
}

/** One lent segment in a helper's tab: its source is fetched, made in a worker of its own, and sent back. */
export class LendTask {
  readonly lease: number;
  readonly segment: number;
  readonly #options: LendTaskOptions;
  readonly #ending = new AbortController();
  #step: LendStep = 'fetching';
  #progress = 0;
  #source: Promise<Blob>;

  constructor(options: LendTaskOptions) {
    this.lease = options.lease;
    this.segment = options.segment;
    this.#options = options;
    // At once, while another segment is still being made.
    this.#source = options.client.source(options.segment, this.#ending.signal);
    this.#source.catch(() => undefined);
  }

  get view(): { readonly segment: number; readonly step: LendStep; readonly progress: number } {
    return { segment: this.segment, step: this.#step, progress: this.#progress };
  }

  get isEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Nothing of it is wanted any more; what runs stops at once. */
  end(): void {
    this.#ending.abort();
  }

  /** Resolves when the origin has all of it. Rejects when it was ended, with StageError when it cannot be made. */
  async run(): Promise<void> {
    const source = await this.#source;
    this.#step = 'making';
    const made = await this.#make(source);
    if (!isPinned(made.configs, this.#options.configs))
      throw new StageError('encode', 'encoder_changed', 'the video encoder of this helper changed meanwhile');
    this.#step = 'sending';
    let left = await Promise.all(made.parts.map(withDigest));
    while (left.length > 0) {
      const batch = firstBatch(left);
      await this.#options.client.send(this.segment, batch, this.#ending.signal);
      left = left.slice(batch.length);
      this.#progress = 0.9 + 0.1 * (1 - left.length / made.parts.length);
    }
    await this.#options.client.done(this.segment, { kind: 'made' });
  }

  #make(file: Blob): Promise<MadeSegment> {
    const { segment, recipe } = this.#options;
    const { signal } = this.#ending;
    const worker = new Worker(new URL('./maker.worker.ts', import.meta.url), { type: 'module' });
    const send = (message: ToMaker): void => worker.postMessage(message);
    let slots = 0;
    return new Promise<MadeSegment>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      worker.onerror = (event) => {
        event.preventDefault();
        reject(
          new StageError('encode', 'worker_stopped', 'a worker of the helper stopped, perhaps for want of memory'),
        );
      };
      worker.onmessage = ({ data }: MessageEvent<FromMaker>) => {
        if (data.kind === 'made') resolve(data.made);
        else if (data.kind === 'failed') reject(new StageError('encode', data.error.code, data.error.message));
        else if (data.kind === 'slots') {
          this.#progress = (0.9 * data.done) / data.of;
          this.#options.onSlots(data.done - slots);
          slots = data.done;
        }
      };
      send({ kind: 'open', file, form: 'slice', recipe });
      send({ kind: 'make', segment });
    }).finally(() => worker.terminate());
  }
}
