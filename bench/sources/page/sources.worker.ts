import { CornerComposer } from 'tabcast:corner-composer';
import { PlayoutPictures } from 'tabcast:playout-pictures';
import { BlobSource, Input, MP4 } from 'mediabunny';
import type { SourcesJob, SourcesResult } from './job.ts';

const FRAME = { width: 1280, height: 720 };
const SCREEN = { width: 1920, height: 1080 };
const CAMERA = { width: 640, height: 360 };

/** Texture, so that no copy and no scaling is cheaper than it would be. */
function textured({ width, height }: { readonly width: number; readonly height: number }): VideoFrame {
  const data = new Uint8Array(width * height * 1.5).fill(128);
  for (let i = 0; i < width * height; i++) data[i] = 16 + (Math.imul(i, 2_654_435_761) >>> 25);
  return new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0 });
}

/** Every picture has a new screen and a new camera picture, as a film on the screen would make it. */
async function compose(through: 'i420' | 'canvas', frames: number): Promise<SourcesResult> {
  const [screen, camera] = [textured(SCREEN), textured(CAMERA)];
  const composer = new CornerComposer(FRAME);
  const context = new OffscreenCanvas(FRAME.width, FRAME.height).getContext('2d', { alpha: false });
  const startedAt = performance.now();
  for (let n = 0; n < frames; n++) {
    if (through === 'i420') {
      await composer.setScreen(screen);
      await composer.setCamera(camera);
      composer.compose(n, undefined).close();
      continue;
    }
    context?.drawImage(screen, 0, 0, FRAME.width, FRAME.height);
    context?.drawImage(camera, 955, 529, 306, 172);
    const picture = new VideoFrame(context?.canvas ?? screen, { timestamp: n });
    // Encoders read it and convert its colours; a canvas that is not read draws nothing.
    await picture.copyTo(new Uint8Array(picture.allocationSize()));
    picture.close();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  screen.close();
  camera.close();
  return { frames, seconds, ...FRAME };
}

async function decode(clip: Blob): Promise<SourcesResult> {
  const input = new Input({ source: new BlobSource(clip), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new Error('the clip has no picture');
  const pictures = new PlayoutPictures(track);
  let result: SourcesResult = { frames: 0, seconds: 0, width: 0, height: 0 };
  const startedAt = performance.now();
  await pictures.open(0);
  for (let picture = await pictures.next(); picture !== undefined; picture = await pictures.next()) {
    const { displayWidth: width, displayHeight: height } = picture.frame;
    picture.frame.close();
    result = { frames: result.frames + 1, seconds: (performance.now() - startedAt) / 1000, width, height };
  }
  pictures.close();
  return result;
}

addEventListener('message', ({ data }: MessageEvent<SourcesJob>) => {
  const done = data.kind === 'compose' ? compose(data.through, data.frames) : decode(data.clip);
  done.then(
    (result) => postMessage({ result }),
    (cause: unknown) => postMessage({ why: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) }),
  );
});
