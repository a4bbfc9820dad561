import type { FromPoster, ToPoster } from './messages.ts';

const JPEG_QUALITY = 0.7;

/** Draws pictures small, away from the engine: without a GPU one drawing takes longer than a frame. */
self.onmessage = (event: MessageEvent<ToPoster>): void => {
  const { picture, width } = event.data;
  const canvas = new OffscreenCanvas(width, Math.round((picture.displayHeight * width) / picture.displayWidth));
  try {
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  } finally {
    picture.close();
  }
  // Without a poster the list shows none; the next one comes in ten seconds.
  canvas
    .convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY })
    .then((blob) => blob.arrayBuffer())
    .then(
      (jpeg) => {
        const message: FromPoster = { jpeg };
        self.postMessage(message, { transfer: [jpeg] });
      },
      () => undefined,
    );
};
