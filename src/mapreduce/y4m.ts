import { MAX_SIDE } from './file-claims.ts';

/** How the samples of a picture lie; names of WebCodecs. */
export type Y4mFormat = 'I420' | 'I422' | 'I444';

export interface Y4mHeader {
  readonly width: number;
  readonly height: number;
  readonly format: Y4mFormat;
  readonly pictureRate: number;
  /** Width of a pixel divided by its height. */
  readonly pixelAspect: number;
  /** Where the first picture's own header begins. */
  readonly headerBytes: number;
  /** Of one picture's samples. */
  readonly pictureBytes: number;
}

export type Y4mAnswer =
  | { readonly kind: 'header'; readonly header: Y4mHeader }
  /** Not a Y4M file at all. */
  | { readonly kind: 'other' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Every picture begins with these six bytes; parameters of single pictures are not taken. */
export const Y4M_PICTURE_MARK = 'FRAME\n';
/** Enough for the first line of any file. */
export const Y4M_LOOK_BYTES = 512;
const MAGIC = 'YUV4MPEG2 ';

const formatOf = (colour: string): Y4mFormat | undefined => {
  if (/^420(?:jpeg|mpeg2|paldv)?$/.test(colour)) return 'I420';
  if (colour === '422') return 'I422';
  return colour === '444' ? 'I444' : undefined;
};

const ratioOf = (text: string): number | undefined => {
  const [, above, below] = /^(\d{1,9}):(\d{1,9})$/.exec(text) ?? [];
  return above === undefined || Number(above) === 0 || Number(below) === 0 ? undefined : Number(above) / Number(below);
};

export function y4mPictureBytes(width: number, height: number, format: Y4mFormat): number {
  const half = (side: number): number => Math.ceil(side / 2);
  if (format === 'I420') return width * height + 2 * half(width) * half(height);
  return width * height + 2 * (format === 'I422' ? half(width) : width) * height;
}

/** Reads the first line of an uncompressed film; never throws on bad bytes. */
export function readY4mHeader(start: Uint8Array): Y4mAnswer {
  const text = String.fromCharCode(...start.subarray(0, Y4M_LOOK_BYTES));
  if (!text.startsWith(MAGIC)) return { kind: 'other' };
  const end = text.indexOf('\n');
  if (end < 0) return { kind: 'refused', reason: 'its first line does not end' };
  const words = text.slice(MAGIC.length, end).split(' ');
  const fieldOf = (letter: string): string | undefined => words.find((word) => word.startsWith(letter))?.slice(1);
  const [width, height] = [Number(fieldOf('W')), Number(fieldOf('H'))];
  const isSide = (side: number): boolean => Number.isInteger(side) && side >= 16 && side <= MAX_SIDE;
  if (!isSide(width) || !isSide(height))
    return { kind: 'refused', reason: `a picture has 16 to ${MAX_SIDE} pixels a side` };
  const pictureRate = ratioOf(fieldOf('F') ?? '');
  if (pictureRate === undefined) return { kind: 'refused', reason: 'it does not say how many pictures a second' };
  const colour = fieldOf('C') ?? '420';
  const format = formatOf(colour);
  if (format === undefined)
    return {
      kind: 'refused',
      reason: `its pictures are of the kind ${colour.slice(0, 16)}; 8 bits in 420, 422 or 444 are taken`,
    };
  const pixelAspect = ratioOf(fieldOf('A') ?? '1:1') ?? 1;
  const pictureBytes = y4mPictureBytes(width, height, format);
  return {
    kind: 'header',
    header: { width, height, format, pictureRate, pixelAspect, headerBytes: end + 1, pictureBytes },
  };
}

/** Whole pictures in a file of that size; a last one that is cut off does not count. */
export const y4mPictures = (header: Y4mHeader, fileBytes: number): number =>
  Math.max(0, Math.floor((fileBytes - header.headerBytes) / (Y4M_PICTURE_MARK.length + header.pictureBytes)));

/** Where the mark of picture `n` begins. */
export const y4mOffset = (header: Y4mHeader, n: number): number =>
  header.headerBytes + n * (Y4M_PICTURE_MARK.length + header.pictureBytes);
