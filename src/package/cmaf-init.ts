import { createFile } from 'mp4box';
import type { AudioTrack, VideoTrack } from '../protocol/track.ts';
import { bigEndian, boxesToBytes, rawBox } from './cmaf-box.ts';

/** Track numbers inside every file (SPEC PART6). */
export const VIDEO_TRACK_NUMBER = 1;
export const AUDIO_TRACK_NUMBER = 2;

/** ISO/IEC 23091-2 code points, as an H.264 encoder or a camera reports them. */
export interface Colour {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly isFullRange: boolean;
}

const BRANDS = ['iso6', 'cmfc', 'mp41'];

/** `init.mp4` of a picture track. `avcC` is kept byte for byte; width and height are ours, never the encoder's. */
export function writeVideoInit(
  track: Pick<VideoTrack, 'width' | 'height' | 'timescale' | 'bitrateBps'>,
  avcC: Uint8Array,
  colour?: Colour,
): Uint8Array {
  const file = createFile();
  file.addTrack({
    id: VIDEO_TRACK_NUMBER,
    type: 'avc1',
    hdlr: 'vide',
    name: 'Tabcast video',
    timescale: track.timescale,
    width: track.width,
    height: track.height,
    brands: BRANDS,
    description_boxes: [
      rawBox('avcC', avcC),
      ...(colour === undefined ? [] : [colrBox(colour)]),
      btrtBox(track.bitrateBps),
    ] as never,
  });
  return finish(file, 'und');
}

/** `init.mp4` of an AAC track; `config` is the AudioSpecificConfig of the encoder. */
export function writeAudioInit(
  track: Pick<AudioTrack, 'channels' | 'sampleRateHz' | 'timescale' | 'bitrateBps' | 'language'>,
  config: Uint8Array,
): Uint8Array {
  const file = createFile();
  file.addTrack({
    id: AUDIO_TRACK_NUMBER,
    type: 'mp4a',
    hdlr: 'soun',
    name: 'Tabcast sound',
    timescale: track.timescale,
    channel_count: track.channels,
    samplesize: 16,
    samplerate: track.sampleRateHz,
    brands: BRANDS,
    description_boxes: [esdsBox(config, track.bitrateBps), btrtBox(track.bitrateBps)] as never,
  });
  const header = file.moov.traks[0]?.tkhd;
  if (header !== undefined) {
    header.width = 0;
    header.height = 0;
  }
  return finish(file, track.language);
}

function finish(file: ReturnType<typeof createFile>, language: string): Uint8Array {
  for (const trak of file.moov.traks) {
    trak.mdia.mdhd.language = packLanguage(language);
    // mp4box always adds an extended language, and its own default at that.
    const boxes = trak.mdia.boxes?.filter((box) => box.type !== 'elng');
    if (boxes !== undefined) trak.mdia.boxes = boxes;
  }
  // mp4box puts mvex first; readers of CMAF expect the header first and mvex last.
  const order = ['mvhd', 'trak', 'mvex'];
  file.moov.boxes?.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  return boxesToBytes(file.boxes);
}

/** ISO 639-2 in three times five bits; anything that is not three letters is `und`. */
function packLanguage(language: string): number {
  const letters = /^[a-z]{3}$/.test(language) ? language : 'und';
  let packed = 0;
  for (let i = 0; i < 3; i++) packed = (packed << 5) | (letters.charCodeAt(i) - 0x60);
  return packed;
}

function colrBox(colour: Colour) {
  const nclx = Uint8Array.of(0x6e, 0x63, 0x6c, 0x78);
  return rawBox(
    'colr',
    bigEndian(
      nclx,
      [colour.primaries, 2],
      [colour.transfer, 2],
      [colour.matrix, 2],
      [colour.isFullRange ? 0x80 : 0, 1],
    ),
  );
}

function btrtBox(bitrateBps: number) {
  return rawBox('btrt', bigEndian([0, 4], [bitrateBps, 4], [bitrateBps, 4]));
}

/** ISO/IEC 14496-1 descriptors: ES (3) with decoder configuration (4) and specific info (5), and SL (6). */
function esdsBox(config: Uint8Array, bitrateBps: number) {
  const AAC_OBJECT_TYPE = 0x40;
  const AUDIO_STREAM = (5 << 2) | 1;
  const specific = descriptor(5, config);
  const decoder = descriptor(
    4,
    bigEndian([AAC_OBJECT_TYPE, 1], [AUDIO_STREAM, 1], [0, 3], [bitrateBps, 4], [bitrateBps, 4], specific),
  );
  const stream = descriptor(3, bigEndian([AUDIO_TRACK_NUMBER, 2], [0, 1], decoder, descriptor(6, Uint8Array.of(2))));
  return rawBox('esds', bigEndian([0, 4], stream));
}

/** Every length is below 128 here, so one byte says it. */
function descriptor(tag: number, body: Uint8Array): Uint8Array {
  return bigEndian([tag, 1], [body.length, 1], body);
}
