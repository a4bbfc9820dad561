import { CLIP_BAR_PIXELS, CLIP_COUNTER_BITS, CLIP_FRAME_RATE, CLIP_SECONDS } from './clip.ts';

/** A picture that a viewer was shown. */
export interface ShownPicture {
  /** What the browser says of it. */
  readonly mediaS: number;
  /** What is to be seen in it: its number in the loop of the test clip. */
  readonly clipFrame: number;
}

declare global {
  interface Window {
    /** The first one since the page came, or since `forgetPictures`. */
    firstPicture: ShownPicture | undefined;
    /** From now on a picture counts as the first when it is this far from the one shown before, in seconds. */
    forgetPictures: (jumpS: number) => void;
    /** Every one, where all are noted. */
    allPictures: ShownPicture[] | undefined;
  }
}

/** `isNotingAll`: `allPictures` is there from the start. */
export const COUNTER = { bits: CLIP_COUNTER_BITS, barPixels: CLIP_BAR_PIXELS, isNotingAll: false };

/** Runs in the page before its own scripts: reads the counter of the first picture as soon as it is shown. */
export function noteFirstPicture({ bits, barPixels, isNotingAll }: typeof COUNTER): void {
  if (isNotingAll) window.allPictures = [];
  let jumpS = 0;
  let lastS = Number.NEGATIVE_INFINITY;
  window.forgetPictures = (wantedS) => {
    jumpS = wantedS;
    window.firstPicture = undefined;
  };
  const read = (video: HTMLVideoElement): number => {
    const canvas = document.createElement('canvas');
    canvas.width = bits * 8;
    canvas.height = 8;
    const drawing = canvas.getContext('2d');
    if (drawing === null) return Number.NaN;
    const side = (video.videoWidth * barPixels) / 1280;
    drawing.drawImage(video, 0, 0, side * bits, side, 0, 0, canvas.width, canvas.height);
    let number = 0;
    for (let bit = 0; bit < bits; bit++)
      if ((drawing.getImageData(bit * 8 + 4, 4, 1, 1).data[0] ?? 0) > 128) number += 2 ** bit;
    return number;
  };
  const watch = (video: HTMLVideoElement): void => {
    const take: VideoFrameRequestCallback = (_now, { mediaTime }) => {
      if (window.firstPicture === undefined && Math.abs(mediaTime - lastS) > jumpS)
        window.firstPicture = { mediaS: mediaTime, clipFrame: read(video) };
      lastS = mediaTime;
      window.allPictures?.push({ mediaS: mediaTime, clipFrame: read(video) });
      video.requestVideoFrameCallback(take);
    };
    video.requestVideoFrameCallback(take);
  };
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'src');
  const watched = new WeakSet<HTMLMediaElement>();
  Object.defineProperty(HTMLMediaElement.prototype, 'src', {
    ...source,
    set(this: HTMLVideoElement, value: string) {
      if (!watched.has(this)) watch(this);
      watched.add(this);
      source?.set?.call(this, value);
    },
  });
}

/**
 * Media time that the counter in the picture says, in seconds: the loop nearest to what the browser says. NaN without a
 * picture.
 */
export function timeShownS(picture: ShownPicture | undefined): number {
  if (picture === undefined) return Number.NaN;
  const inLoopS = picture.clipFrame / CLIP_FRAME_RATE;
  return inLoopS + Math.round((picture.mediaS - inLoopS) / CLIP_SECONDS) * CLIP_SECONDS;
}

/** Left in a picture that may have been shown for a tenth of a second. */
export const KEPT_BEFORE_S = 0.1;
