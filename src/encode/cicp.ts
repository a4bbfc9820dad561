/** The names WebCodecs gives to colours, as ISO/IEC 23091-2 code points; 2 means unspecified. */
const PRIMARIES: Readonly<Record<string, number>> = { bt709: 1, bt470bg: 5, smpte170m: 6, bt2020: 9, smpte432: 12 };
const TRANSFERS: Readonly<Record<string, number>> = {
  bt709: 1,
  smpte170m: 6,
  linear: 8,
  'iec61966-2-1': 13,
  pq: 16,
  hlg: 18,
};
const MATRICES: Readonly<Record<string, number>> = { rgb: 0, bt709: 1, bt470bg: 5, smpte170m: 6, 'bt2020-ncl': 9 };
const UNSPECIFIED = 2;

/** The four fields of a `VideoColorSpaceInit`; this folder does not know the browser's types. */
export interface NamedColour {
  readonly primaries?: string | null;
  readonly transfer?: string | null;
  readonly matrix?: string | null;
  readonly fullRange?: boolean | null;
}

export interface ColourCodes {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly isFullRange: boolean;
}

/** Undefined when nothing is known, so that no `colr` box claims what nobody said. */
export function colourCodes(colour: NamedColour | undefined): ColourCodes | undefined {
  if (colour === undefined) return undefined;
  const primaries = PRIMARIES[colour.primaries ?? ''] ?? UNSPECIFIED;
  const transfer = TRANSFERS[colour.transfer ?? ''] ?? UNSPECIFIED;
  const matrix = MATRICES[colour.matrix ?? ''] ?? UNSPECIFIED;
  if (primaries === UNSPECIFIED && transfer === UNSPECIFIED && matrix === UNSPECIFIED) return undefined;
  return { primaries, transfer, matrix, isFullRange: colour.fullRange ?? false };
}
