import { listBoxes, u32 } from '../package/check-boxes.ts';
import { checkPart } from '../package/check-part.ts';
import { firstSlotOfPart, type PartIndex, VIDEO_TIMESCALE } from '../protocol/grid.ts';
import type { Part } from '../protocol/part.ts';
import type { TrackId } from '../protocol/track.ts';
import type { Broadcast } from './broadcast.ts';
import { maxTrackBytes } from './lend-result.ts';
import { partProblem } from './take-part.ts';

const NAL_SLICE = 1;
const NAL_IDR = 5;

/** Whether the first picture of a part with four-byte NAL lengths can be decoded without any other. */
export function beginsWithIdr(bytes: Uint8Array): boolean {
  const top = listBoxes(bytes, 0, bytes.length);
  const mdat = top.kind === 'bad' ? undefined : top.boxes.find(({ type }) => type === 'mdat');
  if (mdat === undefined) return false;
  for (let at = mdat.body; at + 4 < mdat.end; at += 4 + u32(bytes, at)) {
    const type = (bytes[at + 4] ?? 0) & 0x1f;
    if (type === NAL_IDR || type === NAL_SLICE) return type === NAL_IDR;
  }
  return false;
}

/**
 * SPEC LEND10: what is wrong with a part of a helper for a live; undefined when it is as it should be. `isTurn`: another
 * made the part before it.
 */
function livePartProblem(broadcast: Broadcast, part: Part, isTurn: boolean): string | undefined {
  const problem = partProblem(broadcast, part);
  if (problem !== undefined && 'code' in problem) return problem.message;
  const expectation = broadcast.running?.expectations.get(part.track);
  if (expectation === undefined) return `${part.track} is not made here`;
  const { grid } = expectation;
  const check = checkPart(part.bytes, { ...expectation, part: part.part });
  if (check.kind === 'bad') return check.reason;
  const firstSlot = (of: PartIndex): number => firstSlotOfPart(of, grid.frameRate, grid.partsPerSegment);
  if (check.samples !== firstSlot(part.part + 1) - firstSlot(part.part))
    return `${part.track}/${part.part} lacks pictures`;
  const isKey = isTurn || check.startTicks % (grid.gopSeconds * VIDEO_TIMESCALE) === 0;
  return isKey && !beginsWithIdr(part.bytes)
    ? `${part.track}/${part.part} does not begin with a key picture`
    : undefined;
}

/** What a helper brings of one tick, and what is known of the lease it is of. */
export interface LiveTick {
  /** All of this index, and no others. */
  readonly parts: readonly Part[];
  readonly index: PartIndex;
  /** Another made the part before it. */
  readonly isTurn: boolean;
  /** Every rendition that is to be there, with its bit rate. */
  readonly bitratesBps: ReadonlyMap<TrackId, number>;
  /** Taken so far of each; grows by what is found right. */
  readonly bytes: Map<TrackId, number>;
  /** Under which name its rendition is judged. */
  readonly nameOf: (track: TrackId) => TrackId;
}

/** SPEC LEND10: a tick holds its part once in every rendition, each as it should be and no larger than its bit rate. */
export function liveTickProblem(broadcast: Broadcast, tick: LiveTick): string | undefined {
  const { parts, index, isTurn, bitratesBps, bytes, nameOf } = tick;
  for (const [track, bitrateBps] of bitratesBps) {
    const part = parts.find((one) => one.track === track);
    if (part === undefined || parts.length !== bitratesBps.size)
      return `part ${index} is not there once in every rendition`;
    const problem = livePartProblem(broadcast, { ...part, track: nameOf(track) }, isTurn);
    if (problem !== undefined) return problem;
    const trackBytes = (bytes.get(track) ?? 0) + part.bytes.length;
    if (trackBytes > maxTrackBytes(bitrateBps)) return `${track} has ${trackBytes} bytes, far more than its bit rate`;
    bytes.set(track, trackBytes);
  }
  return undefined;
}

/** The parts of a body by their index, in order. */
export function ticksOf(parts: readonly Part[]): ReadonlyMap<PartIndex, readonly Part[]> {
  const byIndex = new Map<PartIndex, Part[]>();
  for (const part of parts.toSorted((a, b) => a.part - b.part)) {
    const tick = byIndex.get(part.part);
    if (tick === undefined) byIndex.set(part.part, [part]);
    else tick.push(part);
  }
  return byIndex;
}
