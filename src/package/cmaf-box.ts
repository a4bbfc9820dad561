import { Box, DataStream } from 'mp4box';

/** A box that mp4box cannot write (esds, prft) or would not write byte for byte (avcC): its type and its payload. */
export function rawBox(type: string, payload: Uint8Array): Box {
  const box = new Box();
  box.type = type as Box['type'];
  // mp4box's types want a buffer of its own; the bytes are copied once here.
  box.data = new Uint8Array(payload);
  return box;
}

/** The bytes of boxes one after another. */
export function boxesToBytes(boxes: readonly Box[]): Uint8Array {
  const stream = new DataStream();
  for (const box of boxes) box.write(stream);
  return new Uint8Array(stream.buffer, 0, stream.byteLength);
}

/** Big-endian numbers, each with its width in bytes (1, 2, 3, 4), or bytes as they are. */
export function bigEndian(
  ...fields: readonly (readonly [value: number, bytes: 1 | 2 | 3 | 4] | Uint8Array)[]
): Uint8Array {
  const length = fields.reduce((sum, field) => sum + (field instanceof Uint8Array ? field.length : field[1]), 0);
  const out = new Uint8Array(length);
  let at = 0;
  for (const field of fields) {
    if (field instanceof Uint8Array) {
      out.set(field, at);
      at += field.length;
      continue;
    }
    const [value, bytes] = field;
    for (let i = bytes - 1; i >= 0; i--) out[at++] = Math.floor(value / 2 ** (8 * i)) & 0xff;
  }
  return out;
}
