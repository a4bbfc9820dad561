import type { Size } from '../src/encode/i420-scaler.ts';
import { ClockMap } from '../src/lib/clock-map.ts';
import { type Micros, micros } from '../src/protocol/time.ts';
import { localNowMs } from './local-clock.ts';
import { PictureKeeper } from './picture.ts';

/**
 * What the pump hands on: a picture the receiver now owns, and its time of capture on the local clock. The next frame is
 * read when it resolves.
 */
export type OnPicture = (picture: VideoFrame, captured: Micros) => void | Promise<void>;

/**
 * Reads one source's frames to their end, always, also before going live, so that its clock is known by then.
 */
export class VideoPump {
  readonly #onPicture: OnPicture;
  readonly #shape: () => Size | undefined;
  readonly #keeper = new PictureKeeper();
  #clock = new ClockMap();
  #reader: ReadableStreamDefaultReader<VideoFrame> | undefined;

  /** `shape`: of the frame that the pictures are for; undefined while any will do. */
  constructor(onPicture: OnPicture, shape: () => Size | undefined) {
    this.#onPicture = onPicture;
    this.#shape = shape;
  }

  get colorSpace(): VideoColorSpaceInit | undefined {
    return this.#keeper.colorSpace;
  }

  /** False before the first source, and when it was stopped or has ended. */
  get isRunning(): boolean {
    return this.#reader !== undefined;
  }

  /**
   * Takes over from the source before, if there is one. Resolves when this source ends or is replaced; rejects with
   * StageError `camera_unreadable`, and the picture stands still then.
   */
  async run(frames: ReadableStream<VideoFrame>): Promise<void> {
    await this.stop();
    const reader = frames.getReader();
    this.#reader = reader;
    this.#clock = new ClockMap();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        if (this.#reader === reader) this.#reader = undefined;
        return;
      }
      const captured = this.#clock.map(micros(value.timestamp), micros(localNowMs() * 1000));
      if (this.#reader !== reader) {
        value.close();
        return;
      }
      const picture = await this.#keeper.keep(value, this.#shape());
      // Another source took over while it was copied.
      if (this.#reader !== reader) {
        picture.close();
        return;
      }
      await this.#onPicture(picture, captured);
    }
  }

  async stop(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.cancel();
  }
}
