import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  type Grid,
  isFirstSlotOfPart,
  SEGMENT_SECONDS,
} from '../../src/protocol/grid.ts';
import type { Track, TrackId } from '../../src/protocol/track.ts';
import { live } from '../../src/protocol/urls.ts';
import { type ReadChunk, readChunks } from './boxes.ts';
import { type ProbedPacket, probePackets } from './ffprobe.ts';

/** GET that must be answered 200. */
export async function fetchBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}: ${await answer.text()}`);
  return answer.bytes();
}

/** One track's segments as a viewer gets them. */
export interface FetchedTrack {
  readonly track: Track;
  readonly init: Uint8Array;
  readonly segments: readonly Uint8Array[];
}

export async function fetchTrack(
  originUrl: string,
  id: string,
  track: Track,
  segmentCount: number,
): Promise<FetchedTrack> {
  const init = await fetchBytes(originUrl + live.init(id, track.id));
  const segments: Uint8Array[] = [];
  for (let n = 0; n < segmentCount; n++) segments.push(await fetchBytes(originUrl + live.segment(id, track.id, n)));
  return { track, init, segments };
}

/** Where a track's whole segments begin and end, in seconds. */
export type SegmentEdges = readonly { readonly startS: number; readonly endS: number }[];

/**
 * Holds whole 10 s segments to the grid through ffprobe. Returns what is wrong in words, and the edges for comparison
 * between tracks.
 */
export async function checkSegments(
  fetched: FetchedTrack,
  grid: Grid,
): Promise<{ problems: string[]; edges: SegmentEdges }> {
  const problems: string[] = [];
  const edges: { startS: number; endS: number }[] = [];
  for (const [n, segment] of fetched.segments.entries()) {
    const packets = await probePackets(fetched.init, segment);
    const where = `${fetched.track.id}/${n}`;
    // Without timing in the H.264 itself ffprobe names no duration.
    const chunks = readChunks(segment);
    const [first, last] = [chunks[0], chunks.at(-1)];
    if (first === undefined || last === undefined) {
      problems.push(`${where} is empty`);
      continue;
    }
    const { kind, timescale } = fetched.track;
    edges.push({ startS: first.startTicks / timescale, endS: last.endTicks / timescale });
    const wrong = kind === 'video' ? videoProblems(packets, n, grid) : soundProblems(packets, n);
    problems.push(...[...wrong, ...gaps(chunks)].map((problem) => `${where}: ${problem}`));
  }
  return { problems, edges };
}

const MICROS = 0.000_002;

/** Where chunks do not follow each other; none when every moment is shown. */
export const gaps = (chunks: readonly ReadChunk[]): string[] =>
  chunks.slice(1).flatMap(({ startTicks }, i) => {
    const { endTicks = 0 } = chunks[i] ?? {};
    return startTicks === endTicks ? [] : [`a gap from tick ${endTicks} to ${startTicks}`];
  });

/** Every slot has one frame at the most, in its place; a machine that is too slow leaves some out, never the first of a part. */
function videoProblems(packets: readonly ProbedPacket[], segment: number, grid: Grid): string[] {
  const { frameRate, gopSeconds, partsPerSegment } = grid;
  const slots = SEGMENT_SECONDS * frameRate;
  const problems: string[] = [];
  const filled = new Set<number>();
  for (const packet of packets) {
    const slot = Math.round((packet.ptsS - segment * SEGMENT_SECONDS) * frameRate);
    const due = segment * SEGMENT_SECONDS + slot / frameRate;
    if (Math.abs(packet.ptsS - due) > MICROS) problems.push(`frame ${slot} is at ${packet.ptsS} s, not at ${due} s`);
    if (slot < 0 || slot >= slots || filled.has(slot)) problems.push(`frame ${slot} is one too many`);
    filled.add(slot);
    if (packet.isKey !== (slot % (gopSeconds * frameRate) === 0))
      problems.push(`frame ${slot} ${packet.isKey ? 'is' : 'is not'} a key frame`);
  }
  for (let slot = 0; slot < slots; slot++)
    if (isFirstSlotOfPart(slot, frameRate, partsPerSegment) && !filled.has(slot))
      problems.push(`frame ${slot} is missing`);
  return problems.slice(0, 5);
}

function soundProblems(packets: readonly ProbedPacket[], segment: number): string[] {
  const frameS = AAC_FRAME_SAMPLES / AUDIO_TIMESCALE;
  const first = Math.ceil((segment * SEGMENT_SECONDS) / frameS);
  const end = Math.ceil(((segment + 1) * SEGMENT_SECONDS) / frameS);
  const problems = packets.length === end - first ? [] : [`${packets.length} frames where ${end - first} belong`];
  for (const [i, packet] of packets.entries()) {
    const due = (first + i) * frameS;
    if (Math.abs(packet.ptsS - due) > 1 / AUDIO_TIMESCALE)
      problems.push(`frame ${i} is at ${packet.ptsS} s, not at ${due} s`);
  }
  return problems.slice(0, 5);
}

/** Every part of one segment, fetched one by one and held to the PART rules; also that they are the segment. */
export async function checkParts(
  originUrl: string,
  id: string,
  fetched: FetchedTrack,
  segment: number,
  grid: Grid,
): Promise<string[]> {
  const parts: Uint8Array[] = [];
  const problems: string[] = [];
  let expectedTicks: number | undefined;
  for (let part = 0; part < grid.partsPerSegment; part++) {
    const bytes = await fetchBytes(originUrl + live.piece(id, fetched.track.id, segment, part, grid.partsPerSegment));
    parts.push(bytes);
    const chunks = readChunks(bytes);
    const [chunk] = chunks;
    if (chunk === undefined || chunks.length !== 1) problems.push(`part ${part} holds ${chunks.length} chunks`);
    else {
      problems.push(...partProblems(chunk, part, segment, fetched.track, grid).map((text) => `part ${part}: ${text}`));
      if (expectedTicks !== undefined && chunk.startTicks !== expectedTicks)
        problems.push(`part ${part} starts at ${chunk.startTicks}, not at ${expectedTicks}`);
      expectedTicks = chunk.endTicks;
    }
  }
  const whole = fetched.segments[segment];
  if (whole === undefined || Buffer.compare(Buffer.concat(parts), whole) !== 0)
    problems.push('the parts one after another are not the segment');
  return problems;
}

function partProblems(chunk: ReadChunk, part: number, segment: number, track: Track, grid: Grid): string[] {
  const index = segment * grid.partsPerSegment + part;
  const wanted = part === 0 ? 'styp,prft,moof,mdat' : 'prft,moof,mdat';
  const own = Math.floor((chunk.startTicks * grid.partsPerSegment) / (SEGMENT_SECONDS * track.timescale));
  const partsPerGop = (grid.gopSeconds * grid.partsPerSegment) / SEGMENT_SECONDS;
  const claims: readonly (readonly [string, boolean])[] = [
    [`PART1 boxes are ${chunk.boxTypes.join()}`, chunk.boxTypes.join() === wanted],
    ['PART2 default-base-is-moof', chunk.isBaseMoof],
    [`PART3 its first sample belongs to part ${own}`, own === index],
    [
      'PART4 a sync sample exactly where a GOP starts',
      track.kind === 'audio' || chunk.isFirstSync === (part % partsPerGop === 0),
    ],
    ['PART5 prft tells when it was captured', chunk.capturedAtMs !== undefined],
    ['PART6 track number', chunk.trackNumber === (track.kind === 'video' ? 1 : 2)],
  ];
  return claims.filter(([, isKept]) => !isKept).map(([claim]) => claim);
}

/** Largest distance in milliseconds between the same segment's edges in two tracks. */
export function edgeDistanceMs(a: SegmentEdges, b: SegmentEdges): number {
  const distances = a.flatMap((edge, i) => {
    const other = b[i];
    return other === undefined
      ? [Number.POSITIVE_INFINITY]
      : [Math.abs(edge.startS - other.startS), Math.abs(edge.endS - other.endS)];
  });
  return Math.max(...distances) * 1000;
}

export const trackIds = (tracks: readonly Track[], kind: Track['kind']): TrackId[] =>
  tracks.filter((track) => track.kind === kind).map((track) => track.id);
