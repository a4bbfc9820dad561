import type { VideoSource } from './messages.ts';

/** Safari has it in workers, and no other browser; the type libraries know only the page's. */
declare const MediaStreamTrackProcessor:
  | (new (init: {
      readonly track: object;
    }) => { readonly readable: ReadableStream<VideoFrame> })
  | undefined;

/** Frames that are on the way while one is being copied; a page that posts faster loses the newest. */
const WAITING_FRAMES = 2;

/** True where this worker reads a track that the page transfers. */
export const canReadTracks = (): boolean => typeof MediaStreamTrackProcessor !== 'undefined';

/** The frames of a source, however they come. Cancelling the stream ends the source on this side. */
export function framesOf(source: VideoSource): ReadableStream<VideoFrame> {
  switch (source.via) {
    case 'stream':
      return source.frames;
    case 'track':
      return trackFrames(source.track);
    case 'port':
      return portFrames(source.frames);
  }
}

function trackFrames(track: object): ReadableStream<VideoFrame> {
  if (typeof MediaStreamTrackProcessor === 'undefined')
    throw new TypeError('a track was transferred to a worker that has no track processor');
  return new MediaStreamTrackProcessor({ track }).readable;
}

function portFrames(port: MessagePort): ReadableStream<VideoFrame> {
  return new ReadableStream<VideoFrame>(
    {
      start(controller) {
        port.onmessage = ({ data: frame }: MessageEvent<VideoFrame | null>) => {
          if (frame === null) {
            port.close();
            controller.close();
          } else if ((controller.desiredSize ?? 0) > 0) controller.enqueue(frame);
          else frame.close();
        };
      },
      cancel() {
        // What the page posts from now on is closed as soon as it comes.
        port.onmessage = ({ data: frame }: MessageEvent<VideoFrame | null>) => {
          if (frame === null) port.close();
          else frame.close();
        };
      },
    },
    { highWaterMark: WAITING_FRAMES },
  );
}
