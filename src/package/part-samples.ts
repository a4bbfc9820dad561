import { StageError } from '../protocol/errors.ts';
import { type Box, fullBox, listBoxes, u32, u64 } from './check-boxes.ts';

/** One sample of a part, with bytes of its own. */
export interface PartSample {
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

const unreadable = (reason: string): StageError =>
  new StageError('package', 'bad_part', `A part of the video cannot be read: ${reason}.`);

function child(bytes: Uint8Array, parent: { readonly body: number; readonly end: number }, type: string): Box {
  const list = listBoxes(bytes, parent.body, parent.end);
  const found = list.kind === 'bad' ? undefined : list.boxes.find((box) => box.type === type);
  if (found === undefined) throw unreadable(list.kind === 'bad' ? list.reason : `it has no ${type}`);
  return found;
}

const DURATIONS = 0x100;
const SIZES = 0x200;
/** Optional fields of a `trun` before its rows, and those of a row; each has four bytes. */
const HEAD_FIELDS = [0x1, 0x4];
const ROW_FIELDS = [DURATIONS, SIZES, 0x400, 0x800];

/** Reads what `writePart` wrote, or another writer that says how long every sample is. Throws StageError `bad_part`. */
export function samplesOfPart(bytes: Uint8Array<ArrayBuffer>): readonly PartSample[] {
  const file = { body: 0, end: bytes.length };
  const traf = child(bytes, child(bytes, file, 'moof'), 'traf');
  const mdat = child(bytes, file, 'mdat');
  const tfdt = fullBox(bytes, child(bytes, traf, 'tfdt'));
  const trun = fullBox(bytes, child(bytes, traf, 'trun'));
  if (tfdt === undefined || trun === undefined) throw unreadable('a box is too short');
  if ((trun.flags & SIZES) === 0 || (trun.flags & DURATIONS) === 0)
    throw unreadable('it does not say how long its samples are');
  const fields = (all: readonly number[]): number => 4 * all.filter((flag) => (trun.flags & flag) !== 0).length;
  const rowBytes = fields(ROW_FIELDS);
  const rows = trun.body + 4 + fields(HEAD_FIELDS);
  const samples: PartSample[] = [];
  let at = mdat.body;
  let startTicks = tfdt.version === 1 ? u64(bytes, tfdt.body) : u32(bytes, tfdt.body);
  for (let i = 0; i < u32(bytes, trun.body); i++) {
    const row = rows + i * rowBytes;
    const durationTicks = u32(bytes, row);
    const size = u32(bytes, row + 4);
    if (at + size > mdat.end) throw unreadable('its samples are longer than it is');
    samples.push({ startTicks, durationTicks, data: bytes.slice(at, at + size) });
    at += size;
    startTicks += durationTicks;
  }
  return samples;
}
