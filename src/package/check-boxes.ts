/**
 * A bounded reader of ISO BMFF boxes that trusts nothing: sizes are checked before anything is read, a list of boxes
 * never holds more than `MAX_BOXES`, and bad bytes give a reason, not an exception.
 */
export interface Box {
  readonly type: string;
  /** Offset of the box header in the checked bytes. */
  readonly start: number;
  /** First byte after the header. */
  readonly body: number;
  /** First byte after the box. */
  readonly end: number;
}

export type BoxList =
  | { readonly kind: 'boxes'; readonly boxes: readonly Box[] }
  | { readonly kind: 'bad'; readonly reason: string };

const HEADER_BYTES = 8;
const MAX_BOXES = 64;

/** The caller has checked the bounds; `DataView` would throw and cost an object per part. */
export const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
export const u32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 0x1000000 + (((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
/** May exceed 2^53; whoever uses it as a time checks `Number.isSafeInteger`. */
export const u64 = (bytes: Uint8Array, at: number): number => u32(bytes, at) * 0x100000000 + u32(bytes, at + 4);

const PRINTABLE = /^[ -~]{4}$/;

export const boxType = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);

/** The boxes that fill `[from, to)` exactly, one after the other. 64-bit and open-ended sizes are refused. */
export function listBoxes(bytes: Uint8Array, from: number, to: number): BoxList {
  const boxes: Box[] = [];
  let at = from;
  while (at < to) {
    if (boxes.length === MAX_BOXES) return { kind: 'bad', reason: `more than ${MAX_BOXES} boxes in one place` };
    if (to - at < HEADER_BYTES) return { kind: 'bad', reason: `${to - at} bytes at ${at} are too few for a box` };
    const size = u32(bytes, at);
    const type = boxType(bytes, at + 4);
    const name = PRINTABLE.test(type) ? type : '????';
    if (size < HEADER_BYTES) return { kind: 'bad', reason: `box ${name} at ${at} has size ${size}` };
    if (size > to - at) return { kind: 'bad', reason: `box ${name} at ${at} says ${size} bytes, ${to - at} are there` };
    boxes.push({ type: name, start: at, body: at + HEADER_BYTES, end: at + size });
    at += size;
  }
  return { kind: 'boxes', boxes };
}

/** `version` and `flags` of a full box; undefined when the box is too short to have them. */
export function fullBox(bytes: Uint8Array, box: Box): { version: number; flags: number; body: number } | undefined {
  if (box.end - box.body < 4) return undefined;
  const word = u32(bytes, box.body);
  return { version: word >>> 24, flags: word & 0xffffff, body: box.body + 4 };
}
