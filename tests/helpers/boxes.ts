import { createFile, MP4BoxBuffer } from 'mp4box';

/** One CMAF chunk as mp4box reads it. Times in ticks of the track. */
export interface ReadChunk {
  readonly boxTypes: readonly string[];
  readonly sequenceNumber: number;
  readonly trackNumber: number;
  readonly isBaseMoof: boolean;
  readonly startTicks: number;
  readonly endTicks: number;
  readonly sampleBytes: readonly number[];
  readonly sampleTicks: readonly number[];
  readonly isFirstSync: boolean;
  /** Wall clock of the first sample, milliseconds since 1970; undefined without `prft`. */
  readonly capturedAtMs: number | undefined;
}

interface ParsedBox {
  readonly type: string;
  readonly start: number;
  readonly size: number;
}

interface ParsedMoof extends ParsedBox {
  readonly mfhd: { readonly sequence_number: number };
  readonly trafs: readonly {
    readonly tfhd: {
      readonly track_id: number;
      readonly flags: number;
      readonly default_sample_duration: number;
      readonly default_sample_size: number;
      readonly default_sample_flags: number;
    };
    readonly tfdt: { readonly baseMediaDecodeTime: number };
    readonly truns: readonly {
      readonly sample_count: number;
      readonly sample_duration: readonly number[];
      readonly sample_size: readonly number[];
      readonly sample_flags: readonly number[];
      readonly first_sample_flags: number;
      readonly flags: number;
    }[];
  }[];
}

const DEFAULT_BASE_IS_MOOF = 0x2_0000;
const TRUN_FIRST_SAMPLE_FLAGS = 0x4;
const SAMPLE_IS_NON_SYNC = 0x1_0000;
const NTP_EPOCH_OFFSET_S = 2_208_988_800;

function parse(bytes: Uint8Array): readonly ParsedBox[] {
  const file = createFile();
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(bytes).buffer, 0), true);
  file.flush();
  return file.boxes as unknown as readonly ParsedBox[];
}

/** Types of the boxes at the top, in order. */
export const boxTypes = (bytes: Uint8Array): string[] => parse(bytes).map((box) => box.type);

/** Every chunk of a part, a piece or a segment. Throws when a `moof` is not followed by its `mdat`. */
export function readChunks(bytes: Uint8Array): ReadChunk[] {
  const chunks: ReadChunk[] = [];
  let types: string[] = [];
  let moof: ParsedMoof | undefined;
  let capturedAtMs: number | undefined;
  for (const box of parse(bytes)) {
    types.push(box.type);
    if (box.type === 'prft') capturedAtMs = readProducerTime(bytes, box);
    if (box.type === 'moof') moof = box as ParsedMoof;
    if (box.type !== 'mdat') continue;
    if (moof === undefined) throw new Error('an mdat without a moof before it');
    chunks.push(readChunk(moof, types, capturedAtMs));
    types = [];
    moof = undefined;
    capturedAtMs = undefined;
  }
  if (types.length > 0 && types.join() !== 'styp') throw new Error(`boxes after the last mdat: ${types.join()}`);
  return chunks;
}

function readChunk(moof: ParsedMoof, types: readonly string[], capturedAtMs: number | undefined): ReadChunk {
  const traf = moof.trafs[0];
  const trun = traf?.truns[0];
  if (traf === undefined || trun === undefined || moof.trafs.length !== 1 || traf.truns.length !== 1)
    throw new Error('a moof needs one traf with one trun');
  const each = (list: readonly number[], standard: number): number[] =>
    Array.from({ length: trun.sample_count }, (_, i) => list[i] ?? standard);
  const sampleTicks = each(trun.sample_duration, traf.tfhd.default_sample_duration);
  const startTicks = traf.tfdt.baseMediaDecodeTime;
  const ownFlags = (trun.flags & TRUN_FIRST_SAMPLE_FLAGS) !== 0 ? trun.first_sample_flags : trun.sample_flags[0];
  const firstFlags = ownFlags ?? traf.tfhd.default_sample_flags;
  return {
    boxTypes: types,
    sequenceNumber: moof.mfhd.sequence_number,
    trackNumber: traf.tfhd.track_id,
    isBaseMoof: (traf.tfhd.flags & DEFAULT_BASE_IS_MOOF) !== 0,
    startTicks,
    endTicks: startTicks + sampleTicks.reduce((sum, ticks) => sum + ticks, 0),
    sampleBytes: each(trun.sample_size, traf.tfhd.default_sample_size),
    sampleTicks,
    isFirstSync: (firstFlags & SAMPLE_IS_NON_SYNC) === 0,
    capturedAtMs,
  };
}

/** `prft`: after version, flags and track, the NTP seconds and their fraction in 2^-32. */
function readProducerTime(bytes: Uint8Array, box: ParsedBox): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + box.start, box.size);
  return (view.getUint32(16) - NTP_EPOCH_OFFSET_S + view.getUint32(20) / 2 ** 32) * 1000;
}
