import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { PartIndex } from '../protocol/grid.ts';
import { MAX_PART_BYTES } from '../protocol/tick.ts';
import { isTrackId, type TrackId } from '../protocol/track.ts';

/**
 * A record: `TBJ1`, u32 length of the bytes, u32 part index, 8 bytes track id padded with zeros, 32 bytes SHA-256 of
 * the bytes, u32 CRC-32 of all that; then the bytes. Numbers are big-endian.
 */
export const HEADER_BYTES = 56;
const MAGIC = 0x54424a31;
const TRACK_BYTES = 8;
const CRC_AT = HEADER_BYTES - 4;

export interface JournalRecord {
  readonly track: TrackId;
  readonly part: PartIndex;
  readonly digest: Buffer;
  /** Where the bytes lie in the file. */
  readonly offset: number;
  readonly length: number;
}

export function encodeHeader(track: TrackId, part: PartIndex, length: number, digest: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(length, 4);
  header.writeUInt32BE(part, 8);
  header.write(track, 12, TRACK_BYTES, 'latin1');
  digest.copy(header, 20);
  header.writeUInt32BE(crc32(header.subarray(0, CRC_AT)), CRC_AT);
  return header;
}

/**
 * The records of a journal as a crash left it. A record whose bytes did not all reach the disk is left out; where no
 * whole header follows, the journal ends.
 */
export function scanJournal(file: Buffer): readonly JournalRecord[] {
  const records: JournalRecord[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= file.length) {
    const header = file.subarray(at, at + HEADER_BYTES);
    if (header.readUInt32BE(0) !== MAGIC || header.readUInt32BE(CRC_AT) !== crc32(header.subarray(0, CRC_AT))) break;
    const length = header.readUInt32BE(4);
    const offset = at + HEADER_BYTES;
    if (length > MAX_PART_BYTES || offset + length > file.length) break;
    const track = header.toString('latin1', 12, 12 + TRACK_BYTES).replace(/\0+$/, '');
    const digest = Buffer.from(header.subarray(20, CRC_AT));
    if (isTrackId(track) && hash('sha256', file.subarray(offset, offset + length), 'buffer').equals(digest))
      records.push({ track, part: header.readUInt32BE(8), digest, offset, length });
    at = offset + length;
  }
  return records;
}
