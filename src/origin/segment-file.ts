import { hash } from 'node:crypto';
import { writeWhole } from './durable-files.ts';
import type { FileSystem } from './file-system.ts';
import type { StoredSegment } from './segment-store.ts';

/**
 * Index of a segment file: `TBI1`, u32 count, then per part u32 length and 32 bytes SHA-256, then the SHA-256 of all
 * that. The segment file itself is nothing but the parts, so any server can send it.
 */
const MAGIC = 0x54424931;
const ROW_BYTES = 36;
const DIGEST_BYTES = 32;
const HEAD_BYTES = 8;

export interface IndexedPart {
  readonly length: number;
  readonly digest: Buffer;
}

export interface SegmentIndex {
  readonly parts: readonly IndexedPart[];
  /** `offsets[i]` is where part `i` begins; one more than there are parts. */
  readonly offsets: readonly number[];
  /** SHA-256 over the digests, hex. */
  readonly etag: string;
}

function indexOf(parts: readonly IndexedPart[]): SegmentIndex {
  const offsets = [0];
  for (const { length } of parts) offsets.push((offsets.at(-1) ?? 0) + length);
  return { parts, offsets, etag: hash('sha256', Buffer.concat(parts.map((part) => part.digest)), 'hex') };
}

export function encodeIndex(parts: readonly IndexedPart[]): Buffer {
  const out = Buffer.alloc(HEAD_BYTES + parts.length * ROW_BYTES + DIGEST_BYTES);
  out.writeUInt32BE(MAGIC, 0);
  out.writeUInt32BE(parts.length, 4);
  for (const [i, { length, digest }] of parts.entries()) {
    out.writeUInt32BE(length, HEAD_BYTES + i * ROW_BYTES);
    digest.copy(out, HEAD_BYTES + i * ROW_BYTES + 4);
  }
  const end = out.length - DIGEST_BYTES;
  hash('sha256', out.subarray(0, end), 'buffer').copy(out, end);
  return out;
}

/** Undefined when the bytes are not an index, or not all of one. */
export function decodeIndex(bytes: Buffer): SegmentIndex | undefined {
  const end = bytes.length - DIGEST_BYTES;
  if (end < HEAD_BYTES || bytes.readUInt32BE(0) !== MAGIC) return undefined;
  if (end !== HEAD_BYTES + bytes.readUInt32BE(4) * ROW_BYTES) return undefined;
  if (!hash('sha256', bytes.subarray(0, end), 'buffer').equals(bytes.subarray(end))) return undefined;
  const parts: IndexedPart[] = [];
  for (let at = HEAD_BYTES; at < end; at += ROW_BYTES)
    parts.push({ length: bytes.readUInt32BE(at), digest: bytes.subarray(at + 4, at + ROW_BYTES) });
  return indexOf(parts);
}

/** Index first: whoever finds the segment finds its index too. The caller syncs the directory afterwards. */
export async function writeSegment(
  files: FileSystem,
  base: string,
  parts: readonly IndexedPart[],
  bytes: readonly Buffer[],
): Promise<SegmentIndex> {
  await writeWhole(files, `${base}.idx`, encodeIndex(parts));
  await writeWhole(files, `${base}.m4s`, Buffer.concat(bytes));
  return indexOf(parts);
}

export async function readIndex(files: FileSystem, base: string): Promise<SegmentIndex> {
  const index = decodeIndex(await files.readFile(`${base}.idx`));
  if (index === undefined) throw new DamagedSegment(base, 'the index has changed');
  return index;
}

/** What a stored segment's file holds is not what was put there. */
export class DamagedSegment extends Error {
  constructor(base: string, what: string) {
    super(`${base}: ${what}.`);
    this.name = 'DamagedSegment';
  }
}

/** One Buffer a part, all of them views of one read. Throws DamagedSegment when a byte is not what was stored. */
export async function readParts(
  files: FileSystem,
  base: string,
  index: SegmentIndex,
  from: number,
  to: number,
): Promise<Buffer[]> {
  const start = index.offsets[from] ?? 0;
  const end = index.offsets[to] ?? start;
  const bytes = Buffer.allocUnsafeSlow(end - start);
  const handle = await files.open(`${base}.m4s`, 'r');
  try {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    if (bytesRead !== bytes.length) throw new DamagedSegment(base, 'the file is too short');
  } finally {
    await handle.close();
  }
  return index.parts.slice(from, to).map(({ length, digest }, i) => {
    const at = (index.offsets[from + i] ?? 0) - start;
    const part = bytes.subarray(at, at + length);
    if (!hash('sha256', part, 'buffer').equals(digest)) throw new DamagedSegment(base, `part ${from + i} has changed`);
    return part;
  });
}

export const storedSegment = (files: FileSystem, base: string, index: SegmentIndex): StoredSegment => ({
  bytes: index.offsets.at(-1) ?? 0,
  etag: index.etag,
  read: (from, to) => files.readStream(`${base}.m4s`, from, to),
});
