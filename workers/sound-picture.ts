import type { Size } from '../src/encode/i420-scaler.ts';
import { drawLevels, pushLevel } from '../src/encode/level-bars.ts';
import { drawSlate, i420Picture } from './picture.ts';

const TITLE_AT = 0.32;
const UNTITLED = 'Sound only';

/** The picture of a show that has none: its title, and how loud it is over the last seconds. */
export class SoundPicture {
  readonly #title: string;
  #levels: readonly number[] = [];
  #background: { readonly size: Size; readonly data: Uint8Array<ArrayBuffer> } | undefined;

  constructor(title: string) {
    this.#title = title.trim() === '' ? UNTITLED : title;
  }

  /** `peak` is 0 to 1, since the picture before. The picture is the caller's to close. */
  next(peak: number, size: Size, timestamp: number, colorSpace: VideoColorSpaceInit | undefined): VideoFrame {
    this.#levels = pushLevel(this.#levels, peak);
    const known = this.#background;
    const background =
      known !== undefined && known.size.width === size.width && known.size.height === size.height
        ? known
        : { size, data: drawSlate(size, this.#title, TITLE_AT) };
    this.#background = background;
    const data = background.data.slice();
    drawLevels(data, size, this.#levels);
    return i420Picture(data, size, timestamp, colorSpace);
  }
}
