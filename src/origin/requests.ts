import * as v from 'valibot';
import { readShape } from '../lib/read-shape.ts';
import { VISIBILITIES, type Visibility } from '../protocol/accounts.ts';
import {
  type EndRequest,
  MAX_RECORDING_MS,
  type StartRequest,
  type TimelineCut,
  type UploadPlan,
  type WatchingRequest,
} from '../protocol/broadcast.ts';
import { FRAME_RATES, GOP_SECONDS, PARTS_PER_SEGMENT, partMs } from '../protocol/grid.ts';
import type { Track } from '../protocol/track.ts';
import { TRACK_ID_PATTERN } from '../protocol/track.ts';
import { Problem } from './problem.ts';

export const MAX_TITLE_CHARS = 120;
export const DEFAULT_TITLE = 'Untitled broadcast';
const MAX_TRACKS = 16;

/** Text for people: any language, no control characters, counted in code points and not in UTF-16 units. */
export const plainText = (what: string, maxChars: number) =>
  v.pipe(
    v.string(),
    v.transform((text) => text.normalize('NFC').trim()),
    v.check(
      (text) => text !== '' && Array.from(text).length <= maxChars,
      `the ${what} has 1 to ${maxChars} characters`,
    ),
    v.check((text) => !/\p{Cc}|\p{Cs}|\u2028|\u2029/u.test(text), `the ${what} is plain text on one line`),
  );

const title = plainText('title', MAX_TITLE_CHARS);

export const integer = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const codecs = v.pipe(v.string(), v.regex(/^[A-Za-z0-9]{4}(?:\.[A-Za-z0-9]{1,8}){1,4}$/, 'codecs is not RFC 6381'));

const videoTrack = v.object({
  kind: v.literal('video'),
  id: v.pipe(v.string(), v.regex(/^v[0-9]{2,4}$/, 'a video track is named v and its height')),
  codecs,
  width: integer(16, 16_384),
  height: integer(16, 16_384),
  frameRate: v.picklist(FRAME_RATES),
  bitrateBps: integer(1000, 500_000_000),
  timescale: v.literal(90_000),
  madeBy: v.exactOptional(v.literal('helpers')),
});

const audioTrack = v.object({
  kind: v.literal('audio'),
  id: v.pipe(v.string(), v.regex(/^a[0-9]{2,4}$/, 'a sound track is named a and its kilobits')),
  codecs,
  sampleRateHz: integer(8000, 96_000),
  channels: integer(1, 8),
  bitrateBps: integer(1000, 2_000_000),
  timescale: v.literal(48_000),
  language: v.pipe(v.string(), v.regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/, 'language is BCP 47')),
});

const endParts = v.record(v.pipe(v.string(), v.regex(TRACK_ID_PATTERN)), integer(0, 10_000_000));

const start = v.object({
  availabilityStartMs: integer(0, 8_640_000_000_000),
  grid: v.object({
    partsPerSegment: v.picklist(PARTS_PER_SEGMENT),
    gopSeconds: v.picklist(GOP_SECONDS),
    frameRate: v.picklist(FRAME_RATES),
  }),
  tracks: v.pipe(v.array(v.variant('kind', [videoTrack, audioTrack])), v.minLength(1), v.maxLength(MAX_TRACKS)),
  upload: v.exactOptional(v.object({ durationMs: integer(1, MAX_RECORDING_MS), endParts })),
});

const end = v.object({ endParts });

/** A missing title is allowed where the person has not typed one yet. */
export const readCreateRequest = (value: unknown): { title: string } => {
  const { title: text } = readShape(v.object({ title: v.optional(v.string()) }), value);
  return {
    title: text === undefined || text.trim() === '' ? DEFAULT_TITLE : readShape(v.object({ title }), value).title,
  };
};

/** Throws 422 `bad_request` when nothing is to be changed, too. */
export function readChangeRequest(value: unknown): { title: string | undefined; visibility: Visibility | undefined } {
  const shape = v.object({ title: v.optional(title), visibility: v.optional(v.picklist(VISIBILITIES)) });
  const change = readShape(shape, value);
  if (change.title === undefined && change.visibility === undefined)
    throw new Problem(422, 'bad_request', 'Nothing to change: send a title or a visibility.');
  return { title: change.title, visibility: change.visibility };
}

export const readWatchingRequest = (value: unknown): WatchingRequest =>
  readShape(v.object({ viewer: v.pipe(v.string(), v.regex(/^[a-z0-9]{16}$/, '16 small letters and digits')) }), value);

const cut = v.object({
  fromPart: integer(0, 10_000_000),
  toPart: integer(0, 10_000_000),
  tracks: v.pipe(v.array(v.pipe(v.string(), v.regex(TRACK_ID_PATTERN))), v.maxLength(MAX_TRACKS)),
  inits: v.exactOptional(v.record(v.pipe(v.string(), v.regex(TRACK_ID_PATTERN)), codecs)),
});

export const readTimelineCut = (value: unknown): TimelineCut => readShape(cut, value);

export const readEndRequest = (value: unknown): EndRequest => readShape(end, value);

/** What the types cannot say: every track once, on the broadcast's own grid, and no part without a frame. */
function startProblem({ grid, tracks, upload }: StartRequest): string | undefined {
  const ids = new Set(tracks.map((track: Track) => track.id));
  if (ids.size !== tracks.length) return 'two tracks have the same id';
  if (tracks.some((track) => track.kind === 'video' && track.frameRate !== grid.frameRate))
    return 'a video track has another frame rate than the grid';
  if (grid.frameRate * 10 < grid.partsPerSegment)
    return `${grid.frameRate} frames a second do not fill ${grid.partsPerSegment} parts a segment`;
  if (upload !== undefined) return uploadProblem(upload, grid.partsPerSegment, ids);
  return undefined;
}

/** Sound may end a part before the picture, whose last frame may start in the part of the end. */
function uploadProblem(upload: UploadPlan, partsPerSegment: number, tracks: ReadonlySet<string>): string | undefined {
  const ends = Object.entries(upload.endParts);
  if (ends.length !== tracks.size || ends.some(([track]) => !tracks.has(track)))
    return 'the end names other tracks than those that are started';
  const last = Math.ceil(upload.durationMs / partMs(partsPerSegment));
  if (ends.some(([, end]) => end < 1 || end > last + 1 || end < last - 1))
    return `a recording of ${upload.durationMs} ms ends near part ${last} in every track`;
  return undefined;
}

export function readStartRequest(value: unknown): StartRequest {
  const request = readShape(start, value);
  const problem = startProblem(request);
  if (problem !== undefined) throw new Problem(422, 'bad_request', `Cannot start: ${problem}.`);
  return request;
}
