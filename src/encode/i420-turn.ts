import type { Size } from './i420-scaler.ts';

/** As a file says that its pictures are to be shown: turned clockwise, then mirrored at the upright middle. */
export interface Turn {
  readonly rotation: 0 | 90 | 180 | 270;
  readonly isMirrored: boolean;
}

export const turnedSize = ({ width, height }: Size, { rotation }: Turn): Size =>
  rotation % 180 === 0 ? { width, height } : { width: height, height: width };

/** A tight I420 picture of even size `size`, turned; the answer is of `turnedSize`. */
export function turnI420(picture: Uint8Array, size: Size, turn: Turn): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(picture.length);
  let offset = 0;
  for (const part of [1, 2, 2]) {
    const plane = { width: size.width / part, height: size.height / part };
    turnPlane(picture, turned, offset, plane, turn);
    offset += plane.width * plane.height;
  }
  return turned;
}

function turnPlane(from: Uint8Array, to: Uint8Array, offset: number, plane: Size, turn: Turn): void {
  const { width, height } = turnedSize(plane, turn);
  const { first, across, down } = walk(plane, turn);
  const right = turn.isMirrored ? -across : across;
  const left = turn.isMirrored ? first + (width - 1) * across : first;
  let at = offset;
  for (let y = 0; y < height; y++) {
    let source = offset + left + y * down;
    for (let x = 0; x < width; x++, source += right) to[at++] = from[source] ?? 0;
  }
}

/** Where in the plane the turned one's first sample is, and how far from one to the next. */
function walk({ width, height }: Size, { rotation }: Turn): { first: number; across: number; down: number } {
  switch (rotation) {
    case 0:
      return { first: 0, across: 1, down: width };
    case 90:
      return { first: (height - 1) * width, across: -width, down: 1 };
    case 180:
      return { first: width * height - 1, across: -1, down: -width };
    case 270:
      return { first: width - 1, across: width, down: -1 };
  }
}
