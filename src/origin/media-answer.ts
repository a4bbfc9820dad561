import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Visibility } from '../protocol/accounts.ts';
import type { TrackId } from '../protocol/track.ts';

/** HTTP/1.1 and HTTP/2 through Node's compatibility layer look alike here. */
export type RawRequest = IncomingMessage;
export type RawResponse = ServerResponse;

/** Media are for everybody, without credentials (SPEC MEDIA). */
export const MEDIA_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'content-length, content-range, date, etag, retry-after',
  'cross-origin-resource-policy': 'cross-origin',
  'timing-allow-origin': '*',
  'x-content-type-options': 'nosniff',
} as const;

export const IMMUTABLE = 'public, max-age=31536000, immutable';
export const NO_STORE = 'no-store';

const mediaType = (track: TrackId): string => (track.startsWith('v') ? 'video/mp4' : 'audio/mp4');

const box = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};

/** An empty `styp`: a player appends it, sees nothing, and asks for what comes next instead of dying of a 404. */
export const FILLER = box('styp', Buffer.from('msdh\0\0\0\0msdhmsix', 'latin1'));

/** Answers of private broadcasts: for their owner's eyes, and for no cache. */
const PRIVATE_HEADERS = {
  'cache-control': 'private, no-store',
  'cross-origin-resource-policy': 'same-origin',
} as const;
const privateAnswers = new WeakSet<RawResponse>();

/** Whatever is written on this response from now on is kept by nobody. */
export function keepPrivate(response: RawResponse): void {
  privateAnswers.add(response);
}

/** The same for answers that the framework writes. */
export const visibleHeaders = (visibility: Visibility): Readonly<Record<string, string>> =>
  visibility === 'private' ? PRIVATE_HEADERS : {};

export function writeHead(
  response: RawResponse,
  status: number,
  track: TrackId,
  headers: Readonly<Record<string, string | number>>,
): void {
  const common = { ...MEDIA_HEADERS, 'content-type': mediaType(track), ...headers };
  response.writeHead(status, privateAnswers.has(response) ? { ...common, ...PRIVATE_HEADERS } : common);
}

/** SPEC MEDIA5: what is not there and will not come in time. */
export function answerFiller(response: RawResponse, track: TrackId): void {
  if (response.headersSent || response.destroyed) return;
  writeHead(response, 200, track, { 'content-length': FILLER.length, 'cache-control': NO_STORE });
  response.end(FILLER);
}

const streamOf = (response: RawResponse): ServerHttp2Stream | undefined =>
  (response as RawResponse & { readonly stream?: ServerHttp2Stream }).stream;

/** The viewer has gone, perhaps before anybody listened for it. */
export const isClosed = (response: RawResponse): boolean =>
  response.destroyed || streamOf(response)?.destroyed === true;

/** Ends the connection, or the HTTP/2 stream with an error: nobody may take what was sent for all of it. */
export function breakResponse(response: RawResponse): void {
  const stream = streamOf(response);
  if (stream === undefined) response.destroy();
  else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}

/** SPEC ANSWER1, for handlers that have taken the response from the framework. */
export function answerOverloaded(response: RawResponse): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ code: 'overloaded', message: 'Too many viewers wait here. Try again in a moment.' });
  response.writeHead(503, { ...MEDIA_HEADERS, 'content-type': 'application/json', 'retry-after': '1' });
  response.end(body);
}

/** SPEC UPLOAD4: it comes, but nobody can say when; whoever plays it asks again. */
export function answerNotMade(response: RawResponse): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ code: 'not_made', message: 'This part of the recording is still being made.' });
  response.writeHead(503, {
    ...MEDIA_HEADERS,
    'content-type': 'application/json',
    'cache-control': NO_STORE,
    'retry-after': '2',
  });
  response.end(body);
}

/** All parts of a whole answer in one go; the Buffers are shared with everybody else who gets them. */
export function answerParts(response: RawResponse, track: TrackId, parts: readonly Buffer[], cache: string): void {
  if (response.headersSent || response.destroyed) return;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  writeHead(response, 200, track, { 'content-length': length, 'cache-control': cache });
  const last = parts.length - 1;
  if (last < 0) response.end();
  for (const [i, part] of parts.entries()) {
    if (i === last) response.end(part);
    else response.write(part);
  }
}
