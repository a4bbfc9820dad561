import type { Size } from '../src/encode/i420-scaler.ts';
import { type Scene, SLATE_TEXTS } from '../src/encode/scene.ts';
import { type Micros, micros } from '../src/protocol/time.ts';
import { CornerComposer } from './corner-composer.ts';
import { localNowMs } from './local-clock.ts';
import type { PicturePlace } from './messages.ts';
import { makeSlate } from './picture.ts';
import { PreviewPainter } from './preview-painter.ts';
import { SoundPicture } from './sound-picture.ts';
import { type OnPicture, VideoPump } from './video-pump.ts';

const BEFORE_LIVE: Size = { width: 1280, height: 720 };
/** Of the drawn picture; the slots between repeat it. */
const SOUND_PICTURE_EVERY_MS = 66;
/** Without a camera picture for this long the screen goes on by itself, with the newest one that there is, */
const CORNER_STARVED_MS = 200;
/** and without any after this: a camera that stutters is not to come and go. */
const CORNER_GONE_MS = 2_000;

export interface PictureStageOptions {
  readonly onPicture: (picture: VideoFrame, captured: Micros) => void;
  /** The loudest sample since it was asked last, 0 to 1. */
  readonly takePeak: () => number;
}

/** Everything that can be shown, made one picture after the other: one source, two over each other, or drawn. */
export class PictureStage {
  readonly #options: PictureStageOptions;
  readonly #pumps: Readonly<Record<PicturePlace, VideoPump>>;
  readonly #preview = new PreviewPainter();
  #scene: Scene = { kind: 'camera' };
  #composer: CornerComposer | undefined;
  #cornerAtMs = 0;
  #sound: ReturnType<typeof setInterval> | undefined;
  /** Owned: the newest picture, for a source that may give none for a long time. */
  #newest: VideoFrame | undefined;
  /** Of the broadcast; undefined before it. */
  #frame: Size | undefined;

  constructor(options: PictureStageOptions) {
    this.#options = options;
    // Over a screen nothing needs its shape: both are fitted.
    const shape = (): Size | undefined => (this.#scene.kind === 'corner' ? undefined : this.#frame);
    this.#pumps = {
      main: new VideoPump((picture, captured) => this.#onMain(picture, captured), shape),
      corner: new VideoPump(
        (picture, captured) => this.#onCorner(picture, captured),
        () => undefined,
      ),
    };
  }

  get scene(): Scene {
    return this.#scene;
  }

  /** What was seen before stays until the first picture of the new scene. */
  async setScene(scene: Scene): Promise<void> {
    const isNew = scene.kind !== this.#scene.kind;
    this.#scene = scene;
    clearInterval(this.#sound);
    if (isNew) this.#forget();
    if (scene.kind === 'sound') this.#draw(new SoundPicture(scene.title));
    if (isNew) await Promise.all([this.#pumps.main.stop(), this.#pumps.corner.stop()]);
  }

  /** Size of the best rendition; pictures of another shape get black around them from now on. */
  setFrame(frame: Size | undefined): void {
    this.#frame = frame;
  }

  setPreview(canvas: OffscreenCanvas | undefined): void {
    this.#preview.canvas = canvas;
    if (this.#newest !== undefined) this.#preview.paint(this.#newest);
  }

  /** Resolves when the source ends or is replaced; rejects with StageError `camera_unreadable`. */
  async run(place: PicturePlace, frames: ReadableStream<VideoFrame>): Promise<void> {
    await this.#pumps[place].run(frames);
  }

  /** Nothing comes from there any more. */
  async stop(place: PicturePlace): Promise<void> {
    if (place === 'main') this.#forget();
    else await this.#composer?.setCamera(undefined);
    await this.#pumps[place].stop();
  }

  /** There is a source of the main picture, whether or not it has given one. */
  get isExpecting(): boolean {
    return this.#pumps.main.isRunning;
  }

  /** The newest picture, the caller's to close; undefined while there is nothing to show. */
  standing(): VideoFrame | undefined {
    return this.#newest?.clone();
  }

  /** The caller's to close. */
  slate(text = SLATE_TEXTS[this.#scene.kind]): VideoFrame {
    const slate = makeSlate(this.#frame ?? BEFORE_LIVE, text, this.#colorSpace);
    this.#preview.paint(slate);
    return slate;
  }

  get #colorSpace(): VideoColorSpaceInit | undefined {
    return this.#pumps.main.colorSpace;
  }

  readonly #onMain: OnPicture = async (picture, captured) => {
    if (this.#scene.kind !== 'corner') {
      this.#show(picture, captured);
      return;
    }
    try {
      const composer = this.#composerNow();
      await composer.setScreen(picture);
      const starvedMs = localNowMs() - this.#cornerAtMs;
      if (starvedMs < CORNER_STARVED_MS) return;
      if (starvedMs >= CORNER_GONE_MS) await composer.setCamera(undefined);
      this.#show(composer.compose(captured, this.#colorSpace), captured);
    } finally {
      picture.close();
    }
  };

  readonly #onCorner: OnPicture = async (picture, captured) => {
    try {
      // Alone it is no picture of this scene.
      if (this.#scene.kind !== 'corner' || !this.#pumps.main.isRunning) return;
      this.#cornerAtMs = localNowMs();
      const composer = this.#composerNow();
      await composer.setCamera(picture);
      this.#show(composer.compose(captured, this.#colorSpace), captured);
    } finally {
      picture.close();
    }
  };

  #draw(picture: SoundPicture): void {
    const next = (): void => {
      const now = micros(localNowMs() * 1000);
      const size = this.#frame ?? BEFORE_LIVE;
      this.#show(picture.next(this.#options.takePeak(), size, now, this.#colorSpace), now);
    };
    next();
    this.#sound = setInterval(next, SOUND_PICTURE_EVERY_MS);
  }

  #composerNow(): CornerComposer {
    const size = this.#frame ?? BEFORE_LIVE;
    const known = this.#composer;
    if (known !== undefined && known.size.width === size.width && known.size.height === size.height) return known;
    this.#composer = new CornerComposer(size);
    return this.#composer;
  }

  #show(picture: VideoFrame, captured: Micros): void {
    this.#newest?.close();
    this.#newest = picture.clone();
    this.#preview.paint(picture);
    this.#options.onPicture(picture, captured);
  }

  #forget(): void {
    this.#newest?.close();
    this.#newest = undefined;
    this.#composer = undefined;
  }
}
