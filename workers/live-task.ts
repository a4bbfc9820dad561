import { parameterSets, withSets } from '../src/encode/avcc.ts';
import { writePart } from '../src/package/cmaf-part.ts';
import { type ClosedPart, VideoAssembler } from '../src/package/part-assembler.ts';
import { StageError } from '../src/protocol/errors.ts';
import {
  firstSlotOfPart,
  isKeySlot,
  type PartIndex,
  SEGMENT_SECONDS,
  slotTicks,
  VIDEO_TIMESCALE,
} from '../src/protocol/grid.ts';
import type { LendJoined, LendLive } from '../src/protocol/lend.ts';
import { millis } from '../src/protocol/time.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { EncodeCore } from './encode-core.ts';
import type { LendClient } from './lend-client.ts';
import { renditionsOf } from './lend-probe.ts';
import { type LivePart, LiveSender } from './live-sender.ts';
import { LiveSource } from './live-source.ts';

export interface LiveTaskOptions {
  readonly client: LendClient;
  readonly joined: LendJoined;
  readonly live: LendLive;
  /** `avcC` of the source. */
  readonly description: Uint8Array<ArrayBuffer>;
  readonly segment: number;
  /** The first part that lacks now. */
  readonly fromPart: PartIndex;
  readonly onSlots: (slots: number) => void;
}

/** Frames between the decoder and the encoders; more wait as packets. */
const MAX_FRAMES = 4;

/** What there is from the moment on when it is this tab's turn. */
interface Making {
  readonly firstSlot: number;
  readonly assemblers: ReadonlyMap<TrackId, VideoAssembler>;
  readonly sender: LiveSender;
}

/**
 * One segment of a live, or its rest: the growing source is decoded once, and every rendition of it goes out part by
 * part. Stands by until `begin`: it has encoders, and follows the source. Runs until the segment is whole, or `end`.
 */
export class LiveTask {
  readonly segment: number;
  readonly #options: LiveTaskOptions;
  readonly #ending = new AbortController();
  readonly #sets = new Map<TrackId, Uint8Array>();
  readonly #ticks = new Map<PartIndex, LivePart[]>();
  readonly #source: LiveSource;
  #core: Promise<EncodeCore> | undefined;
  #making: Making | undefined;
  #slots = 0;
  #failure: unknown;
  #encoding: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: LiveTaskOptions) {
    const { client, joined, live, description, segment, fromPart } = options;
    this.segment = segment;
    this.#options = options;
    this.#source = new LiveSource({
      client,
      grid: joined.grid,
      segment,
      fromPart,
      codecs: live.source.codecs,
      description,
      signal: this.#ending.signal,
      onFrame: (frame, slots) => this.#push(frame, slots),
      room: async () => {
        while (this.#waiting > MAX_FRAMES && this.#failure === undefined && !this.isEnded) await this.#encoding;
      },
      onError: (cause) => this.#fail(cause),
    });
  }

  /** 0 to 1. */
  get progress(): number {
    return this.#slots / (SEGMENT_SECONDS * this.#options.joined.grid.frameRate);
  }

  get isMaking(): boolean {
    return this.#making !== undefined;
  }

  get isEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  /** It is this tab's turn, with a key frame at `fromPart`. False: another task has to do it. */
  begin(fromPart: PartIndex): boolean {
    if (this.isEnded || !this.#source.begin(fromPart)) return false;
    const { client, joined } = this.#options;
    const firstSlot = firstSlotOfPart(fromPart, joined.grid.frameRate, joined.grid.partsPerSegment);
    this.#making = {
      firstSlot,
      assemblers: new Map(joined.tracks.map(({ id }) => [id, new VideoAssembler(id, joined.grid, firstSlot)])),
      sender: new LiveSender(client, this.segment, () => this.end()),
    };
    return true;
  }

  end(): void {
    this.#ending.abort();
  }

  /** Rejects when it cannot go on; what was sent until then counts. */
  async run(): Promise<void> {
    this.#core = this.#openCore();
    try {
      await this.#source.run();
      await this.#encoding;
      if (!this.isEnded) await (await this.#core).flush();
      await this.#making?.sender.finish();
    } finally {
      this.#core.then((core) => core.close()).catch(() => undefined);
      this.end();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #openCore(): Promise<EncodeCore> {
    const { joined } = this.#options;
    const { frameRate, gopSeconds } = joined.grid;
    const core = EncodeCore.open(
      { renditions: renditionsOf(joined), frameRate, gopSeconds, latencyMode: 'realtime' },
      {
        // In front of every key frame, as in the creator's own: what the init segment does not say of colours is said there.
        onConfig: (track, avcC) => this.#sets.set(track, parameterSets(avcC)),
        onFrame: ({ track, slot, isKey, data }) => this.#assemble(track, slot, isKey, data),
        onLost: (track) => this.#fail(new StageError('encode', 'frame_lost', `An encoder lost a picture of ${track}.`)),
        onError: (_track, error) => this.#fail(error),
      },
    );
    core.catch((cause: unknown) => this.#fail(cause));
    return core;
  }

  /** Takes ownership. Where the source has one picture for several slots it is made once for each (SPEC LEND10). */
  #push(frame: VideoFrame, slots: number): void {
    const making = this.#making;
    const { grid } = this.#options.joined;
    const slot = Math.round((frame.timestamp * grid.frameRate) / 1_000_000);
    if (making === undefined || slot < making.firstSlot) {
      frame.close();
      return;
    }
    this.#waiting++;
    this.#encoding = this.#encoding
      .then(async () => {
        for (let at = slot; at < slot + slots; at++)
          await this.#encode(frame, at, at === making.firstSlot || isKeySlot(at, grid));
      })
      .catch((cause: unknown) => this.#fail(cause))
      .finally(() => {
        frame.close();
        this.#waiting--;
      });
  }

  async #encode(frame: VideoFrame, slot: number, isKey: boolean): Promise<void> {
    const core = await this.#core;
    if (core === undefined || this.isEnded || this.#failure !== undefined) return;
    await core.ready(MAX_FRAMES);
    core.encode(frame, slot, isKey);
    this.#slots++;
    this.#options.onSlots(1);
  }

  #assemble(track: TrackId, slot: number, isKey: boolean, data: Uint8Array): void {
    try {
      const whole = isKey ? withSets(this.#sets.get(track) ?? new Uint8Array(), data) : data;
      const closed = this.#making?.assemblers.get(track)?.add(slot, isKey, whole);
      if (closed !== undefined) this.#close(closed);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** A tick goes out when its last rendition is there. */
  #close({ track, part, samples }: ClosedPart): void {
    const { joined } = this.#options;
    const { partsPerSegment, frameRate } = joined.grid;
    const firstSlot = firstSlotOfPart(part, frameRate, partsPerSegment);
    const capturedAtMs = millis(
      joined.availabilityStartMs + (slotTicks(firstSlot, frameRate) * 1000) / VIDEO_TIMESCALE,
    );
    const bytes = writePart({ kind: 'video', part, partsPerSegment, capturedAtMs, samples });
    const tick = [...(this.#ticks.get(part) ?? []), { track, part, bytes }];
    this.#ticks.set(part, tick);
    if (tick.length < joined.tracks.length) return;
    this.#ticks.delete(part);
    this.#making?.sender.add(tick);
  }

  #fail(cause: unknown): void {
    if (this.isEnded) return;
    this.#failure ??= cause;
    this.end();
  }
}
