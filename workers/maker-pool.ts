import type { WireError } from '../src/protocol/errors.ts';
import type { FromMaker, ToMaker } from './recording-messages.ts';
import type { MadeSegment, Recipe } from './segment-maker.ts';

export interface MakerEvents {
  onSlots(maker: string, segment: number, done: number, of: number): void;
  /** A maker can take its next segment. */
  onRead(): void;
  onMade(maker: string, segment: number, made: MadeSegment): void;
  onFailed(maker: string, segment: number, error: WireError): void;
}

interface Maker {
  readonly name: string;
  worker: Worker;
  /** Of this one pictures are still read. */
  reading: number | undefined;
  /** Of these all pictures are with the encoders. */
  emptying: readonly number[];
}

/** Encoders of one segment empty while those of the next fill; more would only cost memory. */
const MOST_EMPTYING = 1;

/** Some workers of this tab that read one segment each at a time. */
export class MakerPool {
  readonly #file: Blob;
  readonly #recipe: Recipe;
  readonly #events: MakerEvents;
  readonly #makers: readonly Maker[];

  constructor(file: Blob, recipe: Recipe, size: number, events: MakerEvents) {
    this.#file = file;
    this.#recipe = recipe;
    this.#events = events;
    this.#makers = Array.from({ length: size }, (_, i) => {
      const name = `Worker ${i + 1}`;
      return { name, worker: this.#open(name), reading: undefined, emptying: [] };
    });
  }

  get idle(): readonly string[] {
    return this.#makers
      .filter(({ reading, emptying }) => reading === undefined && emptying.length <= MOST_EMPTYING)
      .map(({ name }) => name);
  }

  get size(): number {
    return this.#makers.length;
  }

  isMaking(name: string, segment: number): boolean {
    const maker = this.#makers.find((one) => one.name === name);
    return maker !== undefined && (maker.reading === segment || maker.emptying.includes(segment));
  }

  make(name: string, segment: number): void {
    const maker = this.#of(name);
    maker.reading = segment;
    this.#send(maker.worker, { kind: 'make', segment });
  }

  /** A maker that says nothing any more is replaced by a fresh one; returns what it had in hand. */
  replace(name: string): readonly number[] {
    const maker = this.#of(name);
    const lost = [...maker.emptying, ...(maker.reading === undefined ? [] : [maker.reading])];
    maker.worker.terminate();
    maker.worker = this.#open(name);
    maker.reading = undefined;
    maker.emptying = [];
    return lost;
  }

  close(): void {
    for (const { worker } of this.#makers) worker.terminate();
  }

  #open(name: string): Worker {
    const worker = new Worker(new URL('./maker.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromMaker>) => this.#onMessage(name, data);
    worker.onerror = (event) => {
      event.preventDefault();
      const lost = this.replace(name);
      const message = 'A worker of this tab stopped, perhaps for want of memory.';
      for (const segment of lost) this.#events.onFailed(name, segment, { code: 'worker_stopped', message });
    };
    this.#send(worker, { kind: 'open', file: this.#file, form: 'whole', recipe: this.#recipe });
    return worker;
  }

  #send(worker: Worker, message: ToMaker): void {
    worker.postMessage(message);
  }

  #onMessage(name: string, message: FromMaker): void {
    if (message.kind === 'slots') {
      this.#events.onSlots(name, message.segment, message.done, message.of);
      return;
    }
    const { segment } = message;
    const maker = this.#of(name);
    if (maker.reading === segment) maker.reading = undefined;
    if (message.kind === 'read') {
      maker.emptying = [...maker.emptying, segment];
      this.#events.onRead();
      return;
    }
    maker.emptying = maker.emptying.filter((one) => one !== segment);
    if (message.kind === 'made') this.#events.onMade(name, segment, message.made);
    else this.#events.onFailed(name, segment, message.error);
  }

  #of(name: string): Maker {
    const maker = this.#makers.find((one) => one.name === name);
    if (maker === undefined) throw new Error(`There is no maker ${name}.`);
    return maker;
  }
}
