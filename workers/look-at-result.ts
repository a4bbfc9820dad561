import { BlobSource, Input, MP4, VideoSampleSink } from 'mediabunny';
import { psnrDb } from '../src/mapreduce/psnr.ts';
import { slotsOfSegment } from '../src/mapreduce/recording-plan.ts';
import { SlotCover, slotReachSeconds } from '../src/mapreduce/slot-cover.ts';
import { StageError } from '../src/protocol/errors.ts';
import { firstSlotOfPart, partOfSlot } from '../src/protocol/grid.ts';
import type { HelpVerdict } from '../src/protocol/lend.ts';
import type { TrackId } from '../src/protocol/track.ts';
import type { OriginClient } from './origin-client.ts';
import type { Pictures, SourcePicture } from './recording-pictures.ts';
import type { Recipe } from './segment-maker.ts';

/** How long a stretch is decoded in every rendition: the key picture and what leans on it. */
const LOOK_PARTS = 3;
/** Pictures are compared this small: what matters is what they show, not how sharp they are. */
const WIDTH = 128;
const HEIGHT = 72;
/** Honest renditions lie well above, also of pictures that are nothing but sharp edges; another picture mostly below. */
const MIN_PSNR_DB = 22;

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
      const shown = await resultThumbs(new Blob([inits.get(track) ?? new Uint8Array(), parts]), slots, grid.frameRate);
      if (shown === undefined) return { kind: 'bad', reason: `its ${height}p cannot be decoded` };
      // By way of the rendition's own size: edges suffer from the way, and both shall suffer the same.
      const thumbs = [...wanted].map(([slot, frame]) => [slot, thumbOf(drawn(frame, width, height))] as const);
      const worst = Math.min(...thumbs.map(([slot, thumb]) => psnrDb(thumb, shown.get(slot))));
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
  const use = (one: ReturnType<typeof cover.finish>): void => {
    if (one === undefined) return;
    try {
      for (const slot of slots) {
        if (slot < one.fromSlot || slot >= one.toSlot || top === undefined) continue;
        frames.get(slot)?.close();
        frames.set(slot, one.picture.frame(top));
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
      use(cover.push(picture, seconds));
    }
  } finally {
    use(cover.finish());
  }
  return frames;
}

/** Undefined when it cannot be decoded, or a picture is missing. */
async function resultThumbs(media: Blob, slots: readonly number[], frameRate: number): Promise<Thumbs | undefined> {
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
          thumbs.set(slot, thumbOf(frame));
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

function drawn(picture: CanvasImageSource, width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new StageError('capture', 'no_canvas', 'This browser gave no canvas to compare pictures.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}

function thumbOf(picture: CanvasImageSource): Uint8ClampedArray {
  const context = drawn(picture, WIDTH, HEIGHT).getContext('2d');
  return context?.getImageData(0, 0, WIDTH, HEIGHT).data ?? new Uint8ClampedArray();
}
