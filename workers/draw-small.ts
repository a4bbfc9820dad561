/**
 * Draws a picture small. Chromium 156 keeps what `drawImage` makes of a `VideoFrame` in a worker for ever, in shared
 * memory that no heap shows: 4 MB for a picture of 720 lines, 2 MB a second while live [measured, `bench -- soak`]. Its
 * pixels taken out by hand are let go. `picture` stays the caller's.
 */
export async function drawSmall(
  canvas: OffscreenCanvas,
  picture: VideoFrame,
  { x, width, height }: { readonly x: number; readonly width: number; readonly height: number },
): Promise<void> {
  const bitmap = await small(picture, width, height);
  try {
    canvas.getContext('2d')?.drawImage(bitmap, x, 0);
  } finally {
    bitmap.close();
  }
}

async function small(picture: VideoFrame, resizeWidth: number, resizeHeight: number): Promise<ImageBitmap> {
  const size = { resizeWidth, resizeHeight, resizeQuality: 'medium' } as const;
  const whole = picture.visibleRect;
  const pixels = whole === null ? undefined : await pixelsOf(picture);
  if (whole === null || pixels === undefined) return createImageBitmap(picture, size);
  return createImageBitmap(new ImageData(pixels, whole.width, whole.height), size);
}

/** Undefined where the browser does not convert. */
async function pixelsOf(picture: VideoFrame): Promise<Uint8ClampedArray<ArrayBuffer> | undefined> {
  const options = { format: 'RGBA', colorSpace: 'srgb' } as const;
  try {
    const pixels = new Uint8ClampedArray(picture.allocationSize(options));
    await picture.copyTo(pixels, options);
    return pixels;
  } catch {
    return undefined;
  }
}
