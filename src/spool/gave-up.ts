import { isTrackId, type TrackId } from '../protocol/track.ts';
import type { GivenUp } from './spool.ts';

/** One segment of one track. */
export interface GivenUpTrack {
  readonly track: TrackId;
  readonly segment: number;
}

/** What was given up, and the names of the empty files that remember it: a name is written whole or not at all. */
export class GaveUp {
  readonly #tracks = new Map<number, Set<TrackId>>();

  get all(): GivenUp {
    return this.#tracks;
  }

  has({ track, segment }: GivenUpTrack): boolean {
    return this.#tracks.get(segment)?.has(track) === true;
  }

  add({ track, segment }: GivenUpTrack): void {
    this.#tracks.set(segment, new Set([...(this.#tracks.get(segment) ?? []), track]));
  }
}

export const gaveUpName = ({ track, segment }: GivenUpTrack): string => `${segment}-${track}.gone`;

/** Undefined for any other file. */
export function parseGaveUpName(name: string): GivenUpTrack | undefined {
  const [, segment, track = ''] = /^(\d{1,9})-(.+)\.gone$/.exec(name) ?? [];
  return segment !== undefined && isTrackId(track) ? { track, segment: Number(segment) } : undefined;
}
