import type { TrackId } from '../protocol/track.ts';
import { breakResponse, IMMUTABLE, isClosed, type RawRequest, type RawResponse, writeHead } from './media-answer.ts';
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

export interface SegmentAnswer {
  readonly track: TrackId;
  readonly segment: StoredSegment;
  /** Reading failed behind the head of the answer; the connection is broken, so that nobody takes it for whole. */
  readonly report: (error: unknown) => void;
}

/** SPEC MEDIA2, a complete segment: immutable, strong `ETag`, ranges. */
export function serveSegment(
  request: RawRequest,
  response: RawResponse,
  { track, segment, report }: SegmentAnswer,
): void {
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
  send(response, segment.read(from, to), to - from).catch((error: unknown) => {
    report(error);
    breakResponse(response);
  });
}

/**
 * As fast as the viewer reads, one chunk at a time, and no further once they have gone. A general pipeline costs a third
 * more of the processor here.
 */
async function send(response: RawResponse, chunks: AsyncIterable<Buffer>, bytes: number): Promise<void> {
  let left = bytes;
  let isGone = isClosed(response);
  let wake = (): void => undefined;
  response.once('close', () => {
    isGone = true;
    wake();
  });
  response.on('drain', () => wake());
  for await (const chunk of chunks) {
    if (isGone) return;
    left -= chunk.length;
    if (left === 0) response.end(chunk);
    else if (!response.write(chunk) && !isGone)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    if (isGone) return;
  }
  if (left > 0) throw new Error(`${left} bytes of a segment are missing in its file.`);
}
