import { ClockMap } from '../src/lib/clock-map.ts';
import { type Micros, micros } from '../src/protocol/time.ts';
import { localNowMs } from './local-clock.ts';
import { PictureKeeper } from './picture.ts';

/** What the pump hands on: a picture the receiver now owns, and its time of capture on the local clock. */
export type OnPicture = (picture: VideoFrame, captured: Micros) => void;

/**
 * Reads one camera's frames to their end, always, also before going live, so that the camera's clock is known by then.
 */
export class VideoPump {
  readonly #onPicture: OnPicture;
  readonly #keeper = new PictureKeeper();
  #clock = new ClockMap();
  #reader: ReadableStreamDefaultReader<VideoFrame> | undefined;

  constructor(onPicture: OnPicture) {
    this.#onPicture = onPicture;
  }

  get colorSpace(): VideoColorSpaceInit | undefined {
    return this.#keeper.colorSpace;
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
      if (done) return;
      const captured = this.#clock.map(micros(value.timestamp), micros(localNowMs() * 1000));
      if (this.#reader !== reader) {
        value.close();
        return;
      }
      const picture = await this.#keeper.keep(value);
      this.#onPicture(picture, captured);
    }
  }

  async stop(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.cancel();
  }
}
