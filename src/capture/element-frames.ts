/**
 * The frames of a track as a video element shows them, for browsers without a track processor. The element is on no
 * page; while the tab is hidden it shows nothing and no frame comes.
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
  await element.play();
  return { frames: port2, stop };
}
