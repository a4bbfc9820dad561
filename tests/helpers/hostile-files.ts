import { readFile } from 'node:fs/promises';
import { numberedFile } from './numbered-file.ts';

const UINT32_MAX = 0xffff_ffff;
const BOX_HEADER_BYTES = 8;
const SAMPLE_TABLE = ['moov', 'trak', 'mdia', 'minf', 'stbl'];
const NESTED = 100_000;

const UNREADABLE = /cannot be read as a video\. It may be damaged/;
const UNDECODABLE = /cannot be decoded\. It may be damaged/;
const NO_PICTURE = /no picture in this file/;

export interface HostileFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** To the person. */
  readonly says: RegExp;
}

interface Place {
  readonly at: number;
  readonly end: number;
}

function boxIn(bytes: Buffer, { at, end }: Place, type: string): Place {
  for (let from = at; from + BOX_HEADER_BYTES <= end; ) {
    const size = bytes.readUInt32BE(from);
    if (bytes.toString('latin1', from + 4, from + 8) === type) return { at: from, end: from + size };
    from += Math.max(size, BOX_HEADER_BYTES);
  }
  throw new Error(`no ${type} in the file`);
}

/** The box at the end of the path, with its header. */
function boxAt(bytes: Buffer, path: readonly string[]): Place {
  let place: Place = { at: 0, end: bytes.length };
  for (const [i, type] of path.entries())
    place = boxIn(bytes, i === 0 ? place : { at: place.at + BOX_HEADER_BYTES, end: place.end }, type);
  return place;
}

/** A copy with other bytes at `offset` behind the header of the box. */
function changed(whole: Buffer, path: readonly string[], offset: number, ...words: readonly number[]): Buffer {
  const bytes = Buffer.from(whole);
  const { at } = boxAt(bytes, path);
  for (const [i, word] of words.entries()) bytes.writeUInt32BE(word >>> 0, at + BOX_HEADER_BYTES + offset + 4 * i);
  return bytes;
}

const box = (type: string, ...contents: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  const header = Buffer.alloc(BOX_HEADER_BYTES);
  header.writeUInt32BE(BOX_HEADER_BYTES + body.length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, body]);
};

/** Boxes in boxes, each eight bytes longer than what is in it. */
function nested(depth: number): Buffer {
  const bytes = Buffer.alloc(depth * BOX_HEADER_BYTES);
  for (let i = 0; i < depth; i++) {
    bytes.writeUInt32BE((depth - i) * BOX_HEADER_BYTES, i * BOX_HEADER_BYTES);
    bytes.write('mdia', i * BOX_HEADER_BYTES + 4, 'latin1');
  }
  return bytes;
}

/** Files as no camera writes them: of a whole one with its index in front, all that can be wrong with it. */
export async function hostileFiles(): Promise<readonly HostileFile[]> {
  const film = { size: '426x240', rate: 25, seconds: 3, hasSound: false } as const;
  const coding = '-c:v libx264 -preset ultrafast -bf 2 -b_strategy 0 -g 25';
  const [front, back, matroska, raw] = await Promise.all([
    numberedFile({ ...film, output: `${coding} -movflags +faststart`, extension: 'mp4' }).then((path) =>
      readFile(path),
    ),
    numberedFile({ ...film, output: coding, extension: 'mp4' }).then((path) => readFile(path)),
    numberedFile({ ...film, output: coding, extension: 'mkv' }).then((path) => readFile(path)),
    numberedFile({ ...film, output: '-pix_fmt yuv420p', extension: 'y4m' }).then((path) => readFile(path)),
  ]);
  const index = boxAt(front, ['moov']);
  const data = boxAt(front, ['mdat']);
  const noise = Buffer.from(front).fill(0xa5, data.at + BOX_HEADER_BYTES, data.end);
  const stts = [...SAMPLE_TABLE, 'stts'];
  return [
    { name: 'letter.mp4', bytes: Buffer.from('Dear Sir or Madam, '.repeat(999)), says: UNREADABLE },
    { name: 'nothing.mp4', bytes: Buffer.alloc(0), says: UNREADABLE },
    { name: 'index at the end, cut.mp4', bytes: back.subarray(0, back.length / 2), says: NO_PICTURE },
    {
      name: 'no index.mp4',
      bytes: Buffer.concat([front.subarray(0, index.at), front.subarray(index.end)]),
      says: NO_PICTURE,
    },
    { name: 'pictures cut away.mp4', bytes: front.subarray(0, data.at + BOX_HEADER_BYTES + 100), says: UNDECODABLE },
    { name: 'pictures that are noise.mp4', bytes: noise, says: UNDECODABLE },
    { name: 'a box of no size.mp4', bytes: changed(front, ['moov', 'trak'], -BOX_HEADER_BYTES, 0), says: NO_PICTURE },
    { name: 'an index that is nothing but boxes.mp4', bytes: box('moov', nested(NESTED)), says: UNREADABLE },
    {
      name: 'an index of four gigabytes.mp4',
      bytes: changed(front, ['moov'], -BOX_HEADER_BYTES, UINT32_MAX),
      says: NO_PICTURE,
    },
    { name: 'four billion samples.mp4', bytes: changed(front, stts, 8, UINT32_MAX), says: UNREADABLE },
    {
      name: 'samples of four billion ticks.mp4',
      bytes: changed(front, stts, 8, 75, UINT32_MAX),
      says: /longer than 11 days/,
    },
    {
      name: 'terabytes of samples.mp4',
      bytes: changed(front, [...SAMPLE_TABLE, 'stsz'], 4, UINT32_MAX),
      says: UNREADABLE,
    },
    {
      name: 'four billion sizes.mp4',
      bytes: changed(front, [...SAMPLE_TABLE, 'stsz'], 8, UINT32_MAX),
      says: UNREADABLE,
    },
    {
      name: 'samples beyond the end.mp4',
      bytes: changed(front, [...SAMPLE_TABLE, 'stco'], 8, UINT32_MAX),
      says: UNDECODABLE,
    },
    {
      name: 'a clock that stands.mp4',
      bytes: changed(front, ['moov', 'trak', 'mdia', 'mdhd'], 12, 0),
      says: UNREADABLE,
    },
    { name: 'cut.mkv', bytes: matroska.subarray(0, 200), says: NO_PICTURE },
    { name: 'no whole picture.y4m', bytes: raw.subarray(0, 1000), says: /no whole picture/ },
    {
      name: 'larger than it is.y4m',
      bytes: Buffer.concat([Buffer.from('YUV4MPEG2 W640 H360 F25:1\n'), raw.subarray(raw.indexOf('FRAME'))]),
      says: /Picture 3 .* does not begin where it should/,
    },
    {
      name: 'a hundred thousand wide.y4m',
      bytes: Buffer.from('YUV4MPEG2 W100000 H100000 F25:1\nFRAME\n'),
      says: /16 to 16384 pixels a side/,
    },
  ];
}
