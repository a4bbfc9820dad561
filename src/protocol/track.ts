import type { FrameRate } from './grid.ts';

/**
 * `v` and the height, or `a` and the kilobits: `v720`, `a128`; with an `r` what was made again of it (SPEC LEND17). The
 * only text of a track that reaches a path.
 */
export type TrackId = string;
export const TRACK_ID_PATTERN = /^[av][0-9]{2,4}r?$/;
export const redoneId = (track: TrackId): TrackId => `${track}r`;
/** The track itself, of which something was made again. */
export const originalId = (track: TrackId): TrackId => track.replace(/r$/, '');
export const isTrackId = (text: string): text is TrackId => TRACK_ID_PATTERN.test(text);

export interface VideoTrack {
  readonly kind: 'video';
  readonly id: TrackId;
  /** RFC 6381, built from the avcC bytes, never from the string that was asked for. */
  readonly codecs: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: FrameRate;
  readonly bitrateBps: number;
  readonly timescale: 90_000;
  /** Made from the largest of the others, where and when somebody helps (SPEC LEND8); absent: by the creator's tab. */
  readonly madeBy?: 'helpers';
}

export interface AudioTrack {
  readonly kind: 'audio';
  readonly id: TrackId;
  readonly codecs: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitrateBps: number;
  readonly timescale: 48_000;
  /** BCP 47; `und` when nobody said. */
  readonly language: string;
}

export type Track = VideoTrack | AudioTrack;

export const isHelped = (track: Track): boolean => track.kind === 'video' && track.madeBy === 'helpers';
/** What the creator's tab makes itself. */
export const ownTracks = (tracks: readonly Track[]): readonly Track[] => tracks.filter((track) => !isHelped(track));
/** Made by helpers, the largest first. */
export const helpedTracks = (tracks: readonly Track[]): readonly VideoTrack[] =>
  tracks.filter((track): track is VideoTrack => isHelped(track)).toSorted((a, b) => b.bitrateBps - a.bitrateBps);
/** What helpers make the others from: the best picture of the creator's tab. */
export const helpSource = (tracks: readonly Track[]): VideoTrack | undefined =>
  tracks
    .filter((track): track is VideoTrack => track.kind === 'video' && track.madeBy === undefined)
    .toSorted((a, b) => b.bitrateBps - a.bitrateBps)[0];
