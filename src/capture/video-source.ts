import { StageError } from '../protocol/errors.ts';
import { elementFrames } from './element-frames.ts';

/** How the frames of one track reach the engine; everything in it is transferred. */
export type FrameSource =
  /** The page's own track processor: nothing of the frames runs on the page. */
  | { readonly via: 'stream'; readonly frames: ReadableStream<VideoFrame> }
  /** A copy of the track, read by the engine's track processor. */
  | { readonly via: 'track'; readonly track: MediaStreamTrack }
  /** Frames one by one, posted by the page as a video element shows them; `null` is their end. */
  | { readonly via: 'port'; readonly frames: MessagePort };

/** One track being read. The track stays the caller's. */
export interface FrameTap {
  readonly source: FrameSource;
  /** Frames stop while the tab is hidden: the person has to know. */
  readonly needsVisiblePage: boolean;
  /** Ends what runs on the page for it. */
  stop(): void;
}

/**
 * Reads a camera's or a screen's frames in the best way that this browser has, found out by trying. `engineReadsTracks`:
 * the engine has said that it can. Rejects with StageError `no_frame_access` where no way works.
 */
export async function tapFrames(track: MediaStreamTrack, engineReadsTracks: boolean): Promise<FrameTap> {
  if (typeof MediaStreamTrackProcessor !== 'undefined') {
    const { readable } = new MediaStreamTrackProcessor({ track: track as MediaStreamVideoTrack });
    return { source: { via: 'stream', frames: readable }, needsVisiblePage: false, stop: () => undefined };
  }
  if (engineReadsTracks && isTransferable(track)) {
    const copy = track.clone();
    return { source: { via: 'track', track: copy }, needsVisiblePage: false, stop: () => copy.stop() };
  }
  if ('requestVideoFrameCallback' in HTMLVideoElement.prototype && typeof VideoFrame !== 'undefined') {
    const { frames, stop } = await elementFrames(track);
    return { source: { via: 'port', frames }, needsVisiblePage: true, stop };
  }
  throw new StageError(
    'capture',
    'no_frame_access',
    'This browser does not let a page read camera pictures. Use a current Chrome, Edge, Firefox or Safari on a computer, or Chrome on an Android phone.',
  );
}

/** What is transferred in a message with `source`. */
export function transferOf(source: FrameSource): Transferable[] {
  // Tracks can be transferred where this way is taken; TypeScript's list of what can be does not know them yet.
  if (source.via === 'track') return [source.track as unknown as Transferable];
  return [source.frames];
}

function isTransferable(track: MediaStreamTrack): boolean {
  const probe = track.clone();
  try {
    structuredClone(probe, { transfer: [probe as unknown as Transferable] }).stop();
    return true;
  } catch {
    probe.stop();
    return false;
  }
}
