import { withStartCodes } from '../src/encode/avcc.ts';
import { ChunkSplitter } from '../src/lib/chunk-splitter.ts';
import { psnrDb } from '../src/mapreduce/psnr.ts';
import { samplesOfPart } from '../src/package/part-samples.ts';
import { firstSlotOfPart, type Grid, VIDEO_TIMESCALE } from '../src/protocol/grid.ts';
import type { LiveLook, LookVerdict } from '../src/protocol/lend.ts';
import type { PartRange } from '../src/protocol/part.ts';
import type { TrackId, VideoTrack } from '../src/protocol/track.ts';
import { MIN_PSNR_DB, thumbOf } from './thumb.ts';

export type PartsOf = (track: TrackId, range: PartRange) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Decodes a short stretch of every rendition that a helper made of a live, and compares its first and its last picture
 * with the source. Rejects when the parts cannot be had.
 */
export async function lookAtLive(look: LiveLook, partsOf: PartsOf): Promise<LookVerdict> {
  const { fromPart, toPart, sourceFromPart, source, tracks, grid } = look;
  const { frameRate, partsPerSegment } = grid;
  const slots = [fromPart, toPart].map((part) => firstSlotOfPart(part, frameRate, partsPerSegment));
  const wanted = [slots[0] ?? 0, (slots[1] ?? 0) - 1];
  const parts = await partsOf(source.id, { from: sourceFromPart, to: toPart });
  const shown = await framesOf({ track: source, parts, grid, slots: wanted });
  if (shown === undefined) return { kind: 'unable', reason: 'its source could not be decoded' };
  try {
    for (const track of tracks) {
      const verdict = await compare(shown, {
        track,
        parts: await partsOf(track.id, { from: fromPart, to: toPart }),
        grid,
        slots: wanted,
      });
      if (verdict !== undefined) return { kind: 'lie', reason: verdict };
    }
    return { kind: 'good' };
  } finally {
    closeAll(shown);
  }
}

interface Stretch {
  readonly track: VideoTrack;
  readonly parts: Uint8Array<ArrayBuffer>;
  readonly grid: Grid;
  /** Of these the pictures are wanted. */
  readonly slots: readonly number[];
}

type Frames = ReadonlyMap<number, VideoFrame>;

const closeAll = (frames: Frames): void => {
  for (const frame of frames.values()) frame.close();
};

/** What is wrong with it; undefined when it shows what the source shows. */
async function compare(source: Frames, stretch: Stretch): Promise<string | undefined> {
  const { height } = stretch.track;
  const made = await framesOf(stretch);
  if (made === undefined) return `its ${height}p cannot be decoded`;
  try {
    let worstDb = Number.POSITIVE_INFINITY;
    for (const [slot, frame] of source) {
      const own = made.get(slot);
      const thumb = own && (await thumbOf(own, stretch.track));
      worstDb = Math.min(worstDb, psnrDb(await thumbOf(frame, stretch.track), thumb));
    }
    return worstDb < MIN_PSNR_DB ? `its ${height}p does not show the film (${worstDb.toFixed(1)} dB)` : undefined;
  } finally {
    closeAll(made);
  }
}

/** Undefined when it cannot be decoded, or a picture is missing. The caller closes the frames. */
async function framesOf({ track, parts, grid, slots }: Stretch): Promise<Frames | undefined> {
  const { frameRate, partsPerSegment } = grid;
  const frames = new Map<number, VideoFrame>();
  const slotOf = (ticks: number): number => Math.round((ticks * frameRate) / VIDEO_TIMESCALE);
  /** Of the wanted slots those that a picture stands in, by its timestamp. */
  const shownIn = new Map<number, readonly number[]>();
  const decoder = new VideoDecoder({
    output: (frame) => {
      for (const slot of shownIn.get(frame.timestamp) ?? []) if (!frames.has(slot)) frames.set(slot, frame.clone());
      frame.close();
    },
    error: () => undefined,
  });
  try {
    // Without a description: every key picture of a live says itself how it is to be read (SPEC PART7).
    decoder.configure({ codec: track.codecs });
    let type: EncodedVideoChunkType = 'key';
    for (const { bytes } of new ChunkSplitter(VIDEO_TIMESCALE, partsPerSegment).push(parts)) {
      for (const { startTicks, durationTicks, data } of samplesOfPart(bytes)) {
        const [from, to] = [slotOf(startTicks), slotOf(startTicks + durationTicks)];
        const timestamp = Math.round((from * 1_000_000) / frameRate);
        shownIn.set(
          timestamp,
          slots.filter((slot) => from <= slot && slot < to),
        );
        decoder.decode(new EncodedVideoChunk({ type, timestamp, data: withStartCodes(data) }));
        type = 'delta';
      }
    }
    await decoder.flush();
    if (slots.every((slot) => frames.has(slot))) return frames;
  } catch {
    // Said below, as what is missing is.
  } finally {
    if (decoder.state !== 'closed') decoder.close();
  }
  closeAll(frames);
  return undefined;
}
