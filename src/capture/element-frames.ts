import { within } from '../lib/within.ts';
import { StageError } from '../protocol/errors.ts';

const FIRST_PICTURE_WITHIN_MS = 10_000;

/**
 * The frames of a track as a video element shows them, for browsers without a track processor. The element is on no
 * page; while the tab is hidden it shows nothing and no frame comes. Rejects with StageError `no_picture` when the track
 * gives none.
 */
export async function elementFrames(track: MediaStreamTrack): Promise<{ frames: MessagePort; stop: () => void }> {
  const element = document.createElement('video');
  element.muted = true;
  element.playsInline = true;
  element.srcObject = new MediaStream([track]);
  const { port1, port2 } = new MessageChannel();
  let isRunning = true;
  const take: VideoFrameRequestCallback = (now, { captureTime }) => {
    if (!isRunning) return;
    element.requestVideoFrameCallback(take);
    // The time of showing is as even as the screen; the time of capture is better where the browser tells it.
    const frame = new VideoFrame(element, { timestamp: Math.round((captureTime ?? now) * 1000) });
    port1.postMessage(frame, [frame]);
  };
  const stop = (): void => {
    if (!isRunning) return;
    isRunning = false;
    element.srcObject = null;
    port1.postMessage(null);
  };
  element.requestVideoFrameCallback(take);
  track.addEventListener('ended', stop, { once: true });
  try {
    const late = () => new Error(`the camera's picture did not start within ${FIRST_PICTURE_WITHIN_MS} ms`);
    await within(element.play(), FIRST_PICTURE_WITHIN_MS, late);
  } catch (cause) {
    stop();
    const sentence =
      'The camera is on, but no picture comes from it. Plug it in again or choose another, then try again.';
    throw new StageError('capture', 'no_picture', sentence, { cause });
  }
  return { frames: port2, stop };
}
