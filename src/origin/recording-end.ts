import { checkPart } from '../package/check-part.ts';
import type { UploadPlan } from '../protocol/broadcast.ts';
import { type PartIndex, partMs } from '../protocol/grid.ts';
import { helpedTracks, helpSource, ownTracks, type Track, type TrackId } from '../protocol/track.ts';
import type { RecordChange } from './broadcast-records.ts';
import type { TrackExpectation } from './running.ts';
import type { BroadcastStore } from './segment-store.ts';

/** A track that ends more than this before the last one stopped early and does not say where the recording ends. */
const SAME_END_MS = 200;

/** Index after the last part of every track: what was said, or what is stored beyond it. */
export function endPartsOf(
  tracks: readonly Track[],
  store: Pick<BroadcastStore, 'stored'>,
  said: Readonly<Record<TrackId, PartIndex>>,
): Record<TrackId, PartIndex> {
  const ends = Object.fromEntries(
    ownTracks(tracks).map(({ id }) => [id, Math.max(said[id] ?? 0, store.stored(id).end)]),
  );
  // What helpers make ends where its source does, and the last of it may still come.
  const end = ends[helpSource(tracks)?.id ?? ''] ?? 0;
  return { ...ends, ...Object.fromEntries(helpedTracks(tracks).map(({ id }) => [id, end])) };
}

/** A recording that is uploaded is over before its first part: everything that will ever come is known (SPEC UPLOAD1). */
export const endOfUpload = ({ endParts, durationMs }: UploadPlan, nowMs: number): RecordChange => ({
  endedMs: nowMs,
  end: { by: 'creator', endParts },
  durationMs,
});

/**
 * Where the recording ends, in milliseconds of media time. The track that ends first decides, so that no player waits
 * for a picture under the last moment of sound; a track that stopped much earlier does not cut the others.
 */
export async function recordingEndMs(
  endParts: Readonly<Record<TrackId, PartIndex>>,
  expectations: ReadonlyMap<TrackId, TrackExpectation>,
  store: BroadcastStore,
): Promise<number> {
  const ends: number[] = [];
  for (const [track, end] of Object.entries(endParts)) {
    const expectation = expectations.get(track);
    if (end === 0 || expectation === undefined) continue;
    const [bytes] = await store.read(track, end - 1, end);
    const check = bytes === undefined ? undefined : checkPart(bytes, { ...expectation, part: end - 1 });
    const nominalMs = end * partMs(expectation.grid.partsPerSegment);
    ends.push(check?.kind === 'ok' ? (check.endTicks * 1000) / expectation.timescale : nominalMs);
  }
  if (ends.length === 0) return 0;
  const last = Math.max(...ends);
  return Math.floor(Math.min(...ends.filter((end) => end > last - SAME_END_MS)));
}
