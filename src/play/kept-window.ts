import { type PartIndex, partMs, SEGMENT_MS } from '../protocol/grid.ts';
import type { TrackId } from '../protocol/track.ts';

/** One part as a feed brought it. */
export interface KeptPart {
  readonly track: TrackId;
  readonly part: PartIndex;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Half open. */
export interface PartWindow {
  readonly from: PartIndex;
  readonly to: PartIndex;
}

const KEPT_MS = 10_000;
/** What is written together: one key frame and what hangs on it, or two of them. */
export const BLOCK_MS = 2000;
const REWIND_MS = 3000;

/** The last ten seconds before a playhead, the next ten, and the rest of the segment it is in; whole blocks. */
export function keptWindow(positionMs: number, partsPerSegment: number): PartWindow {
  const lengthMs = partMs(partsPerSegment);
  const block = (ms: number): PartIndex => (Math.floor(ms / BLOCK_MS) * BLOCK_MS) / lengthMs;
  const segmentEndMs = (Math.floor(positionMs / SEGMENT_MS) + 1) * SEGMENT_MS;
  const toMs = Math.max(segmentEndMs, positionMs + KEPT_MS + BLOCK_MS - 1);
  return { from: Math.round(block(Math.max(0, positionMs - KEPT_MS))), to: Math.round(block(toMs)) };
}

/** What of the kept parts plays in one go around a playhead. */
export interface PlayableRun extends PartWindow {
  /** Undefined where the broadcast has no picture. */
  readonly video: TrackId | undefined;
  /** Where to go on: the key frame at most three seconds before the playhead, or the first where it ends. */
  readonly startMs: number;
}

/**
 * The longest run of parts around the playhead that one rendition has without a gap, with its sound; undefined where
 * the playhead itself is not in it.
 */
export function playableRun(
  parts: readonly Pick<KeptPart, 'track' | 'part'>[],
  positionMs: number,
  grid: { readonly partsPerSegment: number; readonly gopSeconds: number },
): PlayableRun | undefined {
  const lengthMs = partMs(grid.partsPerSegment);
  // The last part of all may be the one before a playhead that waits for the next.
  const at = Math.floor(positionMs / lengthMs);
  const runs = [...new Set(parts.map(({ track }) => track))].flatMap((track) => {
    const held = new Set(parts.filter((one) => one.track === track).map(({ part }) => part));
    const start = [at, at - 1, at - 2].find((part) => held.has(part));
    if (start === undefined) return [];
    let from = start;
    while (held.has(from - 1)) from -= 1;
    let to = start + 1;
    while (held.has(to)) to += 1;
    return [{ track, from, to }];
  });
  const longest = (kind: 'a' | 'v') =>
    runs.filter(({ track }) => track.startsWith(kind)).toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
  const [video, audio] = [longest('v'), longest('a')];
  const isKindMissing = (['a', 'v'] as const).some(
    (kind) => parts.some(({ track }) => track.startsWith(kind)) && longest(kind) === undefined,
  );
  if (isKindMissing) return undefined;
  const from = Math.max(video?.from ?? 0, audio?.from ?? 0);
  const to = Math.min(video?.to ?? Number.POSITIVE_INFINITY, audio?.to ?? Number.POSITIVE_INFINITY);
  if (!Number.isFinite(to) || from >= to) return undefined;
  const gopMs = grid.gopSeconds * 1000;
  const firstKeyMs = Math.ceil((from * lengthMs) / gopMs) * gopMs;
  const wantedMs = Math.ceil(Math.max(0, positionMs - REWIND_MS) / gopMs) * gopMs;
  // At the live edge nothing lies ahead: then the last seconds are shown once more.
  const isAnythingAhead = to * lengthMs - positionMs > REWIND_MS;
  const startMs = isAnythingAhead ? Math.max(firstKeyMs, wantedMs) : firstKeyMs;
  return startMs >= to * lengthMs ? undefined : { from, to, video: video?.track, startMs };
}

/** What each broadcast takes on this device. */
export interface KeptSize {
  readonly id: string;
  readonly savedAtMs: number;
  readonly bytes: number;
}

/** Which broadcasts give way so that the rest fits, the oldest first; the one that is on stays. */
export function keptTooMuch(kept: readonly KeptSize[], budgetBytes: number, playingId: string): readonly string[] {
  let bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
  const evicted: string[] = [];
  for (const one of kept.toSorted((a, b) => a.savedAtMs - b.savedAtMs)) {
    if (bytes <= budgetBytes) break;
    if (one.id === playingId) continue;
    evicted.push(one.id);
    bytes -= one.bytes;
  }
  return evicted;
}
