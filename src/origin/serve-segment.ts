import { pipeline } from 'node:stream';
import type { TrackId } from '../protocol/track.ts';
import { IMMUTABLE, type RawRequest, type RawResponse, writeHead } from './media-answer.ts';
import type { StoredSegment } from './segment-store.ts';

export type RangeAsked =
  | { readonly kind: 'all' }
  | { readonly kind: 'part'; readonly from: number; readonly to: number }
  | { readonly kind: 'unsatisfiable' };

/** One `bytes=` range (RFC 9110 14.1.2), half-open; several, or another unit, mean the whole. */
export function parseRange(header: string | undefined, bytes: number): RangeAsked {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return { kind: 'all' };
  const [, first = '', last = ''] = match;
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  return from < to ? { kind: 'part', from, to } : { kind: 'unsatisfiable' };
}

/** SPEC MEDIA2, a complete segment: immutable, strong `ETag`, ranges. */
export function serveSegment(request: RawRequest, response: RawResponse, track: TrackId, segment: StoredSegment): void {
  const etag = `"${segment.etag.slice(0, 32)}"`;
  const common = { 'cache-control': IMMUTABLE, etag, 'accept-ranges': 'bytes' };
  if (request.headers['if-none-match'] === etag) {
    writeHead(response, 304, track, common);
    response.end();
    return;
  }
  const ifRange = request.headers['if-range'];
  const isSame = ifRange === undefined || ifRange === etag;
  const range = parseRange(isSame ? request.headers.range : undefined, segment.bytes);
  if (range.kind === 'unsatisfiable') {
    writeHead(response, 416, track, { 'content-range': `bytes */${segment.bytes}`, 'content-length': 0 });
    response.end();
    return;
  }
  const { from, to } = range.kind === 'part' ? range : { from: 0, to: segment.bytes };
  const contentRange = range.kind === 'part' ? { 'content-range': `bytes ${from}-${to - 1}/${segment.bytes}` } : {};
  writeHead(response, range.kind === 'part' ? 206 : 200, track, {
    ...common,
    ...contentRange,
    'content-length': to - from,
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  pipeline(segment.read(from, to), response, () => {});
}
