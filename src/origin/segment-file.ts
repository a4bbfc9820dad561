import { hash } from 'node:crypto';
import { writeWhole } from './durable-files.ts';
import type { FileSystem } from './file-system.ts';

/**
 * Index of a segment file: `TBI1`, u32 count, then per part u32 length and 32 bytes SHA-256, then the SHA-256 of all
 * that. The segment file itself is nothing but the parts, so any server can send it.
 */
const MAGIC = 0x54424931;
const ROW_BYTES = 36;
const DIGEST_BYTES = 32;
const HEAD_BYTES = 8;
/** Parts are kept in memory by so many bytes, unless one alone has more. */
const BLOCK_BYTES = 512 * 1024;

export interface IndexedPart {
  readonly length: number;
  readonly digest: Buffer;
}

/** Whole parts that lie one after the other; both ranges are half-open. */
export interface Block {
  readonly fromPart: number;
  readonly toPart: number;
  readonly fromByte: number;
  readonly toByte: number;
}

export interface SegmentIndex {
  readonly parts: readonly IndexedPart[];
  /** `offsets[i]` is where part `i` begins; one more than there are parts. */
  readonly offsets: readonly number[];
  /** All parts, in order. */
  readonly blocks: readonly Block[];
  /** SHA-256 over the digests, hex. */
  readonly etag: string;
}

function blocksOf(parts: readonly IndexedPart[]): readonly Block[] {
  const blocks: Block[] = [];
  let block: Block = { fromPart: 0, toPart: 0, fromByte: 0, toByte: 0 };
  for (const { length } of parts) {
    if (block.toPart > block.fromPart && block.toByte + length - block.fromByte > BLOCK_BYTES) {
      blocks.push(block);
      block = { ...block, fromPart: block.toPart, fromByte: block.toByte };
    }
    block = { ...block, toPart: block.toPart + 1, toByte: block.toByte + length };
  }
  return [...blocks, block];
}

function indexOf(parts: readonly IndexedPart[]): SegmentIndex {
  const offsets = [0];
  for (const { length } of parts) offsets.push((offsets.at(-1) ?? 0) + length);
  const etag = hash('sha256', Buffer.concat(parts.map((part) => part.digest)), 'hex');
  return { parts, offsets, blocks: blocksOf(parts), etag };
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

/** The parts `[from, to)`, one after the other. Throws DamagedSegment when a byte is not what was stored. */
export async function readParts(
  files: FileSystem,
  base: string,
  index: SegmentIndex,
  from: number,
  to: number,
): Promise<Buffer> {
  const start = index.offsets[from] ?? 0;
  const bytes = Buffer.allocUnsafeSlow((index.offsets[to] ?? start) - start);
  const handle = await files.open(`${base}.m4s`, 'r');
  try {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    if (bytesRead !== bytes.length) throw new DamagedSegment(base, 'the file is too short');
  } finally {
    await handle.close();
  }
  for (const [i, part] of partsOf(index, bytes, from, from, to).entries())
    if (index.parts[from + i]?.digest.equals(hash('sha256', part, 'buffer')) !== true)
      throw new DamagedSegment(base, `part ${from + i} has changed`);
  return bytes;
}

/** A view for each of the parts `[from, to)`, of bytes that begin with part `first`. */
export function partsOf(index: SegmentIndex, bytes: Buffer, first: number, from: number, to: number): Buffer[] {
  const start = index.offsets[first] ?? 0;
  const at = (part: number): number => (index.offsets[part] ?? start) - start;
  return Array.from({ length: to - from }, (_, i) => bytes.subarray(at(from + i), at(from + i + 1)));
}
