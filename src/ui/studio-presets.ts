import { ENCODER_NAMES, type EncoderName } from '../encode/encoder-choice.ts';
import { GOP_SECONDS, type GopSeconds, PARTS_PER_SEGMENT, type PartsPerSegment } from '../protocol/grid.ts';

/** What the address of the studio page may ask for, `/studio?ladder=720,480,360&parts=300&gop=1&calm=60&spool=500&encoder=wasm`. */
export interface StudioPresets {
  /** Heights to encode whatever the probes say; undefined lets the probes choose. */
  readonly heights: readonly number[] | undefined;
  readonly partsPerSegment: PartsPerSegment;
  readonly gopSeconds: GopSeconds;
  /** Seconds without trouble after which a quality that rests comes back. */
  readonly calmSeconds: number | undefined;
  /** The one that the address names; all, best first, when it names none. */
  readonly encoders: readonly EncoderName[];
  /** Room for what is not sent, in megabytes; undefined: what the browser gives. */
  readonly spoolMegabytes: number | undefined;
}

const numberOf = (text: string | null): number | undefined =>
  text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined;

/** Anything not understood is left out: an address must never keep somebody from going live. */
export function readPresets(search: URLSearchParams): StudioPresets {
  const heights = (search.get('ladder') ?? '')
    .split(',')
    .map(Number)
    .filter((height) => Number.isInteger(height) && height > 0);
  const encoder = ENCODER_NAMES.find((name) => name === search.get('encoder'));
  return {
    encoders: encoder === undefined ? ENCODER_NAMES : [encoder],
    heights: heights.length > 0 ? heights : undefined,
    partsPerSegment: PARTS_PER_SEGMENT.find((parts) => String(parts) === search.get('parts')) ?? 100,
    calmSeconds: numberOf(search.get('calm')),
    spoolMegabytes: numberOf(search.get('spool')),
    gopSeconds: GOP_SECONDS.find((seconds) => String(seconds) === search.get('gop')) ?? 2,
  };
}
