import { NO_PICTURES, picturesDue } from '../src/encode/picture-times.ts';
import { stripBudgetBytes } from '../src/encode/strip-budget.ts';
import type { FromPoster, ToPoster } from './messages.ts';

const POSTER_WIDTH = 640;
/** The end does not wait longer than this for the last strip. */
const FLUSH_WAIT_MS = 1500;

export interface TakerOptions {
  /** Bits a second of everything that is sent: small pictures weigh 1 % of it at the most. */
  readonly ladderBps: number;
  /** A picture of its own, or none yet. */
  snapshot(): VideoFrame | undefined;
  onPoster(jpeg: ArrayBuffer): void;
  onStrip(segment: number, jpeg: ArrayBuffer): void;
}

/** Takes the pictures of lists and seek bars while a broadcast runs; they are drawn and compressed in another worker. */
export class PictureTaker {
  readonly #options: TakerOptions;
  readonly #worker: Worker;
  readonly #maxBytes: number;
  #taken = NO_PICTURES;
  #onFlushed: () => void = () => {};

  constructor(options: TakerOptions) {
    this.#options = options;
    this.#maxBytes = stripBudgetBytes(options.ladderBps);
    this.#worker = new Worker(new URL('./poster.worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<FromPoster>) => this.#received(data);
  }

  /** Every few milliseconds, with the media time of now. */
  tick(mediaMs: number): void {
    const { thumbnail: place, isPosterDue, taken } = picturesDue(mediaMs, this.#taken);
    this.#taken = taken;
    if (place !== undefined) this.#send((picture) => ({ kind: 'thumbnail', picture, place, maxBytes: this.#maxBytes }));
    if (isPosterDue) this.#send((picture) => ({ kind: 'poster', picture, width: POSTER_WIDTH }));
  }

  /** Gives out what is begun, then ends. */
  async close(): Promise<void> {
    const flushed = new Promise<void>((resolve) => {
      this.#onFlushed = resolve;
      setTimeout(resolve, FLUSH_WAIT_MS);
    });
    const message: ToPoster = { kind: 'flush', maxBytes: this.#maxBytes };
    this.#worker.postMessage(message);
    await flushed;
    this.#worker.terminate();
  }

  #send(messageOf: (picture: VideoFrame) => ToPoster): void {
    const picture = this.#options.snapshot();
    if (picture !== undefined) this.#worker.postMessage(messageOf(picture), [picture]);
  }

  #received(message: FromPoster): void {
    switch (message.kind) {
      case 'poster':
        this.#options.onPoster(message.jpeg);
        break;
      case 'strip':
        this.#options.onStrip(message.segment, message.jpeg);
        break;
      case 'flushed':
        this.#onFlushed();
        break;
    }
  }
}
