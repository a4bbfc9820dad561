import { drawFrame } from './draw-frame.ts';
import type { FromPoster, ToPoster } from './messages.ts';
import { StripMaker } from './strip-maker.ts';

const JPEG_QUALITY = 0.7;

let strip: StripMaker | undefined;
/** Pictures come out in the order in which they were asked for. */
let work: Promise<void> = Promise.resolve();

/** Draws pictures small, away from the engine: without a GPU one drawing takes longer than a frame. */
self.onmessage = ({ data }: MessageEvent<ToPoster>): void => {
  // Without a picture lists and seek bars show none; the next one comes in seconds.
  work = work.then(() => handle(data)).catch(() => undefined);
};

async function handle(message: ToPoster): Promise<void> {
  switch (message.kind) {
    case 'poster':
      await makePoster(message.picture, message.width);
      break;
    case 'thumbnail': {
      const { picture, place, maxBytes } = message;
      try {
        if (strip?.segment !== place.segment) {
          const before = strip;
          strip = new StripMaker(place.segment, picture);
          await strip.draw(picture, place);
          if (before !== undefined) await giveOut(before, maxBytes);
        } else await strip.draw(picture, place);
      } finally {
        picture.close();
      }
      break;
    }
    case 'flush':
      if (strip !== undefined) await giveOut(strip, message.maxBytes);
      strip = undefined;
      post({ kind: 'flushed' }, []);
      break;
  }
}

async function makePoster(picture: VideoFrame, width: number): Promise<void> {
  const canvas = new OffscreenCanvas(width, Math.round((picture.displayHeight * width) / picture.displayWidth));
  try {
    await drawFrame(canvas.getContext('2d'), picture, { x: 0, width: canvas.width, height: canvas.height });
  } finally {
    picture.close();
  }
  const jpeg = await (await canvas.convertToBlob({ type: 'image/jpeg', quality: JPEG_QUALITY })).arrayBuffer();
  post({ kind: 'poster', jpeg }, [jpeg]);
}

async function giveOut(made: StripMaker, maxBytes: number): Promise<void> {
  const jpeg = await made.finish(maxBytes);
  if (jpeg !== undefined) post({ kind: 'strip', segment: made.segment, jpeg }, [jpeg]);
}

function post(message: FromPoster, transfer: Transferable[]): void {
  self.postMessage(message, { transfer });
}
