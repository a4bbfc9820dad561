const MOOV = 0x6d6f_6f76;
const LONG_HEADER_BYTES = 16;
/** Of a film of a whole day it has less. */
const MAX_MOOV_BYTES = 256 * 1024 * 1024;
/** In front of an index; fragments come behind it. */
const MAX_BOXES = 1000;

/** The `moov` of an MP4 or MOV with its header; undefined in any other file. */
export async function readMoov(file: Blob): Promise<Uint8Array | undefined> {
  for (let at = 0, boxes = 0; at + 8 <= file.size && boxes < MAX_BOXES; boxes++) {
    const header = new DataView(await file.slice(at, at + LONG_HEADER_BYTES).arrayBuffer());
    const bytes = boxBytes(header, file.size - at);
    if (header.getUint32(4) === MOOV)
      return bytes > MAX_MOOV_BYTES ? undefined : new Uint8Array(await file.slice(at, at + bytes).arrayBuffer());
    if (bytes < 8) return undefined;
    at += bytes;
  }
  return undefined;
}

/** 0: to the end of the file; 1: said behind the type, in eight bytes. */
function boxBytes(header: DataView, leftBytes: number): number {
  const bytes = header.getUint32(0);
  if (bytes === 0) return leftBytes;
  return bytes === 1 && header.byteLength === LONG_HEADER_BYTES ? Number(header.getBigUint64(8)) : bytes;
}
