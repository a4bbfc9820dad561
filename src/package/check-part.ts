import { AAC_FRAME_SAMPLES, type Grid, type PartIndex, partOfTicks, VIDEO_TIMESCALE } from '../protocol/grid.ts';
import { ticks } from '../protocol/time.ts';
import { type Box, fullBox, listBoxes, u32, u64 } from './check-boxes.ts';
import type { SampleDefaults } from './check-init.ts';

/** What the name, the grid and the init segment say a part must be. */
export interface PartExpectation {
  readonly kind: 'video' | 'audio';
  readonly trackNumber: number;
  readonly timescale: number;
  readonly defaults: SampleDefaults;
  readonly grid: Grid;
  readonly part: PartIndex;
}

export type PartCheck =
  | { readonly kind: 'ok'; readonly startTicks: number; readonly endTicks: number; readonly samples: number }
  | { readonly kind: 'bad'; readonly reason: string };

const MAX_SAMPLES = 1000;
const PRFT_CAPTURED = 24;
const DEFAULT_BASE_IS_MOOF = 0x020000;
const NON_SYNC = 0x00010000;
const bad = (reason: string) => ({ kind: 'bad', reason }) as const;

interface Run {
  readonly count: number;
  /** Of all samples together. */
  readonly durationTicks: number;
  readonly bytes: number;
  readonly dataOffset: number;
  readonly startsWithSync: boolean;
}

const expectedTypes = (expected: PartExpectation): string =>
  expected.part % expected.grid.partsPerSegment === 0 ? 'styp prft moof mdat' : 'prft moof mdat';

const frameTicks = (expected: PartExpectation): number =>
  expected.kind === 'video' ? VIDEO_TIMESCALE / expected.grid.frameRate : AAC_FRAME_SAMPLES;

function checkPrft(bytes: Uint8Array, prft: Box, expected: PartExpectation): string | undefined {
  const head = fullBox(bytes, prft);
  if (head === undefined || prft.end - head.body !== (head.version === 0 ? 16 : 20)) return 'prft has the wrong length';
  if (head.flags !== PRFT_CAPTURED) return `prft flags are ${head.flags}, not ${PRFT_CAPTURED} (captured)`;
  if (u32(bytes, head.body) !== expected.trackNumber) return 'prft names another track';
  return undefined;
}

/** Length of the optional `tfhd` fields, and the defaults with those of the fragment laid over them. */
function readTfhd(bytes: Uint8Array, tfhd: Box, expected: PartExpectation): SampleDefaults | string {
  const head = fullBox(bytes, tfhd);
  if (head === undefined || tfhd.end - head.body < 4) return 'tfhd is too short';
  const { flags } = head;
  if ((flags & DEFAULT_BASE_IS_MOOF) === 0 || (flags & 1) !== 0) return 'tfhd is not default-base-is-moof';
  if (u32(bytes, head.body) !== expected.trackNumber)
    return `tfhd names track ${u32(bytes, head.body)}, not ${expected.trackNumber}`;
  let at = head.body + 4 + ((flags & 0x2) !== 0 ? 4 : 0);
  const optional = (flag: number, otherwise: number): number => {
    if ((flags & flag) === 0) return otherwise;
    at += 4;
    return u32(bytes, at - 4);
  };
  const duration = optional(0x8, expected.defaults.duration);
  const size = optional(0x10, expected.defaults.size);
  const sampleFlags = optional(0x20, expected.defaults.flags);
  if (at !== tfhd.end) return 'tfhd has the wrong length';
  return { duration, size, flags: sampleFlags };
}

/** A picture stays for the slots after its own that have none; sound is one frame after the other. */
const isDuration = (duration: number, expected: PartExpectation): boolean => {
  const frame = frameTicks(expected);
  return expected.kind === 'audio' ? duration === frame : duration > 0 && duration % frame === 0;
};

function readTrun(bytes: Uint8Array, trun: Box, defaults: SampleDefaults, expected: PartExpectation): Run | string {
  const head = fullBox(bytes, trun);
  if (head === undefined || trun.end - head.body < 4) return 'trun is too short';
  const { flags } = head;
  const count = u32(bytes, head.body);
  if (count === 0 || count > MAX_SAMPLES) return `trun holds ${count} samples; 1 to ${MAX_SAMPLES} are taken`;
  if ((flags & 0x1) === 0) return 'trun has no data offset';
  const has = { first: (flags & 0x4) !== 0, duration: (flags & 0x100) !== 0, size: (flags & 0x200) !== 0 };
  const hasFlags = (flags & 0x400) !== 0;
  const hasOffsets = (flags & 0x800) !== 0;
  const rowBytes = 4 * (Number(has.duration) + Number(has.size) + Number(hasFlags) + Number(hasOffsets));
  const rows = head.body + 8 + (has.first ? 4 : 0);
  if (rows + rowBytes * count !== trun.end) return 'trun has the wrong length';
  let firstFlags = has.first ? u32(bytes, head.body + 8) : defaults.flags;
  let total = 0;
  let durationTicks = 0;
  let at = rows;
  for (let i = 0; i < count; i++) {
    const duration = has.duration ? u32(bytes, at) : defaults.duration;
    if (has.duration) at += 4;
    if (!isDuration(duration, expected)) return `sample ${i} lasts ${duration} ticks, not ${frameTicks(expected)}`;
    durationTicks += duration;
    const size = has.size ? u32(bytes, at) : defaults.size;
    if (has.size) at += 4;
    total += size;
    if (hasFlags) {
      if (i === 0 && !has.first) firstFlags = u32(bytes, at);
      at += 4;
    }
    if (hasOffsets) {
      if (u32(bytes, at) !== 0) return `sample ${i} is shown at another time than it is decoded`;
      at += 4;
    }
  }
  return {
    count,
    durationTicks,
    bytes: total,
    dataOffset: u32(bytes, head.body + 4),
    startsWithSync: (firstFlags & NON_SYNC) === 0,
  };
}

function onlyTypes(bytes: Uint8Array, parent: Box, types: string): readonly Box[] | string {
  const list = listBoxes(bytes, parent.body, parent.end);
  if (list.kind === 'bad') return `in ${parent.type}: ${list.reason}`;
  const found = list.boxes.map((box) => box.type).join(' ');
  return found === types ? list.boxes : `${parent.type} holds ${found || 'nothing'}, not ${types}`;
}

function checkTime(start: number, run: Run, expected: PartExpectation): string | undefined {
  const { grid, part, timescale } = expected;
  const frame = frameTicks(expected);
  const partOf = (at: number): number => partOfTicks(ticks(at), timescale, grid.partsPerSegment);
  if (!Number.isSafeInteger(start * grid.partsPerSegment)) return 'tfdt is out of range';
  if (start % frame !== 0) return `tfdt ${start} is not on the grid of ${frame} ticks`;
  if (partOf(start) !== part) return `tfdt ${start} lies in part ${partOf(start)}, not in ${part}`;
  if (start > 0 && partOf(start - frame) === part) return `the part starts at tick ${start}, after its first frame`;
  const last = start + run.durationTicks - frame;
  if (partOf(last) !== part) return `its last frame is at tick ${last}, in part ${partOf(last)}, not in ${part}`;
  if (expected.kind === 'audio') return undefined;
  const startsGop = start % (grid.gopSeconds * timescale) === 0;
  if (startsGop !== run.startsWithSync)
    return startsGop
      ? 'the part starts a GOP without a sync sample'
      : 'the part starts with a sync sample off the grid';
  return undefined;
}

/** SPEC PART1..PART4 and GRID3, for a part of at most 4 MiB; reads boxes only, never the samples. Never throws. */
export function checkPart(bytes: Uint8Array, expected: PartExpectation): PartCheck {
  const top = listBoxes(bytes, 0, bytes.length);
  if (top.kind === 'bad') return top;
  const types = top.boxes.map((box) => box.type).join(' ');
  if (types !== expectedTypes(expected)) return bad(`expected ${expectedTypes(expected)}, found ${types || 'nothing'}`);
  const [prft, moof, mdat] = top.boxes.slice(-3);
  if (prft === undefined || moof === undefined || mdat === undefined) return bad('a box is missing');
  const prftProblem = checkPrft(bytes, prft, expected);
  if (prftProblem !== undefined) return bad(prftProblem);
  const inMoof = onlyTypes(bytes, moof, 'mfhd traf');
  if (typeof inMoof === 'string') return bad(inMoof);
  const inTraf = onlyTypes(bytes, inMoof[1] as Box, 'tfhd tfdt trun');
  if (typeof inTraf === 'string') return bad(inTraf);
  const [tfhd, tfdt, trun] = inTraf as [Box, Box, Box];
  const defaults = readTfhd(bytes, tfhd, expected);
  if (typeof defaults === 'string') return bad(defaults);
  const tfdtHead = fullBox(bytes, tfdt);
  if (tfdtHead?.version !== 1 || tfdt.end - tfdtHead.body !== 8) return bad('tfdt is not version 1');
  const run = readTrun(bytes, trun, defaults, expected);
  if (typeof run === 'string') return bad(run);
  if (run.bytes !== mdat.end - mdat.body)
    return bad(`the samples have ${run.bytes} bytes, mdat holds ${mdat.end - mdat.body}`);
  if (run.dataOffset !== mdat.body - moof.start) return bad(`the data offset is ${run.dataOffset}, not at mdat`);
  const start = u64(bytes, tfdtHead.body);
  const timeProblem = checkTime(start, run, expected);
  if (timeProblem !== undefined) return bad(timeProblem);
  return { kind: 'ok', startTicks: start, endTicks: start + run.durationTicks, samples: run.count };
}
