import { BlobSource, Input, MP4, VideoSampleSink } from 'mediabunny';
import type { Size } from '../src/encode/i420-scaler.ts';
import { psnrDb } from '../src/mapreduce/psnr.ts';
import { slotsOfSegment } from '../src/mapreduce/recording-plan.ts';
import { SlotCover, slotReachSeconds } from '../src/mapreduce/slot-cover.ts';
import { firstSlotOfPart, partOfSlot } from '../src/protocol/grid.ts';
import type { HelpVerdict } from '../src/protocol/lend.ts';
import type { TrackId } from '../src/protocol/track.ts';
import type { OriginClient } from './origin-client.ts';
import type { Pictures, SourcePicture } from './recording-pictures.ts';
import type { Recipe } from './segment-maker.ts';
import { MIN_PSNR_DB, thumbOf } from './thumb.ts';

/** How long a stretch is decoded in every rendition: the key picture and what leans on it. */
const LOOK_PARTS = 3;
export interface LookOptions {
  readonly client: OriginClient;
  readonly pictures: Pictures;
  readonly recipe: Recipe;
  readonly inits: ReadonlyMap<TrackId, Uint8Array<ArrayBuffer>>;
}

/**
 * Decodes a short stretch of every rendition that a helper brought, from a key picture chosen by chance, and compares
 * it with the source. Rejects when the origin does not answer.
 */
export async function lookAtResult(segment: number, options: LookOptions): Promise<HelpVerdict> {
  const { client, recipe, inits } = options;
  const { plan, grid } = recipe;
  const { fromSlot, toSlot } = slotsOfSegment(segment, plan);
  const gopSlots = grid.gopSeconds * grid.frameRate;
  const gops = Math.ceil((toSlot - fromSlot) / gopSlots);
  const keySlot = fromSlot + gopSlots * Math.floor(Math.random() * gops);
  const fromPart = partOfSlot(keySlot, grid.frameRate, grid.partsPerSegment);
  const afterSlot = firstSlotOfPart(fromPart + LOOK_PARTS, grid.frameRate, grid.partsPerSegment);
  const lastSlot = Math.min(toSlot, afterSlot) - 1;
  const slots = [keySlot, lastSlot];
  const wanted = await sourceFrames(options, slots);
  try {
    if (!slots.every((slot) => wanted.has(slot)))
      return { kind: 'bad', reason: 'the source cannot be decoded where it was looked at' };
    for (const { track, width, height } of recipe.renditions) {
      const parts = await client.broughtParts(segment, track, fromPart, fromPart + LOOK_PARTS);
      const media = new Blob([inits.get(track) ?? new Uint8Array(), parts]);
      const shown = await resultThumbs(media, { slots, frameRate: grid.frameRate, size: { width, height } });
      if (shown === undefined) return { kind: 'bad', reason: `its ${height}p cannot be decoded` };
      let worst = Number.POSITIVE_INFINITY;
      for (const [slot, frame] of wanted)
        worst = Math.min(worst, psnrDb(await thumbOf(frame, { width, height }), shown.get(slot)));
      if (worst < MIN_PSNR_DB)
        return { kind: 'lie', reason: `its ${height}p does not show the film (${worst.toFixed(1)} dB)` };
    }
    return { kind: 'good' };
  } finally {
    for (const frame of wanted.values()) frame.close();
  }
}

type Thumbs = ReadonlyMap<number, Uint8ClampedArray>;

/** What the slots are to show; the caller closes the frames. */
async function sourceFrames(
  { pictures, recipe }: LookOptions,
  slots: readonly number[],
): Promise<ReadonlyMap<number, VideoFrame>> {
  const { plan, renditions } = recipe;
  const [top] = renditions;
  const [fromSlot = 0, lastSlot = 0] = slots;
  const frames = new Map<number, VideoFrame>();
  const cover = new SlotCover<SourcePicture>({ fromSlot, toSlot: lastSlot + 1, frameRate: plan.frameRate });
  const use = async (one: ReturnType<typeof cover.finish>): Promise<void> => {
    if (one === undefined) return;
    try {
      for (const slot of slots) {
        if (slot < one.fromSlot || slot >= one.toSlot || top === undefined) continue;
        frames.get(slot)?.close();
        frames.set(slot, await one.picture.frame(top));
      }
    } finally {
      one.picture.close();
    }
  };
  try {
    for await (const picture of pictures(plan.zeroSeconds + slotReachSeconds(fromSlot, plan.frameRate) - 1e-6)) {
      const seconds = picture.seconds - plan.zeroSeconds;
      if (cover.isPast(seconds)) {
        picture.close();
        break;
      }
      await use(cover.push(picture, seconds));
    }
  } finally {
    await use(cover.finish());
  }
  return frames;
}

/** Undefined when it cannot be decoded, or a picture is missing. */
async function resultThumbs(
  media: Blob,
  { slots, frameRate, size }: { readonly slots: readonly number[]; readonly frameRate: number; readonly size: Size },
): Promise<Thumbs | undefined> {
  const input = new Input({ source: new BlobSource(media), formats: [MP4] });
  const thumbs = new Map<number, Uint8ClampedArray>();
  try {
    const track = await input.getPrimaryVideoTrack();
    if (track === null) return undefined;
    for await (const sample of new VideoSampleSink(track).samples()) {
      try {
        const slot = Math.round(sample.timestamp * frameRate);
        if (!slots.includes(slot)) continue;
        const frame = sample.toVideoFrame();
        try {
          thumbs.set(slot, await thumbOf(frame, size));
        } finally {
          frame.close();
        }
      } finally {
        sample.close();
      }
    }
  } catch {
    return undefined;
  } finally {
    input.dispose();
  }
  return slots.every((slot) => thumbs.has(slot)) ? thumbs : undefined;
}
