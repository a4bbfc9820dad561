import { type Box, boxType, fullBox, listBoxes, u16, u32 } from './check-boxes.ts';

export const MAX_INIT_BYTES = 64 * 1024;

/** Values a `trun` may leave out, from `trex`. */
export interface SampleDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

/** What an init segment says about its one track. */
export interface InitFacts {
  readonly trackNumber: number;
  readonly timescale: number;
  readonly defaults: SampleDefaults;
  readonly media:
    | {
        readonly kind: 'video';
        readonly codecs: string;
        readonly width: number;
        readonly height: number;
        /** The decoder configuration: what every segment of the track must fit. */
        readonly avcC: Uint8Array;
      }
    | { readonly kind: 'audio' };
}

export type InitCheck =
  | { readonly kind: 'ok'; readonly facts: InitFacts }
  | { readonly kind: 'bad'; readonly reason: string };

type Found = { readonly kind: 'ok'; readonly box: Box } | { readonly kind: 'bad'; readonly reason: string };

const bad = (reason: string) => ({ kind: 'bad', reason }) as const;

function onlyChild(bytes: Uint8Array, parent: Box, type: string, skip = 0): Found {
  const list = listBoxes(bytes, parent.body + skip, parent.end);
  if (list.kind === 'bad') return bad(`in ${parent.type}: ${list.reason}`);
  const found = list.boxes.filter((box) => box.type === type);
  const [box] = found;
  if (box === undefined || found.length > 1) return bad(`${parent.type} holds ${found.length} ${type} boxes, not one`);
  return { kind: 'ok', box };
}

function follow(bytes: Uint8Array, from: Box, ...path: readonly string[]): Found {
  let box = from;
  for (const type of path) {
    const next = onlyChild(bytes, box, type);
    if (next.kind === 'bad') return next;
    box = next.box;
  }
  return { kind: 'ok', box };
}

const hex = (value: number): string => value.toString(16).padStart(2, '0');

/** 78 bytes of VisualSampleEntry lie before its boxes, 28 of AudioSampleEntry (ISO/IEC 14496-12 12.1.3, 12.2.3). */
const VISUAL_ENTRY_BYTES = 78;
const AUDIO_ENTRY_BYTES = 28;

function sampleEntry(bytes: Uint8Array, stsd: Box): InitFacts['media'] | string {
  const head = fullBox(bytes, stsd);
  if (head === undefined || stsd.end - head.body < 4) return 'stsd is too short';
  const list = listBoxes(bytes, head.body + 4, stsd.end);
  if (list.kind === 'bad') return `in stsd: ${list.reason}`;
  const [entry] = list.boxes;
  if (entry === undefined || list.boxes.length !== 1) return `stsd holds ${list.boxes.length} sample entries, not one`;
  if (entry.type === 'avc1' || entry.type === 'avc3') {
    if (entry.end - entry.body < VISUAL_ENTRY_BYTES) return `${entry.type} is too short`;
    const avcC = onlyChild(bytes, entry, 'avcC', VISUAL_ENTRY_BYTES);
    if (avcC.kind === 'bad') return avcC.reason;
    const { body, end } = avcC.box;
    if (end - body < 7 || bytes[body] !== 1) return 'avcC is not version 1';
    const profile = hex(bytes[body + 1] ?? 0) + hex(bytes[body + 2] ?? 0) + hex(bytes[body + 3] ?? 0);
    return {
      kind: 'video',
      codecs: `${entry.type}.${profile}`,
      width: u16(bytes, entry.body + 24),
      height: u16(bytes, entry.body + 26),
      avcC: bytes.subarray(body, end),
    };
  }
  if (entry.type === 'mp4a') {
    if (entry.end - entry.body < AUDIO_ENTRY_BYTES) return 'mp4a is too short';
    const esds = onlyChild(bytes, entry, 'esds', AUDIO_ENTRY_BYTES);
    return esds.kind === 'bad' ? esds.reason : { kind: 'audio' };
  }
  return `sample entry ${entry.type} is not taken; send avc1 or mp4a`;
}

function trackHeader(bytes: Uint8Array, moov: Box): { trackNumber: number; timescale: number; trak: Box } | string {
  const trak = onlyChild(bytes, moov, 'trak');
  if (trak.kind === 'bad') return trak.reason;
  const inTrak = listBoxes(bytes, trak.box.body, trak.box.end);
  if (inTrak.kind === 'bad') return inTrak.reason;
  if (inTrak.boxes.some((box) => box.type === 'edts')) return 'an edit list is not allowed';
  const tkhd = onlyChild(bytes, trak.box, 'tkhd');
  const mdhd = follow(bytes, trak.box, 'mdia', 'mdhd');
  if (tkhd.kind === 'bad') return tkhd.reason;
  if (mdhd.kind === 'bad') return mdhd.reason;
  const tkhdHead = fullBox(bytes, tkhd.box);
  const mdhdHead = fullBox(bytes, mdhd.box);
  if (tkhdHead === undefined || tkhd.box.end - tkhdHead.body < 20) return 'tkhd is too short';
  if (mdhdHead === undefined || mdhd.box.end - mdhdHead.body < 20) return 'mdhd is too short';
  return {
    trackNumber: u32(bytes, tkhdHead.body + (tkhdHead.version === 1 ? 16 : 8)),
    timescale: u32(bytes, mdhdHead.body + (mdhdHead.version === 1 ? 16 : 8)),
    trak: trak.box,
  };
}

/** SPEC PART6: `ftyp` and `moov` with one `trak` and `mvex`; no edit list. Never throws. */
export function checkInit(bytes: Uint8Array): InitCheck {
  if (bytes.length > MAX_INIT_BYTES) return bad(`an init segment has at most ${MAX_INIT_BYTES} bytes`);
  const top = listBoxes(bytes, 0, bytes.length);
  if (top.kind === 'bad') return top;
  const types = top.boxes.map((box) => box.type).join(' ');
  const moov = top.boxes[1];
  if (types !== 'ftyp moov' || moov === undefined) return bad(`expected ftyp moov, found ${types || 'nothing'}`);
  const header = trackHeader(bytes, moov);
  if (typeof header === 'string') return bad(header);
  const stsd = follow(bytes, header.trak, 'mdia', 'minf', 'stbl', 'stsd');
  if (stsd.kind === 'bad') return stsd;
  const hdlr = follow(bytes, header.trak, 'mdia', 'hdlr');
  if (hdlr.kind === 'bad') return hdlr;
  const media = sampleEntry(bytes, stsd.box);
  if (typeof media === 'string') return bad(media);
  const handler = hdlr.box.end - hdlr.box.body < 12 ? '' : boxType(bytes, hdlr.box.body + 8);
  if (handler !== (media.kind === 'video' ? 'vide' : 'soun')) return bad('hdlr and sample entry do not agree');
  if (header.trackNumber !== (media.kind === 'video' ? 1 : 2)) return bad(`track number is ${header.trackNumber}`);
  const trex = follow(bytes, moov, 'mvex', 'trex');
  if (trex.kind === 'bad') return trex;
  const trexHead = fullBox(bytes, trex.box);
  if (trexHead === undefined || trex.box.end - trexHead.body < 20) return bad('trex is too short');
  if (u32(bytes, trexHead.body) !== header.trackNumber) return bad('trex names another track');
  return {
    kind: 'ok',
    facts: {
      trackNumber: header.trackNumber,
      timescale: header.timescale,
      defaults: {
        duration: u32(bytes, trexHead.body + 8),
        size: u32(bytes, trexHead.body + 12),
        flags: u32(bytes, trexHead.body + 16),
      },
      media,
    },
  };
}
