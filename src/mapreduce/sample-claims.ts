const CONTAINERS: readonly string[] = ['moov', 'trak', 'mdia', 'minf', 'stbl'];
const HEADER_BYTES = 8;
/** Sloppy writers count a little wrong. */
const SLACK = 2;

/** Of one track, in samples. */
interface Counts {
  /** With a size that the file has room for. */
  sized: number;
  /** With a time, and with a time to be shown at. */
  timed: number;
  shown: number;
}

/**
 * True when the index of an MP4 (its `moov` with its header) counts far more pictures than a file of `fileBytes` can
 * hold: whoever makes a list of them runs out of memory. Never throws on bad bytes.
 */
export function countsTooMany(moov: Uint8Array, fileBytes: number): boolean {
  // Where nothing is shown in another order than it comes, nobody makes a list: raw sound has any number of samples.
  return countsOf(moov, fileBytes).some(
    ({ sized, timed, shown }) => shown > 0 && Math.max(timed, shown) > sized * SLACK,
  );
}

/** Of every track. Not by recursion, because boxes in boxes may be deeper than any stack. */
function countsOf(moov: Uint8Array, fileBytes: number): readonly Counts[] {
  const view = new DataView(moov.buffer, moov.byteOffset, moov.byteLength);
  const all: Counts[] = [];
  for (let at = 0; at + HEADER_BYTES <= moov.length; ) {
    const bytes = view.getUint32(at);
    const type = String.fromCharCode(...moov.subarray(at + 4, at + HEADER_BYTES));
    const body = at + HEADER_BYTES;
    const end = Math.min(moov.length, at + bytes);
    const counts = all.at(-1);
    if (type === 'trak') all.push({ sized: 0, timed: 0, shown: 0 });
    else if (counts !== undefined && type === 'stsz') counts.sized = sizedSamples(view, body, end, fileBytes);
    else if (counts !== undefined && type === 'stz2') counts.sized = shortSizedSamples(view, body, end);
    else if (counts !== undefined && type === 'stts') counts.timed = runSamples(view, body, end);
    else if (counts !== undefined && type === 'ctts') counts.shown = runSamples(view, body, end);
    at = CONTAINERS.includes(type) ? body : at + Math.max(bytes, HEADER_BYTES);
  }
  return all;
}

/** `stsz`: flags, one size for all or 0, count, sizes. */
function sizedSamples(view: DataView, body: number, end: number, fileBytes: number): number {
  if (body + 12 > end) return 0;
  const size = view.getUint32(body + 4);
  const room = size === 0 ? (end - body - 12) / 4 : fileBytes / size;
  return Math.min(view.getUint32(body + 8), Math.floor(room));
}

/** `stz2`: flags, bits of a size, count, sizes. */
function shortSizedSamples(view: DataView, body: number, end: number): number {
  if (body + 12 > end) return 0;
  const sizeBits = Math.max(1, view.getUint8(body + 7));
  return Math.min(view.getUint32(body + 8), Math.floor(((end - body - 12) * 8) / sizeBits));
}

/** `stts` and `ctts`: flags, count, runs of a number of samples and something about them. */
function runSamples(view: DataView, body: number, end: number): number {
  let samples = 0;
  for (let at = body + 8; at + 8 <= end; at += 8) samples += view.getUint32(at);
  return samples;
}
