import type { WireError } from '../src/protocol/errors.ts';
import type { FromMaker, ToMaker } from './recording-messages.ts';
import type { MadeSegment, Recipe } from './segment-maker.ts';

export interface MakerEvents {
  onSlots(maker: string, segment: number, done: number, of: number): void;
  onMade(maker: string, segment: number, made: MadeSegment): void;
  onFailed(maker: string, segment: number, error: WireError): void;
}

interface Maker {
  readonly name: string;
  worker: Worker;
  segment: number | undefined;
}

/** Some workers of this tab that make one segment each at a time. */
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
      return { name, worker: this.#open(name), segment: undefined };
    });
  }

  get idle(): readonly string[] {
    return this.#makers.filter((maker) => maker.segment === undefined).map((maker) => maker.name);
  }

  get size(): number {
    return this.#makers.length;
  }

  make(name: string, segment: number): void {
    const maker = this.#makers.find((one) => one.name === name);
    if (maker === undefined) return;
    maker.segment = segment;
    this.#send(maker.worker, { kind: 'make', segment });
  }

  /** A maker that says nothing any more is replaced by a fresh one. */
  replace(name: string): void {
    const maker = this.#makers.find((one) => one.name === name);
    if (maker === undefined) return;
    maker.worker.terminate();
    maker.worker = this.#open(name);
    maker.segment = undefined;
  }

  close(): void {
    for (const { worker } of this.#makers) worker.terminate();
  }

  #open(name: string): Worker {
    const worker = new Worker(new URL('./maker.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromMaker>) => this.#onMessage(name, data);
    worker.onerror = (event) => {
      event.preventDefault();
      const segment = this.#makers.find((one) => one.name === name)?.segment;
      this.replace(name);
      const message = 'A worker of this tab stopped, perhaps for want of memory.';
      if (segment !== undefined) this.#events.onFailed(name, segment, { code: 'worker_stopped', message });
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
    const maker = this.#makers.find((one) => one.name === name);
    if (maker !== undefined) maker.segment = undefined;
    if (message.kind === 'made') this.#events.onMade(name, message.segment, message.made);
    else this.#events.onFailed(name, message.segment, message.error);
  }
}
