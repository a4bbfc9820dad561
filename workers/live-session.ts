import type { EncoderName } from '../src/encode/encoder-choice.ts';
import type { LadderPressure } from '../src/encode/live-ladder.ts';
import type { PictureContent } from '../src/encode/scene.ts';
import type { ClosedPart } from '../src/package/part-assembler.ts';
import type { StageError } from '../src/protocol/errors.ts';
import { partOfSlot, slotTicks, VIDEO_TIMESCALE } from '../src/protocol/grid.ts';
import type { LadderReport, RenditionStats } from '../src/protocol/stats.ts';
import { type Micros, type Millis, micros, microsToMillis, ticksToMicros } from '../src/protocol/time.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { AudioLane } from './audio-lane.ts';
import type { Rendition } from './encode-core.ts';
import { describeEncoders } from './encoder-configs.ts';
import type { LadderChange } from './live-ladder-control.ts';
import { LivePackager } from './live-packager.ts';
import { LiveRenditions } from './live-renditions.ts';
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

/** One broadcast from its first picture to its last part. Media zero is the capture of the first picture. */
export class LiveSession {
  readonly #options: LiveSessionOptions;
  readonly #video: VideoLane;
  readonly #audio: AudioLane;
  readonly #packager: LivePackager;
  readonly #renditions: LiveRenditions;
  /** What helpers make. */
  readonly #lent: readonly Rendition[];
  #isOpen = false;
  #zero: Micros | undefined;
  /** While the time in which there was no tab is being filled, only the slate is shown. */
  #isFilling: boolean;

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    const { plan, resume } = options;
    this.#isFilling = resume !== undefined;
    const firstPart = (track: TrackId): number => resume?.firstParts[track] ?? 0;
    const all = plan.rungs.map((rung) => ({ ...rung, track: `v${rung.height}` }));
    const renditions = plan.isHelped ? all.slice(0, 1) : all;
    this.#lent = all.slice(renditions.length);
    const audioTrack = `a${Math.round(plan.audioBps / 1000)}`;
    const resting = resume?.resting ?? [];
    this.#packager = new LivePackager({
      plan,
      renditions: all,
      lent: this.#lent.map(({ track }) => track),
      audioTrack,
      firstParts: resume?.firstParts ?? {},
      zero: () => this.#zero ?? micros(0),
      heldMicros: () => this.#video.heldMicros,
      send: (message, transfer) => options.send(message, transfer),
      onStarted: (startedAtMs) => options.onStarted(startedAtMs),
    });
    this.#renditions = new LiveRenditions({
      renditions,
      resting,
      partsPerSegment: plan.grid.partsPerSegment,
      calmMs: plan.calmMs,
      mediaMs: () => this.mediaMs ?? 0,
      revive: (track) => this.#video.revive(track),
      onChange: (change) => this.#changeTo(change),
    });
    const onPart = (part: ClosedPart): void => this.#packager.add(part);
    this.#video = new VideoLane({
      renditions,
      grid: plan.grid,
      firstPart,
      resting,
      content: options.content,
      onPart,
      encoders: plan.encoders,
      onGone: (track, error) => this.#onGone(track, error),
      onConfig: (track, avcC, colorSpace) => this.#onConfig(track, avcC, colorSpace),
    });
    this.#audio = new AudioLane({
      track: audioTrack,
      bitrateBps: plan.audioBps,
      grid: plan.grid,
      firstPart: firstPart(audioTrack),
      toMedia: (local) => this.#toMedia(local),
      onPart,
      onError: (error) => options.onError(error),
    });
  }

  /** Rejects with StageError `no_encoder` or `no_aac`; nothing has been sent then. */
  async open(): Promise<void> {
    const [audioConfig] = await Promise.all([this.#audio.open(), this.#video.open()]);
    this.#packager.setAudio(audioConfig);
    this.#isOpen = true;
    const { resume, plan } = this.#options;
    for (const { track, avcC } of await describeEncoders(this.#lent, plan.grid.frameRate, 'realtime'))
      this.#packager.setVideo(track, { avcC, colorSpace: undefined });
    if (resume === undefined) return;
    this.#zero = micros(resume.availabilityStartMs * 1000 - this.#video.heldMicros);
    this.#options.onFirstPicture();
  }

  /** Takes ownership. The first picture is media zero. */
  pushPicture(picture: VideoFrame, captured: Micros): void {
    if (!this.#isOpen || this.#isFilling) {
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
    const nowMs = this.mediaMs;
    if (nowMs === undefined || !this.#packager.isStarted || this.#isFilling) return;
    // An encoder that holds pictures gives a segment's last ones out only when it is fed on: nothing rests there.
    if (this.#video.heldMicros > 0) return;
    this.#renditions.balance({ encoderBehindMs: this.#video.behindMs, line }, nowMs);
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
    this.#packager.end();
    return microsToMillis(end);
  }

  close(): void {
    this.#video.close();
  }

  /** Viewers go on with the others, if there are any. */
  #onGone(track: TrackId, error: StageError): void {
    const nowMs = this.mediaMs;
    const isEarly = nowMs === undefined || !this.#packager.isStarted;
    if (isEarly || !this.#renditions.drop(track, nowMs)) this.#options.onError(error);
  }

  #changeTo(change: LadderChange): void {
    this.#video.changeTo(change.going, change.fromPart);
    this.#packager.change(change);
    this.#options.onLadder(change.report);
  }

  /** Another encoder makes it: from the next boundary on there is an init segment of its own. */
  #onConfig(track: TrackId, avcC: Uint8Array, colorSpace: VideoColorSpaceInit | undefined): void {
    const isOther = this.#packager.setVideo(track, { avcC, colorSpace });
    const nowMs = this.mediaMs;
    if (!isOther || nowMs === undefined) return;
    this.#packager.renew(track, this.#renditions.restate(nowMs, this.#packager.nextInitSegment(track)));
  }

  #partBefore(slot: number): number {
    const { grid } = this.#options.plan;
    return partOfSlot(slot - 1, grid.frameRate, grid.partsPerSegment);
  }

  #toMedia(local: Micros): Micros | undefined {
    if (this.#zero === undefined) return undefined;
    return micros(this.#options.clock.fromLocal(local) - this.#zero);
  }
}
