import { THUMBNAIL_EVERY_MS, type ThumbnailPlace, thumbnailAt } from '../protocol/thumbnails.ts';

/** After a key frame, which costs enough by itself. */
const AFTER_KEY_MS = 400;
const POSTER_EVERY_MS = 10_000;
/** Between two key frames, and so for all that follow. */
const FIRST_POSTER_MS = 1500;

/** What was taken last; undefined before the first. */
export interface PicturesTaken {
  readonly thumbnail: ThumbnailPlace | undefined;
  /** Media time from which the next poster is due. */
  readonly nextPosterMs: number | undefined;
}

export const NO_PICTURES: PicturesTaken = { thumbnail: undefined, nextPosterMs: undefined };

export interface PicturesDue {
  readonly thumbnail: ThumbnailPlace | undefined;
  readonly isPosterDue: boolean;
  readonly taken: PicturesTaken;
}

/** Which small pictures of what is shown at `mediaMs` are to be made now. */
export function picturesDue(mediaMs: number, taken: PicturesTaken): PicturesDue {
  const place = thumbnailAt(mediaMs);
  const isTaken = place.segment === taken.thumbnail?.segment && place.index === taken.thumbnail.index;
  const isBetweenKeys = mediaMs % THUMBNAIL_EVERY_MS >= AFTER_KEY_MS;
  const thumbnail = mediaMs >= 0 && isBetweenKeys && !isTaken ? place : undefined;
  const posterMs = taken.nextPosterMs ?? mediaMs + FIRST_POSTER_MS;
  const isPosterDue = mediaMs >= posterMs;
  return {
    thumbnail,
    isPosterDue,
    taken: {
      thumbnail: thumbnail ?? taken.thumbnail,
      nextPosterMs: isPosterDue ? posterMs + POSTER_EVERY_MS : posterMs,
    },
  };
}
