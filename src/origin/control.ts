import { isDeepStrictEqual } from 'node:util';
import { checkInit } from '../package/check-init.ts';
import { type EndRequest, initKey, type StartRequest, type TimelineCut } from '../protocol/broadcast.ts';
import { partMs } from '../protocol/grid.ts';
import type { Track } from '../protocol/track.ts';
import { partStartMs } from './availability.ts';
import type { Broadcast } from './broadcast.ts';
import { notStarted, Problem, sealed } from './problem.ts';
import { addCut } from './timeline.ts';

/** A start may name a media zero that lies this far from now, on either side. */
const MAX_START_AHEAD_MS = 30_000;
const MAX_START_BEHIND_MS = 24 * 3600_000;
/** An end may lie this far ahead of the clock: the last part in the making, and a clock that is a little off. */
const MAX_END_AHEAD_MS = 30_000;

const isSameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What the track says and its init segment does not, or undefined. */
function trackProblem(track: Track, init: Buffer): string | undefined {
  const check = checkInit(init);
  if (check.kind === 'bad') return check.reason;
  const { media, timescale } = check.facts;
  if (timescale !== track.timescale) return `its init segment counts ${timescale} ticks a second`;
  if (media.kind !== track.kind) return `its init segment is ${media.kind}`;
  if (media.kind === 'audio' || track.kind === 'audio') return undefined;
  if (!isSameText(media.codecs, track.codecs)) return `its init segment says ${media.codecs}`;
  if (media.width !== track.width || media.height !== track.height)
    return `its init segment says ${media.width}x${media.height}`;
  return undefined;
}

/** The track's init segment from `segment` on is there, and says what the track says. */
function requireInit(broadcast: Broadcast, track: Track, segment: number): void {
  const init = broadcast.store.inits().get(initKey(track.id, segment));
  if (init === undefined) throw new Problem(412, 'init_missing', `Send the init segment of ${track.id} first.`);
  const problem = trackProblem(track, init);
  if (problem !== undefined) throw new Problem(422, 'bad_request', `Track ${track.id}: ${problem}.`);
}

/** SPEC INGEST3. The same values again are a retry and change nothing. */
export async function startBroadcast(broadcast: Broadcast, request: StartRequest): Promise<void> {
  const { availabilityStartMs, grid, tracks, upload } = request;
  const facts = { availabilityStartMs, grid, tracks, isUpload: upload !== undefined };
  if (broadcast.record.start !== undefined) {
    const isSameEnd = upload === undefined || isDeepStrictEqual(broadcast.record.end?.endParts, upload.endParts);
    if (isSameEnd && isDeepStrictEqual(broadcast.record.start, facts)) return;
    throw new Problem(409, 'started_otherwise', 'The broadcast was started with other values. Create a new one.');
  }
  for (const track of tracks) requireInit(broadcast, track, 0);
  const aheadMs = availabilityStartMs - broadcast.nowMs();
  if (aheadMs > MAX_START_AHEAD_MS || aheadMs < -MAX_START_BEHIND_MS)
    throw new Problem(422, 'bad_request', 'The start lies too far from now on the clock of the origin. Ask /time.');
  await broadcast.start(facts, upload);
}

/** SPEC INGEST4: the creator's first end counts, every further one is a retry. */
export async function endBroadcast(broadcast: Broadcast, request: EndRequest): Promise<void> {
  const { running } = broadcast;
  if (running === undefined) throw notStarted();
  if (broadcast.record.end?.by === 'creator' || broadcast.record.state === 'sealed') return;
  const { availabilityStartMs, grid, tracks } = running;
  const known = new Set(tracks.map((track) => track.id));
  for (const [track, end] of Object.entries(request.endParts)) {
    if (!known.has(track)) throw new Problem(422, 'bad_request', `${track} is not one of this broadcast's tracks.`);
    const endMs = partStartMs(end, { availabilityStartMs, partsPerSegment: grid.partsPerSegment });
    if (endMs > broadcast.nowMs() + MAX_END_AHEAD_MS)
      throw new Problem(422, 'bad_request', `The end of ${track} lies in the future.`);
  }
  await broadcast.end(request.endParts);
}

/** SPEC CUT1 and CUT2. */
export async function cutTimeline(broadcast: Broadcast, cut: TimelineCut): Promise<void> {
  const { running, record } = broadcast;
  if (running === undefined) throw notStarted();
  if (record.state === 'sealed') throw sealed();
  if (running.isUpload) throw new Problem(422, 'bad_request', 'A recording that is uploaded has no holes to declare.');
  const { availabilityStartMs, grid, tracks } = running;
  for (const [id, codecs] of Object.entries(cut.inits ?? {})) {
    const track = tracks.find((one) => one.id === id);
    if (track === undefined) throw new Problem(422, 'bad_request', 'Cannot cut: a track was never started.');
    requireInit(broadcast, { ...track, codecs }, cut.toPart / grid.partsPerSegment);
  }
  const clockPart = Math.floor(
    (broadcast.nowMs() + MAX_END_AHEAD_MS - availabilityStartMs) / partMs(grid.partsPerSegment),
  );
  const lastPart = record.end?.by === 'creator' ? Math.max(...Object.values(record.end.endParts)) : clockPart;
  const answer = addCut(record.cuts, cut, {
    partsPerSegment: grid.partsPerSegment,
    tracks: tracks.map((track) => track.id),
    limitPart: Math.min(clockPart, lastPart),
    stored: (track) => broadcast.store.stored(track),
  });
  if (answer.kind === 'impossible') throw new Problem(422, 'bad_request', `Cannot cut: ${answer.reason}.`);
  if (answer.kind === 'conflict') throw new Problem(409, 'other_cut', `Cannot cut: ${answer.reason}.`);
  if (answer.kind === 'cut') await broadcast.setCuts(answer.cuts);
}
