import type { IngestState, TimelineCut } from '../protocol/broadcast.ts';
import { type Grid, type PartIndex, partDurationMicros } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';

/** Up to this much dead time is filled with the slate and silence; more is declared as a hole. */
const MAX_FILL_MS = 60_000;
/** Until the encoders run; the first part after a hole should not be late already. */
const HOLE_LEAD_MS = 4_000;

/** Where every track of a broadcast goes on. hole: the cut must be declared first (SPEC CUT1). */
export type ReturnPlan =
  | { readonly kind: 'fill'; readonly firstParts: FirstParts }
  | { readonly kind: 'hole'; readonly cut: TimelineCut; readonly firstParts: FirstParts };

export type FirstParts = Readonly<Record<TrackId, PartIndex>>;

/** Index after the newest part of each track that the origin has, or that this tab kept, or that a hole ends with. */
export function nextParts(
  tracks: readonly TrackId[],
  state: Pick<IngestState, 'stored' | 'cuts'>,
  kept: ReadonlyMap<TrackId, readonly PartIndex[]>,
): FirstParts {
  return Object.fromEntries(
    tracks.map((track) => {
      const stored = (state.stored[track] ?? []).map((range) => range.to);
      return [track, Math.max(beganAt(track, state.cuts), ...stored, (kept.get(track)?.at(-1) ?? -1) + 1)];
    }),
  );
}

/** Where the newest stretch of a track began: behind a hole, or where it came back after a rest. */
function beganAt(track: TrackId, cuts: readonly TimelineCut[]): PartIndex {
  let began = 0;
  let wasThere = true;
  for (const { fromPart, toPart, tracks } of cuts) {
    const isThere = tracks.includes(track);
    if (isThere && (!wasThere || fromPart < toPart)) began = toPart;
    wasThere = isThere;
  }
  return began;
}

/** Names of what is kept here and not at the origin, oldest first. */
export function unsentParts(
  state: Pick<IngestState, 'stored'>,
  kept: ReadonlyMap<TrackId, readonly PartIndex[]>,
): { readonly track: TrackId; readonly part: PartIndex }[] {
  return [...kept].flatMap(([track, parts]) => {
    const ranges = state.stored[track] ?? [];
    return parts
      .filter((part) => !ranges.some((range) => range.from <= part && part < range.to))
      .map((part) => ({ track, part }));
  });
}

/** How a tab that was away goes on; `nowMs` and `availabilityStartMs` on the origin's clock. */
export function planReturn(
  next: FirstParts,
  grid: Pick<Grid, 'partsPerSegment'>,
  availabilityStartMs: number,
  nowMs: number,
): ReturnPlan {
  const { partsPerSegment } = grid;
  const partMs = partDurationMicros(partsPerSegment) / 1000;
  const from = Math.min(...Object.values(next));
  const mediaNowMs = nowMs - availabilityStartMs;
  if (mediaNowMs - from * partMs <= MAX_FILL_MS) return { kind: 'fill', firstParts: next };
  const soonest = (mediaNowMs + HOLE_LEAD_MS) / partMs;
  const toPart = Math.ceil(soonest / partsPerSegment) * partsPerSegment;
  const tracks = Object.keys(next);
  return {
    kind: 'hole',
    cut: { fromPart: from, toPart, tracks },
    firstParts: Object.fromEntries(tracks.map((track) => [track, toPart])),
  };
}
