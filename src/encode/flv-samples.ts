/** What FFmpeg's FLV muxer says about H.264 (FLV specification 10.1, annex E.4.3): AVCC bytes, nothing held back. */
export type FlvSample =
  | { readonly kind: 'config'; readonly avcC: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'frame'; readonly isKey: boolean; readonly data: Uint8Array<ArrayBuffer> };

/** File header and the size of "the tag before" that follows it. */
const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;
const TAG_SIZE_BYTES = 4;
const VIDEO_TAG = 9;
/** Frame type and codec, packet type, composition offset. */
const VIDEO_HEADER_BYTES = 5;
const KEY_FRAME = 1;
const PACKET_CONFIG = 0;
const PACKET_FRAME = 1;

/** Reads the stream in pieces of any size. */
export class FlvSamples {
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  #hasHeader = false;

  /** Everything that is complete with these bytes, in order. Keeps a copy of what is not. */
  push(bytes: Uint8Array): readonly FlvSample[] {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const found: FlvSample[] = [];
    let at = 0;
    if (!this.#hasHeader) {
      if (all.length < FILE_HEADER_BYTES) {
        this.#rest = all;
        return found;
      }
      this.#hasHeader = true;
      at = FILE_HEADER_BYTES;
    }
    while (at + TAG_HEADER_BYTES <= all.length) {
      const size = ((all[at + 1] ?? 0) << 16) | ((all[at + 2] ?? 0) << 8) | (all[at + 3] ?? 0);
      const body = at + TAG_HEADER_BYTES;
      const end = body + size + TAG_SIZE_BYTES;
      if (end > all.length) break;
      const sample = all[at] === VIDEO_TAG ? videoSample(all.subarray(body, body + size)) : undefined;
      if (sample !== undefined) found.push(sample);
      at = end;
    }
    this.#rest = all.slice(at);
    return found;
  }
}

function videoSample(body: Uint8Array<ArrayBuffer>): FlvSample | undefined {
  const data = body.slice(VIDEO_HEADER_BYTES);
  if (body[1] === PACKET_CONFIG) return { kind: 'config', avcC: data };
  if (body[1] !== PACKET_FRAME) return undefined;
  return { kind: 'frame', isKey: (body[0] ?? 0) >> 4 === KEY_FRAME, data };
}
