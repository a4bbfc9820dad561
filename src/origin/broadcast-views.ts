import { hash } from 'node:crypto';
import type {
  BroadcastDetail,
  BroadcastSummary,
  IngestState,
  MediaRange,
  UploadProgress,
} from '../protocol/broadcast.ts';
import { partMs } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import { ownTracks, type TrackId } from '../protocol/track.ts';
import type { BroadcastRecord, StartFacts } from './broadcast-records.ts';
import { missingParts } from './missing.ts';
import type { BroadcastStore } from './segment-store.ts';

const storedMs = (start: StartFacts, store: BroadcastStore): number => {
  const end = Math.max(0, ...start.tracks.map((track) => store.stored(track.id).end));
  return end * partMs(start.grid.partsPerSegment);
};

/** SPEC UPLOAD3. What is over and not open has all it will ever have. */
function uploadOf(record: BroadcastRecord, store: BroadcastStore | undefined): UploadProgress | null {
  const { start, end, state, durationMs } = record;
  if (start?.isUpload !== true || end === undefined) return null;
  if (state !== 'ended' || store === undefined) return { madeMs: durationMs, isFinished: true };
  const lengthMs = partMs(start.grid.partsPerSegment);
  const made = Object.entries(end.endParts).map(([track, endPart]) => {
    const [first] = store.stored(track).toJSON();
    const to = first?.from === 0 ? first.to : 0;
    return to >= endPart ? durationMs : to * lengthMs;
  });
  return { madeMs: Math.round(Math.min(durationMs, ...made)), isFinished: false };
}

/** What a broadcast can say of itself, whoever asks. */
export type BroadcastBasics = Omit<BroadcastSummary, 'isOwn' | 'viewers'>;

/** `store` when the broadcast is open: one that goes on is as long as what is stored. */
export function basicsOf(record: BroadcastRecord, store: BroadcastStore | undefined): BroadcastBasics {
  const { id, title, state, start, end, durationMs, posterVersion, visibility } = record;
  const isGrowing = end === undefined && start !== undefined && store !== undefined;
  return {
    id,
    title,
    state,
    startedAt: start?.availabilityStartMs ?? null,
    durationMs: Math.round(isGrowing ? storedMs(start, store) : durationMs),
    posterUrl: posterVersion === 0 ? null : `/live/${id}/poster.jpg?v=${posterVersion}`,
    visibility,
    upload: uploadOf(record, store),
  };
}

/** SPEC API2: what is still expected; once it is over, or uploaded, `durationMs` and `upload` say what there is. */
function missingOf({ start, end, cuts }: BroadcastRecord, store: BroadcastStore): readonly MediaRange[] {
  if (start === undefined || end !== undefined) return [];
  const lengthMs = partMs(start.grid.partsPerSegment);
  const tracks = ownTracks(start.tracks).map((track) => track.id);
  return missingParts(cuts, tracks, (track) => store.stored(track)).map(({ from, to }) => ({
    fromMs: Math.floor(from * lengthMs),
    toMs: Math.ceil(to * lengthMs),
  }));
}

export const detailOf = (
  record: BroadcastRecord,
  store: BroadcastStore,
): Omit<BroadcastDetail, 'isOwn' | 'viewers'> => ({
  ...basicsOf(record, store),
  grid: record.start?.grid ?? null,
  tracks: record.start?.tracks ?? [],
  cuts: record.cuts,
  missing: missingOf(record, store),
  strips: store.strips().toJSON(),
});

/** What survives power loss, per track (SPEC TICK5). */
export const durableOf = (
  record: BroadcastRecord,
  store: BroadcastStore,
): Readonly<Record<TrackId, readonly PartRange[]>> =>
  Object.fromEntries((record.start?.tracks ?? []).map(({ id }) => [id, store.durable(id).toJSON()]));

export function ingestStateOf(record: BroadcastRecord, store: BroadcastStore, nowMs: number): IngestState {
  const { state, generation, title, start, cuts, end } = record;
  const tracks = start?.tracks ?? [];
  return {
    state,
    generation,
    title,
    serverTimeMs: nowMs,
    availabilityStartMs: start?.availabilityStartMs ?? null,
    grid: start?.grid ?? null,
    tracks,
    inits: Object.fromEntries([...store.inits()].map(([track, bytes]) => [track, hash('sha256', bytes, 'hex')])),
    stored: Object.fromEntries(tracks.map(({ id }) => [id, store.stored(id).toJSON()])),
    durable: durableOf(record, store),
    cuts,
    end: end ?? null,
  };
}
