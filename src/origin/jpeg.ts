export interface JpegSize {
  readonly width: number;
  readonly height: number;
}

const START_OF_FRAME = new Set([0xc0, 0xc1, 0xc2]);

/**
 * The size that a JPEG's frame header says; undefined for anything that does not begin, go on segment by segment, and
 * end as a JPEG does. Nothing is decoded.
 */
export function jpegSize(bytes: Buffer): JpegSize | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8 || bytes.readUInt16BE(bytes.length - 2) !== 0xffd9)
    return undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    if (START_OF_FRAME.has(marker)) {
      if (at + 9 > bytes.length) return undefined;
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    at += 2 + length;
  }
  return undefined;
}
