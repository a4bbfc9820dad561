import { StageError } from '../protocol/errors.ts';
import { type Box, fullBox, listBoxes, u32, u64 } from './check-boxes.ts';

/** The samples of one part; `startTicks` is the first one's time, and each has its own bytes of the part. */
export interface PartSamples {
  readonly startTicks: number;
  readonly samples: readonly Uint8Array<ArrayBuffer>[];
}

const unreadable = (reason: string): StageError =>
  new StageError('package', 'bad_part', `A part of the video cannot be read: ${reason}.`);

function child(bytes: Uint8Array, parent: { readonly body: number; readonly end: number }, type: string): Box {
  const list = listBoxes(bytes, parent.body, parent.end);
  const found = list.kind === 'bad' ? undefined : list.boxes.find((box) => box.type === type);
  if (found === undefined) throw unreadable(list.kind === 'bad' ? list.reason : `it has no ${type}`);
  return found;
}

const SIZES = 0x200;
/** Optional fields of a `trun` before its rows, and those of a row; each has four bytes. */
const HEAD_FIELDS = [0x1, 0x4];
const ROW_FIELDS = [0x100, SIZES, 0x400, 0x800];

/** Reads what `writePart` wrote, or another writer that says every sample's size. Throws StageError `bad_part`. */
export function samplesOfPart(bytes: Uint8Array<ArrayBuffer>): PartSamples {
  const file = { body: 0, end: bytes.length };
  const traf = child(bytes, child(bytes, file, 'moof'), 'traf');
  const mdat = child(bytes, file, 'mdat');
  const tfdt = fullBox(bytes, child(bytes, traf, 'tfdt'));
  const trun = fullBox(bytes, child(bytes, traf, 'trun'));
  if (tfdt === undefined || trun === undefined) throw unreadable('a box is too short');
  if ((trun.flags & SIZES) === 0) throw unreadable('it does not say how long its samples are');
  const fields = (all: readonly number[]): number => 4 * all.filter((flag) => (trun.flags & flag) !== 0).length;
  const rowBytes = fields(ROW_FIELDS);
  const sizeAt = (trun.flags & 0x100) === 0 ? 0 : 4;
  const rows = trun.body + 4 + fields(HEAD_FIELDS);
  const samples: Uint8Array<ArrayBuffer>[] = [];
  let at = mdat.body;
  for (let i = 0; i < u32(bytes, trun.body); i++) {
    const size = u32(bytes, rows + i * rowBytes + sizeAt);
    if (at + size > mdat.end) throw unreadable('its samples are longer than it is');
    samples.push(bytes.slice(at, at + size));
    at += size;
  }
  const startTicks = tfdt.version === 1 ? u64(bytes, tfdt.body) : u32(bytes, tfdt.body);
  return { startTicks, samples };
}
