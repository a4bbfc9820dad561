import type { Part, PartRange } from './part.ts';
import { isTrackId, type TrackId } from './track.ts';

/**
 * The body of `POST /ingest/<id>/parts` (SPEC TICK1..TICK5), all numbers big-endian:
 * `TBC1`, u16 count, then per part: u8 length of the track id, the id in ASCII, u32 part index, u32 byte length,
 * 32 bytes SHA-256; then the bytes of the parts in the same order, and nothing after them.
 */
export const TICK_CONTENT_TYPE = 'application/vnd.tabcast.parts';
export const MAX_PARTS_PER_REQUEST = 512;
export const MAX_PART_BYTES = 4 * 1024 * 1024;
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
const MAGIC = [0x54, 0x42, 0x43, 0x31];
const DIGEST_BYTES = 32;

/** What became of one part, in the order of the request. Numbers are the HTTP statuses of the one-part PUT. */
export type PartOutcome =
  | { readonly status: 201 | 200 }
  | { readonly status: 400 | 409 | 410 | 412 | 413 | 422 | 507; readonly code: string; readonly message: string };

export interface TickAnswer {
  readonly parts: readonly PartOutcome[];
  /** What survives power loss, per track: the tab forgets only this. */
  readonly durable: Readonly<Record<TrackId, readonly PartRange[]>>;
  readonly serverTimeMs: number;
}

export function encodeTick(parts: readonly Part[]): Uint8Array {
  const headBytes = parts.reduce((sum, part) => sum + 1 + part.track.length + 8 + DIGEST_BYTES, 6);
  const bodyBytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const out = new Uint8Array(headBytes + bodyBytes);
  const view = new DataView(out.buffer);
  out.set(MAGIC, 0);
  view.setUint16(4, parts.length);
  let at = 6;
  for (const part of parts) {
    out[at++] = part.track.length;
    for (let i = 0; i < part.track.length; i++) out[at++] = part.track.charCodeAt(i);
    view.setUint32(at, part.part);
    view.setUint32(at + 4, part.bytes.length);
    out.set(part.digest, at + 8);
    at += 8 + DIGEST_BYTES;
  }
  for (const part of parts) {
    out.set(part.bytes, at);
    at += part.bytes.length;
  }
  return out;
}

export type TickDecoded =
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  | { readonly kind: 'malformed'; readonly reason: string };

/** Never throws on bad bytes; the parts are views into `body`, not copies. */
export function decodeTick(body: Uint8Array): TickDecoded {
  const malformed = (reason: string): TickDecoded => ({ kind: 'malformed', reason });
  if (body.length < 6 || MAGIC.some((byte, i) => body[i] !== byte))
    return malformed('the body does not start with TBC1');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const count = view.getUint16(4);
  if (count === 0 || count > MAX_PARTS_PER_REQUEST)
    return malformed(`${count} parts; 1 to ${MAX_PARTS_PER_REQUEST} are taken`);
  const heads: { track: TrackId; part: number; length: number; digest: Uint8Array }[] = [];
  let at = 6;
  for (let i = 0; i < count; i++) {
    const idLength = body[at] ?? 0;
    const end = at + 1 + idLength + 8 + DIGEST_BYTES;
    if (end > body.length) return malformed(`the header of part ${i} is cut off`);
    const track = String.fromCharCode(...body.subarray(at + 1, at + 1 + idLength));
    if (!isTrackId(track)) return malformed(`part ${i} names no track`);
    at += 1 + idLength;
    heads.push({
      track,
      part: view.getUint32(at),
      length: view.getUint32(at + 4),
      digest: body.subarray(at + 8, at + 8 + DIGEST_BYTES),
    });
    at = end;
  }
  const parts: Part[] = [];
  for (const head of heads) {
    if (at + head.length > body.length) return malformed(`the bytes of ${head.track}/${head.part} are cut off`);
    parts.push({ track: head.track, part: head.part, digest: head.digest, bytes: body.subarray(at, at + head.length) });
    at += head.length;
  }
  if (at !== body.length) return malformed(`${body.length - at} bytes follow the last part`);
  return { kind: 'parts', parts };
}
