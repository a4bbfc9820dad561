import { SEGMENT_SECONDS } from '../protocol/grid.ts';
import type { Part } from '../protocol/part.ts';
import type { PartOutcome } from '../protocol/tick.ts';
import type { Broadcast } from './broadcast.ts';
import { partsOfSegment } from './segment-store.ts';
import { partProblem } from './take-part.ts';

/** As LIMIT1: twice what the track says, and something for small ones. */
const OVER_RATE = 2;
const SLACK_BYTES = 64 * 1024;

const videoTracks = ({ running }: Broadcast) => running?.tracks.filter((track) => track.kind === 'video') ?? [];

const rangeOf = ({ running, record }: Broadcast, track: string, segment: number) =>
  partsOfSegment(
    {
      partsPerSegment: running?.grid.partsPerSegment ?? 100,
      ...(record.end === undefined ? {} : { endParts: record.end.endParts }),
    },
    track,
    segment,
  );

/** What all renditions of a segment may take together. */
export const maxResultBytes = (broadcast: Broadcast): number =>
  videoTracks(broadcast).reduce((sum, track) => sum + maxTrackBytes(track.bitrateBps), 0);

export const maxTrackBytes = (bitrateBps: number): number =>
  (OVER_RATE * bitrateBps * SEGMENT_SECONDS) / 8 + SLACK_BYTES;

/** SPEC LEND5: what is wrong with a part of a helper's result by itself; undefined when it is as it should be. */
export function resultPartProblem(broadcast: Broadcast, segment: number, part: Part): PartOutcome | undefined {
  const { from, to } = rangeOf(broadcast, part.track, segment);
  const isOwn = videoTracks(broadcast).some((track) => track.id === part.track) && part.part >= from && part.part < to;
  if (isOwn) return partProblem(broadcast, part);
  const message = `${part.track}/${part.part} is not a picture of segment ${segment}.`;
  return { status: 422, code: 'bad_part', message };
}

/** SPEC LEND5: every part of every rendition once, of a size that can be. A reason when it is not so. */
export function resultProblem(broadcast: Broadcast, segment: number, parts: readonly Part[]): string | undefined {
  for (const track of videoTracks(broadcast)) {
    const { from, to } = rangeOf(broadcast, track.id, segment);
    const own = new Map(parts.filter((part) => part.track === track.id).map((part) => [part.part, part.bytes.length]));
    if (own.size !== to - from) return `${track.id} has ${own.size} of ${to - from} parts`;
    const bytes = [...own.values()].reduce((sum, size) => sum + size, 0);
    if (bytes > maxTrackBytes(track.bitrateBps)) return `${track.id} has ${bytes} bytes, far more than its bit rate`;
  }
  return undefined;
}
