import { expect, test } from '@playwright/test';
import { overlayI420 } from '../../src/encode/i420-overlay.ts';
import { type Turn, turnedSize, turnI420 } from '../../src/encode/i420-turn.ts';
import { drawLevels, pushLevel } from '../../src/encode/level-bars.ts';
import { cornerPlace, fitInside, frameAround, hasOtherShape, shrinkTo } from '../../src/encode/picture-frame.ts';
import { fillBlack, framedLayout, type PlainFormat } from '../../src/encode/plane-layout.ts';
import { rgbaToI420 } from '../../src/encode/rgba-i420.ts';
import { wrapWords } from '../../src/encode/wrap-words.ts';

const HD = { width: 1280, height: 720 };
const isEven = (numbers: object): boolean => Object.values(numbers).every((value: number) => value % 2 === 0);

test('only another shape gets black around it: sizes of one shape, and rungs rounded to 16, do not', () => {
  for (const frame of [
    { width: 848, height: 480 },
    { width: 432, height: 240 },
    { width: 1920, height: 1080 },
  ])
    expect(hasOtherShape(HD, frame)).toBe(false);
  for (const picture of [
    { width: 640, height: 480 },
    { width: 720, height: 1280 },
    { width: 1280, height: 800 },
  ])
    expect(hasOtherShape(picture, HD)).toBe(true);
});

test('a picture inside a frame keeps its shape, lies in the middle and on even places', () => {
  expect(fitInside({ width: 1024, height: 768 }, HD)).toEqual({ width: 960, height: 720, x: 160, y: 0 });
  expect(fitInside({ width: 3440, height: 1440 }, HD)).toEqual({ width: 1280, height: 536, x: 0, y: 92 });
  for (const picture of [
    { width: 1365, height: 767 },
    { width: 7, height: 900 },
    { width: 641, height: 481 },
  ]) {
    const place = fitInside(picture, HD);
    expect(isEven(place)).toBe(true);
    expect(place.x + place.width <= 1280 && place.y + place.height <= 720).toBe(true);
  }
});

test('a frame around an unscaled picture has the shape of the broadcast and even sides, for odd pictures too', () => {
  for (const picture of [
    { width: 1365, height: 767 },
    { width: 641, height: 481 },
    { width: 300, height: 900 },
  ]) {
    const { frame, place } = frameAround(picture, HD);
    expect(hasOtherShape(frame, HD)).toBe(false);
    expect(isEven(frame)).toBe(true);
    expect(isEven({ x: place.x, y: place.y })).toBe(true);
    expect(place.x + picture.width <= frame.width + 1 && place.y + picture.height <= frame.height + 1).toBe(true);
  }
});

test('8K comes down to the largest rendition in its own shape; what is smaller stays', () => {
  expect(shrinkTo({ width: 7680, height: 4320 }, { width: 1920, height: 1080 })).toEqual({ width: 1920, height: 1080 });
  expect(shrinkTo({ width: 4096, height: 1716 }, { width: 1920, height: 1080 })).toEqual({ width: 1920, height: 804 });
  expect(shrinkTo({ width: 640, height: 361 }, { width: 1920, height: 1080 })).toEqual({ width: 640, height: 360 });
});

test('the camera lies in the lower right corner, small, even and with a margin', () => {
  for (const camera of [
    { width: 640, height: 480 },
    { width: 1280, height: 720 },
    { width: 480, height: 640 },
  ]) {
    const place = cornerPlace(camera, HD);
    expect(isEven(place)).toBe(true);
    expect(hasOtherShape(camera, { ...place, width: place.width })).toBe(false);
    expect(place.x + place.width).toBeLessThan(1280);
    expect(place.y + place.height).toBeLessThan(720);
    expect(place.x).toBeGreaterThan(800);
  }
});

/** Of each plane its rows, after a picture of ones was copied into the place that `framedLayout` gives it. */
function framed(format: PlainFormat, planes: readonly (readonly [bytes: number, rows: number])[]): number[][] {
  const layout = framedLayout(format, { width: 8, height: 4 }, { width: 4, height: 4, x: 2, y: 0 });
  const data = new Uint8Array(layout.byteLength);
  fillBlack(data, format, layout);
  let free = 0;
  for (const [i, [bytes, rows]] of planes.entries()) {
    const { offset, stride } = layout.picture[i] ?? { offset: 0, stride: 0 };
    // What `copyTo` asks for: whole rows, inside the memory, and no plane inside another.
    expect(offset).toBeGreaterThanOrEqual(free);
    free = offset + rows * stride;
    expect(free).toBeLessThanOrEqual(data.length);
    for (let y = 0; y < rows; y++) data.fill(1, offset + y * stride, offset + y * stride + bytes);
  }
  return planes.map(([, rows], i) => {
    const { offset, stride } = layout.frame[i] ?? { offset: 0, stride: 0 };
    return [...data.subarray(offset, offset + rows * stride)];
  });
}

test('pictures of every plain format are framed in black, in all their planes', () => {
  const luma = [16, 16, 1, 1, 1, 1, 16, 16];
  const four = [...luma, ...luma, ...luma, ...luma];
  const chroma = [128, 1, 1, 128, 128, 1, 1, 128];
  expect(
    framed('I420', [
      [4, 4],
      [2, 2],
      [2, 2],
    ]),
  ).toEqual([four, chroma, chroma]);
  const both = [128, 128, 1, 1, 1, 1, 128, 128];
  expect(
    framed('NV12', [
      [4, 4],
      [4, 2],
    ]),
  ).toEqual([four, [...both, ...both]]);
  const line = [...Array<number>(8).fill(0), ...Array<number>(16).fill(1), ...Array<number>(8).fill(0)];
  expect(framed('BGRX', [[16, 4]])).toEqual([[...line, ...line, ...line, ...line]]);
});

test('a picture over another covers its place in all planes, and nothing else', () => {
  const frame = new Uint8Array(8 * 4 * 1.5);
  overlayI420(frame, { width: 8, height: 4 }, new Uint8Array(4 * 2 * 1.5).fill(9), { width: 4, height: 2, x: 4, y: 2 });
  const empty = [0, 0, 0, 0, 0, 0, 0, 0];
  const half = [0, 0, 0, 0, 9, 9, 9, 9];
  expect([...frame]).toEqual([...empty, ...empty, ...half, ...half, 0, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 9, 9]);
});

test('drawn colours come out as BT.601: black, white, and red', () => {
  const four = (r: number, g: number, b: number): number[] => {
    const rgba = new Uint8ClampedArray(16);
    for (let i = 0; i < 16; i += 4) rgba.set([r, g, b, 255], i);
    const data = new Uint8Array(6);
    rgbaToI420(rgba, { width: 2, height: 2 }, data);
    return [...data];
  };
  expect(four(0, 0, 0)).toEqual([16, 16, 16, 16, 128, 128]);
  expect(four(255, 255, 255)).toEqual([235, 235, 235, 235, 128, 128]);
  expect(four(255, 0, 0)).toEqual([82, 82, 82, 82, 90, 240]);
});

test('loudness moves to the left, and loud is higher than quiet', () => {
  const loud = pushLevel(pushLevel([], 1), 0);
  expect(loud.slice(-2)).toEqual([1, 0]);
  expect(pushLevel(loud, 0.5)).toHaveLength(loud.length);
  const lit = (peak: number): number => {
    const data = new Uint8Array(640 * 360 * 1.5);
    drawLevels(data, { width: 640, height: 360 }, pushLevel([], peak));
    return data.filter((value) => value > 160).length;
  };
  expect(lit(1)).toBeGreaterThan(lit(0.1));
  expect(lit(0.1)).toBeGreaterThan(lit(0));
});

test('a title is broken between words, and cut with a sign when it is too long', () => {
  const fits = (line: string): boolean => line.length <= 10;
  expect(wrapWords('  one two three four ', fits)).toEqual(['one two', 'three four']);
  expect(wrapWords('incomprehensibilities', fits)).toEqual(['incompreh…']);
  const [, , third, ...more] = wrapWords('aaaaaaaa bbbbbbbb cccccccc dddddddd', fits);
  expect([third, ...more]).toEqual(['cccccccc…']);
  expect(wrapWords('', fits)).toEqual([]);
});

test('a turned picture: quarters clockwise, mirrored afterwards, each plane for itself', () => {
  const size = { width: 4, height: 2 };
  const picture = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 20, 21);
  const turned = (rotation: Turn['rotation'], isMirrored = false): number[] => [
    ...turnI420(picture, size, { rotation, isMirrored }),
  ];
  expect(turned(0)).toEqual([...picture]);
  expect(turned(90)).toEqual([4, 0, 5, 1, 6, 2, 7, 3, 10, 11, 20, 21]);
  expect(turned(180)).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 11, 10, 21, 20]);
  expect(turned(270)).toEqual([3, 7, 2, 6, 1, 5, 0, 4, 11, 10, 21, 20]);
  expect(turned(0, true)).toEqual([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 21, 20]);
  expect(turned(90, true)).toEqual([0, 4, 1, 5, 2, 6, 3, 7, 10, 11, 20, 21]);
  expect(turnedSize(size, { rotation: 270, isMirrored: false })).toEqual({ width: 2, height: 4 });
});
