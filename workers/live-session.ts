import { isSameConfig } from '../src/encode/avcc.ts';
import { type BrokenEncoder, brokeAt, isDue } from '../src/encode/broken-encoder.ts';
import { colourCodes } from '../src/encode/cicp.ts';
import type { EncoderName } from '../src/encode/encoder-choice.ts';
import type { LadderPressure } from '../src/encode/live-ladder.ts';
import type { PictureContent } from '../src/encode/scene.ts';
import { codecsFromAudioSpecificConfig, codecsFromAvcC } from '../src/package/cmaf-codecs.ts';
import { writeAudioInit, writeVideoInit } from '../src/package/cmaf-init.ts';
import { writePart } from '../src/package/cmaf-part.ts';
import type { ClosedPart } from '../src/package/part-assembler.ts';
import type { StageError } from '../src/protocol/errors.ts';
import { AUDIO_TIMESCALE, partDurationMicros, partOfSlot, slotTicks, VIDEO_TIMESCALE } from '../src/protocol/grid.ts';
import type { LadderReport, RenditionStats } from '../src/protocol/stats.ts';
import { type Micros, type Millis, micros, microsToMillis, millis, ticksToMicros } from '../src/protocol/time.ts';
import type { AudioTrack, TrackId, VideoTrack } from '../src/protocol/track.ts';
import type { LaterInit } from '../src/upload/unfinished.ts';
import { AUDIO_CHANNELS, AudioLane } from './audio-lane.ts';
import type { Rendition } from './encode-core.ts';
import { describeEncoders } from './encoder-configs.ts';
import { type LadderChange, LiveLadderControl } from './live-ladder-control.ts';
import { localNowMs, type OriginClock } from './local-clock.ts';
import type { EngineToUpload, LivePlan, PcmBlock, ResumePoint } from './messages.ts';
import { VideoLane } from './video-lane.ts';

export interface LiveSessionOptions {
  readonly plan: LivePlan;
  readonly clock: OriginClock;
  /** Where a broadcast goes on that an earlier tab left. */
  readonly resume: ResumePoint | undefined;
  readonly content: PictureContent;
  /** Sends to the upload worker; what is in `transfer` is gone. */
  send(message: EngineToUpload, transfer: Transferable[]): void;
  /** Media zero is known: what comes next is the encoders'. */
  onFirstPicture(): void;
  onStarted(startedAtMs: Millis): void;
  onLadder(ladder: LadderReport): void;
  onError(error: StageError): void;
}

/** After a boundary: the slot on it has been handed out. */
const SETTLED_MS = 500;

interface VideoConfig {
  readonly avcC: Uint8Array;
  readonly colorSpace: VideoColorSpaceInit | undefined;
}

/** One broadcast from its first picture to its last part. Media zero is the capture of the first picture. */
export class LiveSession {
  readonly #options: LiveSessionOptions;
  readonly #video: VideoLane;
  readonly #audio: AudioLane;
  readonly #renditions: readonly Rendition[];
  /** What helpers make. */
  readonly #lent: readonly TrackId[];
  readonly #audioTrack: TrackId;
  readonly #ladder: LiveLadderControl;
  readonly #configs = new Map<TrackId, VideoConfig>();
  /** The segment after which the newest init segment of a track is named, where it is not its first. */
  readonly #initSegments = new Map<TrackId, number>();
  readonly #endParts: Record<TrackId, number>;
  #audioConfig: Uint8Array | undefined;
  #zero: Micros | undefined;
  readonly #broken = new Map<TrackId, BrokenEncoder>();
  /** While the time in which there was no tab is being filled, only the slate is shown. */
  #isFilling: boolean;
  /** Parts that were ready before every init segment was; undefined once the start has been told. */
  #early: ClosedPart[] | undefined = [];

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    const { plan, resume } = options;
    this.#isFilling = resume !== undefined;
    this.#endParts = { ...resume?.firstParts };
    const firstPart = (track: TrackId): number => resume?.firstParts[track] ?? 0;
    this.#renditions = plan.rungs.map((rung) => ({ ...rung, track: `v${rung.height}` }));
    this.#audioTrack = `a${Math.round(plan.audioBps / 1000)}`;
    const resting = resume?.resting ?? [];
    this.#lent = plan.isHelped ? this.#renditions.slice(1).map(({ track }) => track) : [];
    this.#ladder = new LiveLadderControl(
      this.#renditions.flatMap(({ track, bitrateBps }) =>
        this.#lent.includes(track) ? [] : [{ id: track, bitrateBps }],
      ),
      plan.grid.partsPerSegment,
      { calmMs: plan.calmMs },
      resting,
    );
    const onPart = (part: ClosedPart): void => this.#onPart(part);
    const onError = (error: StageError): void => options.onError(error);
    this.#video = new VideoLane({
      renditions: this.#renditions.filter(({ track }) => !this.#lent.includes(track)),
      grid: plan.grid,
      firstPart,
      resting,
      content: options.content,
      onPart,
      encoders: plan.encoders,
      onGone: (track, error) => this.#onGone(track, error),
      onConfig: (track, avcC, colorSpace) => this.#onConfig(track, { avcC, colorSpace }),
    });
    this.#audio = new AudioLane({
      track: this.#audioTrack,
      bitrateBps: plan.audioBps,
      grid: plan.grid,
      firstPart: firstPart(this.#audioTrack),
      toMedia: (local) => this.#toMedia(local),
      onPart,
      onError,
    });
  }

  /** Rejects with StageError `no_encoder` or `no_aac`; nothing has been sent then. */
  async open(): Promise<void> {
    const [audioConfig] = await Promise.all([this.#audio.open(), this.#video.open()]);
    this.#audioConfig = audioConfig;
    const { resume, plan } = this.#options;
    const lent = this.#renditions.filter(({ track }) => this.#lent.includes(track));
    for (const { track, avcC } of await describeEncoders(lent, plan.grid.frameRate, 'realtime'))
      this.#configs.set(track, { avcC, colorSpace: undefined });
    if (resume === undefined) return;
    this.#zero = micros(resume.availabilityStartMs * 1000 - this.#video.heldMicros);
    this.#options.onFirstPicture();
  }

  /** Takes ownership. The first picture is media zero. */
  pushPicture(picture: VideoFrame, captured: Micros): void {
    if (this.#audioConfig === undefined || this.#isFilling) {
      picture.close();
      return;
    }
    // The wire tells media zero in whole milliseconds.
    if (this.#zero === undefined) {
      this.#zero = micros(Math.round(this.#options.clock.fromLocal(captured) / 1000) * 1000);
      this.#options.onFirstPicture();
    }
    this.#video.push(picture, this.#toMedia(captured) ?? micros(0));
  }

  /** A picture that stands until another comes, such as the slate. Takes ownership. */
  replacePicture(picture: VideoFrame): void {
    if (this.#zero === undefined) this.pushPicture(picture, micros(localNowMs() * 1000));
    else this.#video.replace(picture);
  }

  pushSound(input: string, block: PcmBlock): void {
    this.#audio.push(input, block);
  }

  /** What comes under that name from now on is another device, or nothing. */
  resetSound(input: string): void {
    this.#audio.resetSource(input);
  }

  /** 0 is mute. */
  setGain(input: string, gain: number): void {
    this.#audio.setGain(input, gain);
  }

  /** What the pictures are like from the next key frame on. */
  setContent(content: PictureContent): void {
    this.#video.setContent(content);
  }

  /** Fills what the devices left empty; says how long, in milliseconds, nothing more is due. */
  tick(): number {
    const now = this.#toMedia(micros(localNowMs() * 1000));
    if (now === undefined) return 20;
    this.#video.tick(now);
    if (!this.#video.isBehind) this.#isFilling = false;
    this.#audio.tick();
    return Math.max(2, Math.min(20, (this.#video.deadline - now) / 1000));
  }

  /** Media time of now; undefined before the first picture. */
  get mediaMs(): Millis | undefined {
    const now = this.#toMedia(micros(localNowMs() * 1000));
    return now === undefined ? undefined : microsToMillis(now);
  }

  /** Once a second: what is too much for this machine or this line rests, and comes back when all is calm. */
  balance(line: LadderPressure['line']): void {
    const now = this.#toMedia(micros(localNowMs() * 1000));
    if (now === undefined || this.#early !== undefined || this.#isFilling) return;
    // An encoder that holds pictures gives a segment's last ones out only when it is fed on: nothing rests there.
    if (this.#video.heldMicros > 0) return;
    const change = this.#ladder.look({ encoderBehindMs: this.#video.behindMs, line }, now / 1000);
    if (change !== undefined) this.#changeLadder(change);
    else if (line === 'free' && !this.#ladder.isResting) this.#reviveDue(now / 1000);
  }

  /** What had no encoder left is tried again after a while. */
  #reviveDue(nowMs: number): void {
    for (const [track, broken] of this.#broken) {
      if (!isDue(broken, nowMs)) continue;
      const { waitMs } = broken;
      this.#broken.set(track, { kind: 'trying', waitMs });
      this.#revive(track, waitMs).catch(() => this.#noteBroken(track, nowMs));
    }
  }

  async #revive(track: TrackId, waitMs: number): Promise<void> {
    await this.#video.revive(track);
    const mediaMs = this.mediaMs ?? 0;
    this.#broken.set(track, { kind: 'back', sinceMs: mediaMs, waitMs });
    this.#changeLadder(this.#ladder.restore(track, mediaMs));
  }

  #noteBroken(track: TrackId, restsFromMs: number): void {
    const { calmMs } = this.#options.plan;
    this.#broken.set(track, brokeAt(this.mediaMs ?? 0, this.#broken.get(track), calmMs, restsFromMs));
  }

  /** Viewers go on with the others, if there are any. */
  #onGone(track: TrackId, error: StageError): void {
    const now = this.#toMedia(micros(localNowMs() * 1000));
    const change = now === undefined || this.#early !== undefined ? undefined : this.#ladder.drop(track, now / 1000);
    if (change === undefined) {
      this.#options.onError(error);
      return;
    }
    const { partsPerSegment } = this.#options.plan.grid;
    this.#noteBroken(track, (change.fromPart * partDurationMicros(partsPerSegment)) / 1000 + SETTLED_MS);
    this.#changeLadder(change);
  }

  #changeLadder(change: LadderChange): void {
    this.#video.changeTo(change.going, change.fromPart);
    this.#sendTracks(change, []);
    this.#options.onLadder(change.report);
  }

  #sendTracks({ fromPart, going }: LadderChange, inits: readonly LaterInit[]): void {
    this.#options.send(
      { kind: 'tracks', part: fromPart, tracks: [...going, this.#audioTrack], inits },
      inits.map(({ bytes }) => bytes.buffer),
    );
  }

  get encoder(): EncoderName {
    return this.#video.encoder;
  }

  takeStats(): readonly RenditionStats[] {
    return this.#video.takeStats();
  }

  snapshot(): VideoFrame | undefined {
    return this.#video.snapshot();
  }

  /** Ends every track on the same part edge and sends what is left. Resolves with the length. */
  async end(): Promise<Millis> {
    const { grid } = this.#options.plan;
    let slot = this.#video.nextSlot;
    while (slot > 0 && partOfSlot(slot, grid.frameRate, grid.partsPerSegment) === this.#partBefore(slot)) slot++;
    const end = ticksToMicros(slotTicks(slot, grid.frameRate), VIDEO_TIMESCALE);
    await Promise.all([this.#video.finish(slot), this.#audio.finish(end)]);
    this.#options.send({ kind: 'end', endParts: this.#endParts }, []);
    return microsToMillis(end);
  }

  close(): void {
    this.#video.close();
  }

  #partBefore(slot: number): number {
    const { grid } = this.#options.plan;
    return partOfSlot(slot - 1, grid.frameRate, grid.partsPerSegment);
  }

  #toMedia(local: Micros): Micros | undefined {
    if (this.#zero === undefined) return undefined;
    return micros(this.#options.clock.fromLocal(local) - this.#zero);
  }

  #onConfig(track: TrackId, config: VideoConfig): void {
    const before = this.#configs.get(track);
    if (before !== undefined && isSameConfig(before.avcC, config.avcC)) return;
    this.#configs.set(track, config);
    if (this.#early === undefined) this.#announce(track, config);
    else if (this.#configs.size === this.#renditions.length) this.#start();
  }

  /** Another encoder makes it: from the next boundary on there is an init segment of its own (SPEC CUT6). */
  #announce(track: TrackId, config: VideoConfig): void {
    const now = this.#toMedia(micros(localNowMs() * 1000));
    const rendition = this.#renditions.find((one) => one.track === track);
    if (now === undefined || rendition === undefined) return;
    const { grid } = this.#options.plan;
    const change = this.#ladder.restate(now / 1000, (this.#initSegments.get(track) ?? 0) + 1);
    this.#initSegments.set(track, change.fromPart / grid.partsPerSegment);
    const { facts, bytes } = this.#describeVideo(rendition, config);
    this.#sendTracks(change, [{ track, codecs: facts.codecs, bytes }]);
  }

  /** Every encoder has described itself: the origin can be told what is coming. */
  #start(): void {
    const { plan } = this.#options;
    const { zero, inits, tracks } = this.#describe();
    // An encoder that holds pictures has every part that much later: viewers may not be promised them before.
    const startedAtMs = microsToMillis(micros(zero + this.#video.heldMicros));
    const request = { availabilityStartMs: startedAtMs, grid: plan.grid, tracks };
    this.#options.send(
      { kind: 'start', request, inits },
      inits.map((init) => init.bytes.buffer),
    );
    this.#options.onStarted(startedAtMs);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const part of early) this.#onPart(part);
  }

  #describe() {
    const { plan } = this.#options;
    const zero = this.#zero ?? micros(0);
    const audioConfig = this.#audioConfig ?? new Uint8Array();
    const audio: AudioTrack = {
      kind: 'audio',
      id: this.#audioTrack,
      codecs: codecsFromAudioSpecificConfig(audioConfig),
      sampleRateHz: AUDIO_TIMESCALE,
      channels: AUDIO_CHANNELS,
      bitrateBps: plan.audioBps,
      timescale: AUDIO_TIMESCALE,
      language: 'und',
    };
    const tracks: (VideoTrack | AudioTrack)[] = [];
    const inits: { track: TrackId; bytes: Uint8Array<ArrayBuffer> }[] = [];
    for (const rendition of this.#renditions) {
      const config = this.#configOf(rendition.track) ?? { avcC: new Uint8Array(), colorSpace: undefined };
      const { facts, bytes } = this.#describeVideo(rendition, config);
      tracks.push(facts);
      inits.push({ track: facts.id, bytes });
    }
    tracks.push(audio);
    inits.push({ track: audio.id, bytes: new Uint8Array(writeAudioInit(audio, audioConfig)) });
    return { zero, inits, tracks };
  }

  /** Helpers make theirs from the picture of this tab, so with its colours. */
  #configOf(track: TrackId): VideoConfig | undefined {
    const config = this.#configs.get(track);
    if (config === undefined || !this.#lent.includes(track)) return config;
    const { colorSpace } = this.#configs.get(this.#renditions[0]?.track ?? '') ?? config;
    return { ...config, colorSpace };
  }

  #describeVideo({ track, width, height, bitrateBps }: Rendition, { avcC, colorSpace }: VideoConfig) {
    const facts: VideoTrack = {
      kind: 'video',
      id: track,
      codecs: codecsFromAvcC(avcC),
      width,
      height,
      frameRate: this.#options.plan.grid.frameRate,
      bitrateBps,
      timescale: VIDEO_TIMESCALE,
      ...(this.#lent.includes(track) && { madeBy: 'helpers' }),
    };
    return { facts, bytes: new Uint8Array(writeVideoInit(facts, avcC, colourCodes(colorSpace))) };
  }

  #onPart(closed: ClosedPart): void {
    if (this.#early !== undefined) {
      this.#early.push(closed);
      return;
    }
    const { grid } = this.#options.plan;
    const first = closed.samples[0];
    if (first === undefined) return;
    const kind = closed.track === this.#audioTrack ? 'audio' : 'video';
    const timescale = kind === 'audio' ? AUDIO_TIMESCALE : VIDEO_TIMESCALE;
    // Media time is the time of capture, so the grid itself says when the first sample was taken.
    const capturedAtMs = millis(((this.#zero ?? 0) + ticksToMicros(first.start, timescale)) / 1000);
    const { track, part, samples } = closed;
    const bytes = writePart({ kind, part, partsPerSegment: grid.partsPerSegment, capturedAtMs, samples });
    const sampleBytes = samples.reduce((sum, sample) => sum + sample.data.length, 0);
    this.#endParts[track] = part + 1;
    this.#options.send({ kind: 'part', track, part, bytes, sampleBytes }, [bytes.buffer]);
  }
}
