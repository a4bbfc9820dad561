import { type PartIndex, partOfTicks } from '../protocol/grid.ts';
import { ticks } from '../protocol/time.ts';

/** One whole CMAF chunk out of a feed. `bytes` own their memory. */
export interface FeedChunk {
  readonly part: PartIndex;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The feed held something that is not boxes; whoever reads it falls back to pieces. */
export class NotChunksError extends Error {
  override readonly name = 'NotChunksError';
}

/** A box over this size is taken for garbage: a part is at most 4 MiB on the wire. */
const MAX_BOX_BYTES = 8 * 1024 * 1024;
const MDAT = fourCc('mdat');
const MOOF = fourCc('moof');
const TRAF = fourCc('traf');
const TFDT = fourCc('tfdt');

/**
 * Cuts a growing segment into whole chunks, however the network cut it: everything up to and including an `mdat` is one
 * chunk, so `styp` and `prft` stay with the chunk they precede (SPEC PART1). The part index comes from `tfdt` (GRID3,
 * GRID6), never from counting, because a feed may skip a hole (MEDIA6).
 */
export class ChunkSplitter {
  readonly #timescale: number;
  readonly #partsPerSegment: number;
  #held = new Uint8Array(64 * 1024);
  #heldBytes = 0;
  /** Where the box after the last one looked at starts. */
  #boxAt = 0;

  constructor(timescale: number, partsPerSegment: number) {
    this.#timescale = timescale;
    this.#partsPerSegment = partsPerSegment;
  }

  /** Bytes of a chunk that has begun and is not whole yet. */
  get pendingBytes(): number {
    return this.#heldBytes;
  }

  /** @throws NotChunksError */
  push(bytes: Uint8Array): FeedChunk[] {
    this.#hold(bytes);
    const chunks: FeedChunk[] = [];
    for (;;) {
      const view = new DataView(this.#held.buffer, 0, this.#heldBytes);
      if (this.#boxAt + 8 > this.#heldBytes) return chunks;
      const size = view.getUint32(this.#boxAt);
      if (size < 8 || size > MAX_BOX_BYTES) throw new NotChunksError(`a box of ${size} bytes`);
      const end = this.#boxAt + size;
      if (end > this.#heldBytes) return chunks;
      const isChunkEnd = view.getUint32(this.#boxAt + 4) === MDAT;
      this.#boxAt = end;
      if (!isChunkEnd) continue;
      const chunk = this.#held.slice(0, end);
      chunks.push({ part: partOfChunk(chunk, this.#timescale, this.#partsPerSegment), bytes: chunk });
      this.#held.copyWithin(0, end, this.#heldBytes);
      this.#heldBytes -= end;
      this.#boxAt = 0;
    }
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, this.#held.length * 2));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }
}

/** The part a chunk belongs to, from its `tfdt`. @throws NotChunksError when it has none. */
export function partOfChunk(chunk: Uint8Array, timescale: number, partsPerSegment: number): PartIndex {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const moof = findBox(view, 0, view.byteLength, MOOF);
  const traf = moof && findBox(view, moof.from, moof.to, TRAF);
  const tfdt = traf && findBox(view, traf.from, traf.to, TFDT);
  if (tfdt === undefined || tfdt.from + 8 > tfdt.to) throw new NotChunksError('a chunk without tfdt');
  const version = view.getUint8(tfdt.from);
  if (version === 1 && tfdt.from + 12 > tfdt.to) throw new NotChunksError('a tfdt that is cut off');
  const start = version === 1 ? Number(view.getBigUint64(tfdt.from + 4)) : view.getUint32(tfdt.from + 4);
  return partOfTicks(ticks(start), timescale, partsPerSegment);
}

function findBox(view: DataView, from: number, to: number, type: number): { from: number; to: number } | undefined {
  for (let at = from; at + 8 <= to; ) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > to) throw new NotChunksError(`a box of ${size} bytes inside ${to - at}`);
    if (view.getUint32(at + 4) === type) return { from: at + 8, to: at + size };
    at += size;
  }
  return undefined;
}

function fourCc(text: string): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word = word * 256 + text.charCodeAt(i);
  return word;
}
