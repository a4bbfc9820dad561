import { type Box, createFile, type ISOFile, type Sample } from 'mp4box';
import { StageError } from '../protocol/errors.ts';
import { type PartIndex, partWithinSegment } from '../protocol/grid.ts';
import type { EncodedSample } from '../protocol/sample.ts';
import type { Millis } from '../protocol/time.ts';
import { bigEndian, boxesToBytes, rawBox } from './cmaf-box.ts';
import { AUDIO_TRACK_NUMBER, VIDEO_TRACK_NUMBER } from './cmaf-init.ts';

export interface PartInput {
  readonly kind: 'video' | 'audio';
  readonly part: PartIndex;
  readonly partsPerSegment: number;
  /** Wall clock, on the origin's clock, at which the first sample was captured. */
  readonly capturedAtMs: Millis;
  /** At least one; each starts where the one before ends. */
  readonly samples: readonly EncodedSample[];
}

const NTP_EPOCH_OFFSET_S = 2_208_988_800;
const PRFT_CAPTURED = 24;
const TRUN_COMPOSITION_OFFSETS = 0x800;

/** One CMAF chunk, the bytes of a part (SPEC PART1 to PART5). Throws StageError `bad_samples` on a gap or no sample. */
export function writePart(input: PartInput): Uint8Array<ArrayBuffer> {
  const { samples } = input;
  const first = samples[0];
  if (first === undefined) throw badSamples(`part ${input.part} has no sample`);
  assertContiguous(samples);
  const trackNumber = input.kind === 'video' ? VIDEO_TRACK_NUMBER : AUDIO_TRACK_NUMBER;

  const boxes: Box[] = [];
  if (partWithinSegment(input.part, input.partsPerSegment) === 0) boxes.push(segmentTypeBox());
  boxes.push(producerTimeBox(trackNumber, input.capturedAtMs, first.start));
  boxes.push(movieFragmentBox(trackNumber, input.part, samples));
  const head = boxesToBytes(boxes);

  const payloadBytes = samples.reduce((sum, sample) => sum + sample.data.length, 0);
  const out = new Uint8Array(head.length + 8 + payloadBytes);
  out.set(head, 0);
  out.set(bigEndian([8 + payloadBytes, 4], ascii('mdat')), head.length);
  let at = head.length + 8;
  for (const sample of samples) {
    out.set(sample.data, at);
    at += sample.data.length;
  }
  return out;
}

function assertContiguous(samples: readonly EncodedSample[]): void {
  let expected = samples[0]?.start ?? 0;
  for (const sample of samples) {
    if (sample.start !== expected) throw badSamples(`sample at ${sample.start} where ${expected} was due`);
    expected = sample.start + sample.duration;
  }
}

const badSamples = (detail: string): StageError =>
  new StageError('package', 'bad_samples', `The encoded samples do not fit together: ${detail}.`);

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const segmentTypeBox = (): Box =>
  rawBox('styp', bigEndian(ascii('msdh'), [0, 4], ascii('msdh'), ascii('cmfs'), ascii('cmfl')));

/** ProducerReferenceTime, version 1: the 64-bit NTP time and the 64-bit media time of the first sample. */
function producerTimeBox(trackNumber: number, wallClockMs: number, mediaTime: number): Box {
  const seconds = Math.floor(wallClockMs / 1000);
  const fraction = Math.round(((wallClockMs - seconds * 1000) / 1000) * 2 ** 32);
  return rawBox(
    'prft',
    bigEndian(
      [1, 1],
      [PRFT_CAPTURED, 3],
      [trackNumber, 4],
      [seconds + NTP_EPOCH_OFFSET_S, 4],
      [Math.min(fraction, 2 ** 32 - 1), 4],
      [Math.floor(mediaTime / 2 ** 32), 4],
      [mediaTime % 2 ** 32, 4],
    ),
  );
}

let factory: ISOFile | undefined;

/** mp4box builds a `moof` only for a file that has the track; this one has both and never gets a sample. */
function fragmentFactory(): ISOFile {
  if (factory === undefined) {
    factory = createFile();
    factory.addTrack({ id: VIDEO_TRACK_NUMBER, type: 'avc1' });
    factory.addTrack({ id: AUDIO_TRACK_NUMBER, type: 'mp4a', hdlr: 'soun' });
  }
  return factory;
}

function movieFragmentBox(trackNumber: number, part: PartIndex, samples: readonly EncodedSample[]): Box {
  const file = fragmentFactory();
  // The sequence number follows from the part, so that a retry or another tab writes the same bytes.
  file.nextMoofNumber = part;
  const plain = samples.map((sample) => ({
    track_id: trackNumber,
    dts: sample.start,
    cts: sample.start,
    duration: sample.duration,
    size: sample.data.length,
    is_sync: sample.isKey,
  }));
  // createMoof reads these six fields only; a whole Sample would need a parsed file around it.
  const moof = file.createMoof(plain as unknown as Sample[]);
  const traf = moof.trafs[0];
  const trun = traf?.truns[0];
  if (traf === undefined || trun === undefined) throw badSamples('no track run was made');
  traf.tfdt.version = 1;
  trun.flags &= ~TRUN_COMPOSITION_OFFSETS;
  moof.computeSize();
  trun.data_offset = moof.size + 8;
  return moof;
}
