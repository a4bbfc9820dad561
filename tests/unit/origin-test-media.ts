import { createHash } from 'node:crypto';
import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  type Grid,
  partStartTicks,
  VIDEO_TIMESCALE,
} from '../../src/protocol/grid.ts';
import type { Part } from '../../src/protocol/part.ts';
import { type AudioTrack, TRACK_ID_PATTERN, type VideoTrack } from '../../src/protocol/track.ts';

// The smallest CMAF that obeys SPEC PART1..PART6: real boxes around filled samples. Not for decoders.

/** What `fetch` takes as a body. */
export type Bytes = Buffer<ArrayBuffer>;

export const u32 = (...values: number[]): Bytes => {
  const out = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) out.writeUInt32BE(value >>> 0, i * 4);
  return out;
};

export const box = (type: string, ...bodies: readonly Buffer[]): Bytes => {
  const body = Buffer.concat(bodies);
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body]);
};

const full = (type: string, version: number, flags: number, ...bodies: readonly Buffer[]): Bytes =>
  box(type, u32(version * 2 ** 24 + flags), ...bodies);

export const videoTrack = (height: number, frameRate: Grid['frameRate'] = 30): VideoTrack => ({
  kind: 'video',
  id: `v${height}`,
  codecs: 'avc1.42c01f',
  width: height * 2,
  height,
  frameRate,
  bitrateBps: 500_000,
  timescale: 90_000,
});

export const audioTrack: AudioTrack = {
  kind: 'audio',
  id: 'a128',
  codecs: 'mp4a.40.2',
  sampleRateHz: 48_000,
  channels: 2,
  bitrateBps: 128_000,
  timescale: 48_000,
  language: 'und',
};

export function initOf(track: VideoTrack | AudioTrack, moovExtra: readonly Buffer[] = []): Bytes {
  const isVideo = track.kind === 'video';
  const number = isVideo ? 1 : 2;
  const profile = Buffer.from(isVideo ? (track.codecs.split('.')[1] ?? '') : '', 'hex');
  const avcC = box('avcC', Buffer.concat([Buffer.of(1), profile, Buffer.of(0xff, 0xe0, 0)]));
  const size = Buffer.alloc(78);
  if (isVideo) {
    size.writeUInt16BE(track.width, 24);
    size.writeUInt16BE(track.height, 26);
  }
  const entry = isVideo ? box('avc1', size, avcC) : box('mp4a', Buffer.alloc(28), full('esds', 0, 0, u32(0)));
  const handler = Buffer.from(isVideo ? 'vide' : 'soun', 'latin1');
  const mdia = box(
    'mdia',
    full('mdhd', 0, 0, u32(0, 0, track.timescale, 0, 0)),
    full('hdlr', 0, 0, u32(0), handler, u32(0, 0, 0), Buffer.alloc(1)),
    box('minf', box('stbl', full('stsd', 0, 0, u32(1), entry))),
  );
  const trak = box('trak', full('tkhd', 0, 3, u32(0, 0, number, 0, 0), Buffer.alloc(60)), mdia);
  const trex = full('trex', 0, 0, u32(number, 1, 0, 0, 0));
  const moov = box('moov', full('mvhd', 0, 0, Buffer.alloc(96)), trak, box('mvex', trex), ...moovExtra);
  return Buffer.concat([box('ftyp', Buffer.from('cmfc\0\0\0\0cmfciso6', 'latin1')), moov]);
}

export interface PartTweak {
  readonly tfdt?: number;
  readonly sync?: boolean;
  readonly trackNumber?: number;
  readonly sampleBytes?: number;
  readonly sampleCount?: number;
  /** For how many frames each sample lasts; one when not said. */
  readonly lasting?: readonly number[];
  readonly prftFlags?: number;
  readonly dataOffset?: number;
  readonly hasStyp?: boolean;
}

/** Bytes of part `part`; with `tweak` one thing in it is not as it should be. */
export function partBytes(track: string, part: number, grid: Grid, tweak: PartTweak = {}): Bytes {
  if (!TRACK_ID_PATTERN.test(track)) throw new Error(`${track} is no track`);
  const isVideo = track.startsWith('v');
  const timescale = isVideo ? VIDEO_TIMESCALE : AUDIO_TIMESCALE;
  const frame = isVideo ? VIDEO_TIMESCALE / grid.frameRate : AAC_FRAME_SAMPLES;
  const from = Math.ceil(partStartTicks(part, timescale, grid.partsPerSegment) / frame) * frame;
  const to = Math.ceil(partStartTicks(part + 1, timescale, grid.partsPerSegment) / frame) * frame;
  const count = tweak.lasting?.length ?? tweak.sampleCount ?? (to - from) / frame;
  const size = tweak.sampleBytes ?? 40;
  const number = tweak.trackNumber ?? (isVideo ? 1 : 2);
  const start = tweak.tfdt ?? from;
  const isSync = tweak.sync ?? (!isVideo || from % (grid.gopSeconds * timescale) === 0);
  const styp = box('styp', Buffer.from('msdh\0\0\0\0msdhmsix', 'latin1'));
  const prft = full('prft', 1, tweak.prftFlags ?? 24, u32(number, 0, 0, Math.floor(start / 2 ** 32), start));
  const rows = Array.from({ length: count }, (_, i) =>
    u32(frame * (tweak.lasting?.[i] ?? 1), size, i === 0 && isSync ? 0x02000000 : 0x01010000),
  );
  const moofWith = (dataOffset: number): Bytes =>
    box(
      'moof',
      full('mfhd', 0, 0, u32(part + 1)),
      box(
        'traf',
        full('tfhd', 0, 0x020000, u32(number)),
        full('tfdt', 1, 0, u32(Math.floor(start / 2 ** 32), start)),
        full('trun', 0, 0x000701, u32(count, dataOffset), ...rows),
      ),
    );
  const moof = moofWith(tweak.dataOffset ?? moofWith(0).length + 8);
  const samples = Buffer.alloc(count * size, (part * 7 + track.length) & 0xff);
  const hasStyp = tweak.hasStyp ?? part % grid.partsPerSegment === 0;
  return Buffer.concat([...(hasStyp ? [styp] : []), prft, moof, box('mdat', samples)]);
}

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export const contentDigest = (bytes: Uint8Array): string => `sha-256=:${sha256(bytes).toString('base64')}:`;

export function partOf(track: string, part: number, grid: Grid, tweak: PartTweak = {}): Part {
  const bytes = partBytes(track, part, grid, tweak);
  return { track, part, bytes, digest: sha256(bytes) };
}
