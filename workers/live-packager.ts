import { isSameConfig } from '../src/encode/avcc.ts';
import { colourCodes } from '../src/encode/cicp.ts';
import { writePart } from '../src/package/cmaf-part.ts';
import { type Described, describeAudio, describeVideo } from '../src/package/describe-track.ts';
import type { ClosedPart } from '../src/package/part-assembler.ts';
import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../src/protocol/grid.ts';
import { type Micros, type Millis, micros, microsToMillis, millis, ticksToMicros } from '../src/protocol/time.ts';
import type { Track, TrackId, VideoTrack } from '../src/protocol/track.ts';
import type { LaterInit } from '../src/upload/unfinished.ts';
import { AUDIO_CHANNELS } from './audio-lane.ts';
import type { Rendition } from './encode-core.ts';
import type { LadderChange } from './live-ladder-control.ts';
import type { EngineToUpload, LivePlan } from './messages.ts';

export interface LivePackagerOptions {
  readonly plan: LivePlan;
  readonly renditions: readonly Rendition[];
  /** Those of them that helpers make. */
  readonly lent: readonly TrackId[];
  readonly audioTrack: TrackId;
  /** Of each track of a broadcast that goes on. */
  readonly firstParts: Readonly<Record<TrackId, number>>;
  /** Media zero on the origin's clock; asked for only when something was encoded. */
  zero(): Micros;
  /** What the encoders keep inside, see `VideoLane`. */
  heldMicros(): Micros;
  /** Sends to the upload worker; what is in `transfer` is gone. */
  send(message: EngineToUpload, transfer: Transferable[]): void;
  onStarted(startedAtMs: Millis): void;
}

interface VideoConfig {
  readonly avcC: Uint8Array;
  readonly colorSpace: VideoColorSpaceInit | undefined;
}

/** From what encoders give, and say of themselves, to what the upload is sent: the start, parts, changes, the end. */
export class LivePackager {
  readonly #options: LivePackagerOptions;
  readonly #configs = new Map<TrackId, VideoConfig>();
  /** The segment after which the newest init segment of a track is named, where it is not its first. */
  readonly #initSegments = new Map<TrackId, number>();
  readonly #endParts: Record<TrackId, number>;
  #audioConfig: Uint8Array = new Uint8Array();
  /** Parts that were ready before every init segment was; undefined once the start has been told. */
  #early: ClosedPart[] | undefined = [];

  constructor(options: LivePackagerOptions) {
    this.#options = options;
    this.#endParts = { ...options.firstParts };
  }

  /** The upload has been told what is coming. */
  get isStarted(): boolean {
    return this.#early === undefined;
  }

  setAudio(config: Uint8Array): void {
    this.#audioConfig = config;
  }

  /** True when another encoder than before makes the track, which is to be told with `renew`. */
  setVideo(track: TrackId, config: VideoConfig): boolean {
    const before = this.#configs.get(track);
    if (before !== undefined && isSameConfig(before.avcC, config.avcC)) return false;
    this.#configs.set(track, config);
    if (this.isStarted) return true;
    if (this.#configs.size === this.#options.renditions.length) this.#start();
    return false;
  }

  /** The first segment that another init segment of the track may be named after. */
  nextInitSegment(track: TrackId): number {
    return (this.#initSegments.get(track) ?? 0) + 1;
  }

  /** From the boundary of `change` on the track has an init segment of its newest encoder (SPEC CUT6). */
  renew(track: TrackId, change: LadderChange): void {
    const rendition = this.#options.renditions.find((one) => one.track === track);
    const config = this.#configs.get(track);
    if (rendition === undefined || config === undefined) return;
    this.#initSegments.set(track, change.fromPart / this.#options.plan.grid.partsPerSegment);
    const { track: facts, init } = this.#describe(rendition, config);
    this.change(change, [{ track, codecs: facts.codecs, bytes: init }]);
  }

  /** From its boundary on these tracks are made and no others. */
  change({ fromPart, going }: LadderChange, inits: readonly LaterInit[] = []): void {
    const change = { part: fromPart, tracks: [...going, this.#options.audioTrack], inits };
    this.#options.send(
      { kind: 'tracks', change },
      inits.map(({ bytes }) => bytes.buffer),
    );
  }

  add(closed: ClosedPart): void {
    if (this.#early !== undefined) {
      this.#early.push(closed);
      return;
    }
    const { track, part, samples } = closed;
    const [first] = samples;
    if (first === undefined) return;
    const options = this.#options;
    const { partsPerSegment } = options.plan.grid;
    const kind = track === options.audioTrack ? 'audio' : 'video';
    const timescale = kind === 'audio' ? AUDIO_TIMESCALE : VIDEO_TIMESCALE;
    // Media time is the time of capture, so the grid itself says when the first sample was taken.
    const capturedAtMs = millis((options.zero() + ticksToMicros(first.start, timescale)) / 1000);
    const bytes = writePart({ kind, part, partsPerSegment, capturedAtMs, samples });
    const sampleBytes = samples.reduce((sum, sample) => sum + sample.data.length, 0);
    this.#endParts[track] = part + 1;
    options.send({ kind: 'part', track, part, bytes, sampleBytes }, [bytes.buffer]);
  }

  end(): void {
    this.#options.send({ kind: 'end', endParts: this.#endParts }, []);
  }

  /** Every encoder has described itself: the origin can be told what is coming. */
  #start(): void {
    const options = this.#options;
    const { plan, renditions, audioTrack } = options;
    // An encoder that holds pictures has every part that much later: viewers may not be promised them before.
    const startedAtMs = microsToMillis(micros(options.zero() + options.heldMicros()));
    const described: readonly Described<Track>[] = [
      ...renditions.flatMap((rendition) => {
        const config = this.#configOf(rendition.track);
        return config === undefined ? [] : [this.#describe(rendition, config)];
      }),
      describeAudio({ id: audioTrack, bitrateBps: plan.audioBps, channels: AUDIO_CHANNELS }, this.#audioConfig),
    ];
    const tracks = described.map(({ track }) => track);
    const inits = described.map(({ track, init }) => ({ track: track.id, bytes: init }));
    options.send(
      { kind: 'start', request: { availabilityStartMs: startedAtMs, grid: plan.grid, tracks }, inits },
      inits.map(({ bytes }) => bytes.buffer),
    );
    options.onStarted(startedAtMs);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const part of early) this.add(part);
  }

  /** Helpers make theirs from the picture of this tab, so with its colours. */
  #configOf(track: TrackId): VideoConfig | undefined {
    const { lent, renditions } = this.#options;
    const config = this.#configs.get(track);
    if (config === undefined || !lent.includes(track)) return config;
    const { colorSpace } = this.#configs.get(renditions[0]?.track ?? '') ?? config;
    return { ...config, colorSpace };
  }

  #describe({ track, ...size }: Rendition, { avcC, colorSpace }: VideoConfig): Described<VideoTrack> {
    const { plan, lent } = this.#options;
    const { frameRate } = plan.grid;
    const wanted = { ...size, id: track, frameRate, ...(lent.includes(track) && { madeBy: 'helpers' as const }) };
    return describeVideo(wanted, avcC, colourCodes(colorSpace));
  }
}
