const NAL_TYPE = 0x1f;
const SPS = 7;
/** profile, compatibility, level: the same three bytes in the record and right after an SPS's own header. */
const HEAD_BYTES = 4;
const FIRST_SET = 6;

export const isSameConfig = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/**
 * The parameter sets of a configuration as they stand in a sample, each with its length in four bytes. In front of a
 * key frame they take effect from there on, whatever the init segment says.
 */
export function parameterSets(avcC: Uint8Array): Uint8Array {
  const out: number[] = [];
  let at = FIRST_SET - 1;
  for (const mask of [0x1f, 0xff]) {
    for (let left = (avcC[at++] ?? 0) & mask; left > 0; left--) {
      const length = ((avcC[at] ?? 0) << 8) | (avcC[at + 1] ?? 0);
      out.push(0, 0, length >> 8, length & 0xff, ...avcC.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return Uint8Array.from(out);
}

/**
 * An encoder's decoder configuration (ISO/IEC 14496-15, AVCDecoderConfigurationRecord) as it should be. Firefox writes
 * the header byte of every parameter set twice and leaves reserved bits at zero; strict readers refuse that. Records
 * that are right come back unchanged, as does what is none.
 */
export function mendAvcC(avcC: Uint8Array): Uint8Array {
  if (avcC.length < FIRST_SET + 3 || avcC[0] !== 1) return avcC;
  const spsAt = FIRST_SET + 2;
  const isDoubled =
    avcC[spsAt] === avcC[spsAt + 1] &&
    ((avcC[spsAt] ?? 0) & NAL_TYPE) === SPS &&
    [1, 2, 3].every((i) => avcC[i] === avcC[spsAt + 1 + i]);
  const out = [...avcC.subarray(0, HEAD_BYTES), (avcC[4] ?? 0) | 0xfc];
  let at = 5;
  for (const reserved of [0xe0, 0x00]) {
    const counted = avcC[at++];
    if (counted === undefined) return avcC;
    out.push(counted | reserved);
    for (let left = counted & ~reserved; left > 0; left--) {
      const length = ((avcC[at] ?? 0) << 8) | (avcC[at + 1] ?? 0);
      const set = avcC.subarray(at + 2, at + 2 + length);
      if (set.length !== length || length < 2) return avcC;
      const mended = isDoubled ? set.subarray(1) : set;
      out.push(mended.length >> 8, mended.length & 0xff, ...mended);
      at += 2 + length;
    }
  }
  return Uint8Array.from([...out, ...avcC.subarray(at)]);
}

/** A key frame with parameter sets in front of it. */
export function withSets(sets: Uint8Array, frame: Uint8Array): Uint8Array {
  const out = new Uint8Array(sets.length + frame.length);
  out.set(sets);
  out.set(frame, sets.length);
  return out;
}

/** A sample whose NAL units begin with a start code instead of their length in four bytes. */
export function withStartCodes(sample: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(sample);
  const view = new DataView(out.buffer);
  for (let at = 0; at + 4 <= out.length; ) {
    const next = at + 4 + view.getUint32(at);
    view.setUint32(at, 1);
    at = next;
  }
  return out;
}
