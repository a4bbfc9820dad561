import { SEGMENT_MS } from './grid.ts';

/** The small pictures of one segment lie side by side in one JPEG, its strip: one for every key frame a seek can meet. */
export const STRIP_PICTURES = 5;
export const THUMBNAIL_EVERY_MS = SEGMENT_MS / STRIP_PICTURES;
/** The longer side of one picture. */
export const THUMBNAIL_SIDE_PX = 160;
export const MAX_STRIP_BYTES = 32 * 1024;

/** One picture: the strip of this segment, and its place in it from 0. */
export interface ThumbnailPlace {
  readonly segment: number;
  readonly index: number;
}

/** The picture that stands for a moment of media time. */
export function thumbnailAt(mediaMs: number): ThumbnailPlace {
  const count = Math.floor(Math.max(0, mediaMs) / THUMBNAIL_EVERY_MS);
  return { segment: Math.floor(count / STRIP_PICTURES), index: count % STRIP_PICTURES };
}

/** Width and height of one picture for a source of this shape, in pixels. */
export function thumbnailSize(width: number, height: number): { readonly width: number; readonly height: number } {
  const scale = THUMBNAIL_SIDE_PX / Math.max(width, height, 1);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
