import type { PartIndex } from '../protocol/grid.ts';
import type { Part } from '../protocol/part.ts';
import { isTrackId, type TrackId } from '../protocol/track.ts';

/*
 * A record of the log, little endian: magic, CRC-32 of bytes 8 to 64, part, length (u32 each), SHA-256 of the part,
 * track in ASCII filled up with zeros; then the part. A torn header fails its CRC, a torn part its digest.
 */
export const RECORD_HEADER_BYTES = 64;
const MAGIC = 0x31_52_43_54;
const CHECKED_FROM = 8;
const DIGEST_AT = 16;
const TRACK_AT = 48;

export interface RecordHeader {
  readonly track: TrackId;
  readonly part: PartIndex;
  readonly length: number;
  readonly digest: Uint8Array;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The part with its header in front, to be written in one go. */
export function encodeRecord(part: Part): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER_BYTES + part.bytes.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, part.part, true);
  view.setUint32(12, part.bytes.length, true);
  record.set(part.digest, DIGEST_AT);
  for (let i = 0; i < part.track.length; i++) record[TRACK_AT + i] = part.track.charCodeAt(i);
  view.setUint32(4, crc32(record.subarray(CHECKED_FROM, RECORD_HEADER_BYTES)), true);
  record.set(part.bytes, RECORD_HEADER_BYTES);
  return record;
}

/** Undefined when these bytes are not a whole, sound header. The digest is a copy. */
export function decodeHeader(bytes: Uint8Array): RecordHeader | undefined {
  if (bytes.length < RECORD_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, RECORD_HEADER_BYTES);
  if (view.getUint32(0, true) !== MAGIC) return undefined;
  if (view.getUint32(4, true) !== crc32(bytes.subarray(CHECKED_FROM, RECORD_HEADER_BYTES))) return undefined;
  const text = bytes.subarray(TRACK_AT, RECORD_HEADER_BYTES).filter((byte) => byte !== 0);
  const track = String.fromCharCode(...text);
  if (!isTrackId(track)) return undefined;
  const digest = bytes.slice(DIGEST_AT, TRACK_AT);
  return { track, part: view.getUint32(8, true), length: view.getUint32(12, true), digest };
}
