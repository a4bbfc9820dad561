import { StageError } from '../protocol/errors.ts';

/**
 * A camera's or screen's frames as a stream to be transferred to the engine: nothing of it runs on the page. The track
 * stays the caller's. Throws StageError `no_frame_access` where the browser cannot give frames.
 */
export function videoFrames(track: MediaStreamTrack): ReadableStream<VideoFrame> {
  if (typeof MediaStreamTrackProcessor === 'undefined')
    throw new StageError(
      'capture',
      'no_frame_access',
      'This browser does not let a page read camera pictures. Use a current Chrome, Edge or another Chromium browser on a computer.',
    );
  return new MediaStreamTrackProcessor({ track: track as MediaStreamVideoTrack }).readable;
}
