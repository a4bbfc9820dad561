import type { RecordingPlan } from '../src/mapreduce/recording-plan.ts';
import { slotsOfSegment } from '../src/mapreduce/recording-plan.ts';
import { type Cover, SlotCover, slotReachSeconds } from '../src/mapreduce/slot-cover.ts';
import { writePart } from '../src/package/cmaf-part.ts';
import { type ClosedPart, VideoAssembler } from '../src/package/part-assembler.ts';
import { StageError } from '../src/protocol/errors.ts';
import { type Grid, isKeySlot, VIDEO_TIMESCALE } from '../src/protocol/grid.ts';
import type { PartName } from '../src/protocol/part.ts';
import { millis } from '../src/protocol/time.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { EncodeCore, type Rendition } from './encode-core.ts';
import { PictureScaler } from './picture-scaler.ts';
import type { SourcePicture } from './recording-pictures.ts';

/** What a segment is made to; the same for every segment of a recording. */
export interface Recipe {
  readonly plan: RecordingPlan;
  readonly grid: Grid;
  readonly renditions: readonly Rendition[];
  /** Wall clock of media zero. */
  readonly availabilityStartMs: number;
}

export interface MadePart extends PartName {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface MadeConfig {
  readonly track: TrackId;
  readonly avcC: Uint8Array;
  readonly colorSpace: VideoColorSpaceInit | undefined;
}

export interface MadeSegment {
  readonly parts: readonly MadePart[];
  readonly configs: readonly MadeConfig[];
}

/** Frames inside each encoder: enough that a slow frame of one encoder does not hold up the others. */
const IN_FLIGHT = 6;
/** Less than the distance of any two pictures, more than a double is off. */
const EPSILON_SECONDS = 1e-6;

/** The pictures from the one that is shown at `fromSeconds` to the last before the first that `isPast`. */
export type PictureRun = (
  fromSeconds: number,
  isPast: (seconds: number) => boolean,
) => AsyncGenerator<SourcePicture, void, undefined>;

export interface MakingEvents {
  onSlot(done: number, of: number): void;
  /** The last picture is with the encoders: the next segment's can be read while these empty. */
  onRead(): void;
}

/**
 * One segment, all renditions, from one decode: fresh encoders, a key frame first and then on the grid, every slot
 * filled. Rejects when an encoder loses a frame: the segment is then made anew.
 */
export async function makeSegment(
  pictures: PictureRun,
  segment: number,
  recipe: Recipe,
  events: MakingEvents,
): Promise<MadeSegment> {
  const { plan, grid, renditions } = recipe;
  const range = slotsOfSegment(segment, plan);
  const output = new Outputs(recipe, range.fromSlot);
  const [top] = renditions;
  if (top === undefined) throw new StageError('encode', 'no_encoder', 'There is no rendition to make.');
  const scaler = new PictureScaler(top);
  const { frameRate, gopSeconds } = grid;
  const core = await EncodeCore.open({ renditions, frameRate, gopSeconds, latencyMode: 'quality' }, output.events);
  const encode = async ({ picture, fromSlot, toSlot }: Cover<SourcePicture>): Promise<void> => {
    if (fromSlot === toSlot) return;
    const frame = await picture.frame(top);
    try {
      const scaled = await scaler.scale(frame);
      try {
        for (let slot = fromSlot; slot < toSlot; slot++) {
          await core.ready(IN_FLIGHT);
          if (output.failure !== undefined) throw output.failure;
          core.encode(scaled ?? frame, slot, slot === range.fromSlot || isKeySlot(slot, grid));
          events.onSlot(slot + 1 - range.fromSlot, range.toSlot - range.fromSlot);
        }
      } finally {
        scaled?.close();
      }
    } finally {
      frame.close();
    }
  };
  const cover = new SlotCover<SourcePicture>({ ...range, frameRate: plan.frameRate });
  const use = async (one: Cover<SourcePicture> | undefined): Promise<void> => {
    if (one === undefined) return;
    try {
      await encode(one);
    } finally {
      one.picture.close();
    }
  };
  const start = plan.zeroSeconds + slotReachSeconds(range.fromSlot, plan.frameRate) - EPSILON_SECONDS;
  try {
    for await (const picture of pictures(start, (seconds) => cover.isPast(seconds - plan.zeroSeconds)))
      await use(cover.push(picture, picture.seconds - plan.zeroSeconds));
    await use(cover.finish());
    events.onRead();
    await core.flush();
    if (output.failure !== undefined) throw output.failure;
  } finally {
    cover.finish()?.picture.close();
    core.close();
  }
  return output.finish();
}

/** What comes out of the encoders, as parts. */
class Outputs {
  readonly #recipe: Recipe;
  readonly #assemblers: ReadonlyMap<TrackId, VideoAssembler>;
  readonly #parts: MadePart[] = [];
  readonly #configs = new Map<TrackId, MadeConfig>();
  failure: StageError | undefined;

  constructor(recipe: Recipe, firstSlot: number) {
    this.#recipe = recipe;
    this.#assemblers = new Map(
      recipe.renditions.map(({ track }) => [track, new VideoAssembler(track, recipe.grid, firstSlot)]),
    );
  }

  readonly events: Parameters<typeof EncodeCore.open>[1] = {
    onConfig: (track, avcC, colorSpace) => {
      const known = this.#configs.get(track);
      if (known === undefined) this.#configs.set(track, { track, avcC, colorSpace });
      else if (!isSameBytes(known.avcC, avcC)) this.failure ??= changedEncoder();
    },
    onFrame: ({ track, slot, isKey, data }) => {
      try {
        this.#keep(this.#assemblers.get(track)?.add(slot, isKey, data));
      } catch (cause) {
        this.failure ??= cause instanceof StageError ? cause : lostFrame(cause);
      }
    },
    onLost: () => {
      this.failure ??= lostFrame(undefined);
    },
    onError: (_track, error) => {
      this.failure ??= error;
    },
  };

  finish(): MadeSegment {
    for (const assembler of this.#assemblers.values()) this.#keep(assembler.flush());
    return { parts: this.#parts, configs: [...this.#configs.values()] };
  }

  #keep(closed: ClosedPart | undefined): void {
    const first = closed?.samples[0];
    if (closed === undefined || first === undefined) return;
    const { grid, availabilityStartMs } = this.#recipe;
    const capturedAtMs = millis(availabilityStartMs + (first.start * 1000) / VIDEO_TIMESCALE);
    const { track, part, samples } = closed;
    const { partsPerSegment } = grid;
    this.#parts.push({
      track,
      part,
      bytes: writePart({ kind: 'video', part, partsPerSegment, capturedAtMs, samples }),
    });
  }
}

const lostFrame = (cause: unknown): StageError =>
  new StageError('encode', 'frame_lost', 'The video encoder lost a picture; the segment is made again.', { cause });

export const changedEncoder = (): StageError =>
  new StageError(
    'encode',
    'encoder_changed',
    'The video encoder of this browser works differently than when this recording was begun. Upload it anew.',
  );

export const isSameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Every encoder says what it said first: its pictures fit the init segments. */
export const isPinned = (made: readonly MadeConfig[], pinned: readonly MadeConfig[]): boolean =>
  made.every(({ track, avcC }) =>
    isSameBytes(avcC, pinned.find((one) => one.track === track)?.avcC ?? new Uint8Array()),
  );
