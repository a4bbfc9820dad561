import { candidateRungs } from '../src/encode/ladder.ts';
import { JobBoard } from '../src/mapreduce/job-board.ts';
import { missingSegments } from '../src/mapreduce/missing.ts';
import { durationMsOf, segmentsOf } from '../src/mapreduce/recording-plan.ts';
import type { IngestState, ReservedBroadcast } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import { type Grid, SEGMENT_SECONDS } from '../src/protocol/grid.ts';
import { holdBroadcast } from './broadcast-lock.ts';
import type { Rendition } from './encode-core.ts';
import { localNowMs } from './local-clock.ts';
import { MakerPool } from './maker-pool.ts';
import { OriginClient } from './origin-client.ts';
import { openRecording, type RecordingFile } from './recording-file.ts';
import type { RecordingPhase, RecordingState } from './recording-messages.ts';
import { lookAt, openingOf, soundTrackId } from './recording-opening.ts';
import { RecordingSender } from './recording-sender.ts';
import { RecordingSound } from './recording-sound.ts';
import { changedEncoder, type MadePart, type MadeSegment } from './segment-maker.ts';
import { forgetUpload, isSameFile, type KeptUpload, keepUpload } from './upload-sessions.ts';

const AUDIO_BPS = 128_000;
const TICK_MS = 500;
/** Decoding and five encoders of one segment keep about two processors busy [measured]. */
const CORES_PER_MAKER = 2;
const MAX_MAKERS = 8;

export interface RecordingJobOptions {
  readonly file: File;
  readonly broadcast: ReservedBroadcast;
  readonly baseUrl: string;
  readonly handle: FileSystemFileHandle | undefined;
  /** What an earlier tab began; undefined for a new upload. */
  readonly kept: KeptUpload | undefined;
  onState(state: RecordingState): void;
}

/** One recording from the file to its last stored part: joins the board, the makers, the sound and the sender. */
export class RecordingJob {
  readonly #options: RecordingJobOptions;
  readonly #client: OriginClient;
  readonly #rate: { slots: number; sinceMs: number; value: number } = {
    slots: 0,
    sinceMs: performance.now(),
    value: 0,
  };
  readonly #leases = new Map<string, number>();
  readonly #slotsDone = new Map<number, number>();
  /** Made and on the way, by who made it. */
  readonly #sending = new Map<number, string>();
  #phase: RecordingPhase = { kind: 'opening' };
  #recording: RecordingFile | undefined;
  #renditions: readonly Rendition[] = [];
  #board: JobBoard | undefined;
  #pool: MakerPool | undefined;
  #sender: RecordingSender | undefined;
  #soundParts = 0;
  #soundEnd = 0;
  #isSoundDone = false;
  #isChecking = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #release: () => void = () => undefined;

  constructor(options: RecordingJobOptions) {
    this.#options = options;
    this.#client = new OriginClient(options.baseUrl);
    this.#client.use(options.broadcast.id, options.broadcast.token);
  }

  async run(): Promise<void> {
    this.#tell();
    try {
      await this.#begin();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  pause(): void {
    if (this.#phase.kind === 'making') this.#enter({ kind: 'paused' });
  }

  goOn(): void {
    if (this.#phase.kind !== 'paused') return;
    this.#enter({ kind: 'making' });
    this.#lend();
  }

  retry(): void {
    if (this.#phase.kind !== 'stuck') return;
    this.#board?.retrySetAside();
    this.#enter({ kind: 'making' });
    this.#lend();
  }

  async #begin(): Promise<void> {
    const { file, kept, broadcast } = this.#options;
    if (kept !== undefined && !isSameFile(file, kept))
      throw new StageError('capture', 'other_file', `This is another file. Choose ${kept.file.name} again to go on.`);
    this.#release = await holdBroadcast(broadcast.id);
    const recording = await openRecording(file);
    this.#recording = recording;
    const { plan } = recording;
    const grid: Grid = kept?.request.grid ?? { partsPerSegment: 100, gopSeconds: 2, frameRate: plan.frameRate };
    this.#renditions =
      kept?.renditions ??
      candidateRungs(recording.width, recording.height).map((rung) => ({ ...rung, track: `v${rung.height}` }));
    const look = await lookAt(recording.video, plan, this.#renditions);
    const availabilityStartMs =
      kept?.request.availabilityStartMs ?? Math.round(localNowMs() + (await this.#clockOffsetMs()));
    const sound = this.#soundOf(recording, grid, availabilityStartMs);
    const soundConfig = await sound?.open();
    const opening = openingOf({
      plan,
      grid,
      renditions: this.#renditions,
      configs: look.configs,
      sound: soundConfig === undefined ? undefined : { config: soundConfig, bitrateBps: AUDIO_BPS },
      availabilityStartMs,
    });
    const sender = new RecordingSender(this.#client, opening.inits);
    this.#sender = sender;
    let state: IngestState | undefined;
    if (kept === undefined) {
      await sender.begin(opening.request);
      await this.#keep(opening);
      await this.#client.putPoster(look.poster).catch(() => undefined);
    } else {
      if (!isSameInits(kept, opening)) throw changedEncoder();
      state = await sender.insist(() => this.#client.claim());
    }
    this.#openBoard(plan, opening.request.upload?.endParts ?? {}, state, grid);
    const recipe = { plan, grid, renditions: this.#renditions, availabilityStartMs };
    const size = Math.max(1, Math.min(MAX_MAKERS, Math.floor(navigator.hardwareConcurrency / CORES_PER_MAKER)));
    this.#pool = new MakerPool(file, recipe, size, {
      onSlots: (maker, segment, done, of) => this.#onSlots(maker, segment, done, of),
      onMade: (maker, segment, made) => void this.#onMade(maker, segment, made).catch((cause) => this.#fail(cause)),
      onFailed: (maker, segment, error) => {
        this.#board?.fail(segment, maker, error.message);
        this.#leases.delete(maker);
        this.#lend();
      },
    });
    this.#enter({ kind: 'making' });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#lend();
    if (sound === undefined) this.#isSoundDone = true;
    else void this.#makeSound(sound, state).catch((cause) => this.#fail(cause));
    this.#look();
  }

  #soundOf(recording: RecordingFile, grid: Grid, availabilityStartMs: number): RecordingSound | undefined {
    if (recording.sound === undefined) return undefined;
    return new RecordingSound({
      input: recording.input,
      plan: recording.plan,
      track: soundTrackId(AUDIO_BPS),
      bitrateBps: AUDIO_BPS,
      partsPerSegment: grid.partsPerSegment,
      availabilityStartMs,
      onPart: (part) => this.#onSoundPart(part),
    });
  }

  #openBoard(
    plan: RecordingFile['plan'],
    endParts: Readonly<Record<string, number>>,
    state: IngestState | undefined,
    grid: Grid,
  ): void {
    this.#soundEnd = endParts[soundTrackId(AUDIO_BPS)] ?? 0;
    const ends = Object.fromEntries(Object.entries(endParts).filter(([track]) => track.startsWith('v')));
    const missing = new Set(missingSegments(state?.stored ?? {}, ends, grid.partsPerSegment));
    const jobs = Array.from({ length: segmentsOf(plan) }, (_, segment) => ({
      segment,
      failures: [],
      outcome: missing.has(segment)
        ? ({ kind: 'open' } as const)
        : ({ kind: 'done', by: 'Earlier', serviceMs: 0 } as const),
    }));
    const renditions = this.#renditions.map(({ track }) => track);
    this.#board = new JobBoard({ broadcastId: this.#options.broadcast.id, renditions, jobs });
  }

  /** Gives idle makers work, unless what is made already waits for the line. */
  #lend(): void {
    if (this.#phase.kind !== 'making') return;
    for (const maker of this.#pool?.idle ?? []) {
      if (this.#sending.size > (this.#pool?.idle.length ?? 0)) break;
      const lease = this.#board?.lend(maker, performance.now());
      if (lease === undefined) break;
      this.#leases.set(maker, lease.id);
      this.#pool?.make(maker, lease.segment);
    }
    this.#tell();
  }

  #onSlots(maker: string, segment: number, done: number, of: number): void {
    const before = this.#slotsDone.get(segment) ?? 0;
    this.#rate.slots += Math.max(0, done - before);
    this.#slotsDone.set(segment, done);
    this.#board?.progress(this.#leases.get(maker) ?? 0, done / (of + 1), performance.now());
  }

  async #onMade(maker: string, segment: number, made: MadeSegment): Promise<void> {
    this.#slotsDone.delete(segment);
    this.#sending.set(segment, maker);
    const leaseId = this.#leases.get(maker) ?? 0;
    this.#sendLeases.set(segment, leaseId);
    this.#lend();
    try {
      if (this.#board?.isDone(segment) === false) await this.#sender?.send(made.parts);
      this.#board?.finish(segment, maker, performance.now());
    } catch (cause) {
      if (!(cause instanceof StageError) || cause.stage !== 'upload' || isFinal(cause)) throw cause;
      this.#board?.fail(segment, maker, cause.message);
    } finally {
      this.#sending.delete(segment);
      this.#sendLeases.delete(segment);
    }
    this.#lend();
    this.#look();
  }

  readonly #sendLeases = new Map<number, number>();

  async #makeSound(sound: RecordingSound, state: IngestState | undefined): Promise<void> {
    this.#storedSound = state?.stored[soundTrackId(AUDIO_BPS)] ?? [];
    if (this.#storedSound.some(({ from, to }) => from === 0 && to >= this.#soundEnd)) await sound.close();
    else await sound.run();
    await this.#flushSound();
    this.#soundParts = this.#soundEnd;
    this.#isSoundDone = true;
    this.#look();
  }

  #storedSound: readonly { readonly from: number; readonly to: number }[] = [];
  #soundBatch: MadePart[] = [];

  async #onSoundPart(part: MadePart): Promise<void> {
    this.#soundParts = part.part + 1;
    if (!this.#storedSound.some(({ from, to }) => from <= part.part && part.part < to)) this.#soundBatch.push(part);
    if (this.#soundBatch.length >= SOUND_BATCH_PARTS) await this.#flushSound();
  }

  async #flushSound(): Promise<void> {
    const batch = this.#soundBatch;
    this.#soundBatch = [];
    if (batch.length > 0) await this.#sender?.send(batch);
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const leaseId of this.#sendLeases.values()) this.#board?.progress(leaseId, SENDING_PROGRESS, nowMs);
    for (const lease of this.#board?.expire(nowMs) ?? []) {
      if (this.#leases.get(lease.holder) === lease.id && !this.#sending.has(lease.segment))
        this.#pool?.replace(lease.holder);
    }
    const seconds = (nowMs - this.#rate.sinceMs) / 1000;
    if (seconds >= RATE_SECONDS) {
      this.#rate.value = this.#rate.slots / seconds;
      this.#rate.slots = 0;
      this.#rate.sinceMs = nowMs;
    }
    this.#lend();
  }

  /** Is anything left to do? What the origin says counts, not what was sent. */
  #look(): void {
    if (this.#board?.isOver !== true || !this.#isSoundDone || this.#isChecking) return;
    if (!this.#board.isComplete) {
      this.#enter({ kind: 'stuck' });
      return;
    }
    this.#isChecking = true;
    void this.#check()
      .catch((cause) => this.#fail(cause))
      .finally(() => {
        this.#isChecking = false;
      });
  }

  async #check(): Promise<void> {
    const state = await this.#sender?.insist(() => this.#client.state());
    if (state === undefined || this.#board === undefined) return;
    if (state.state === 'sealed') {
      await forgetUpload(this.#options.broadcast.id).catch(() => undefined);
      this.#enter({ kind: 'complete' });
      this.#close();
      return;
    }
    // An origin that was restarted may have lost what it had not written to disk yet.
    const { endParts = {} } = state.end ?? {};
    const video = Object.fromEntries(Object.entries(endParts).filter(([track]) => track.startsWith('v')));
    const missing = missingSegments(state.stored, video, state.grid?.partsPerSegment ?? 100);
    for (const segment of missing) this.#board.reopen(segment);
    if (missing.length === 0)
      throw new StageError(
        'upload',
        'sound_lost',
        'The server lost a part of the sound. Reload this page to send it again.',
      );
    this.#lend();
  }

  async #clockOffsetMs(): Promise<number> {
    return (await this.#client.clock())?.offsetMs ?? 0;
  }

  /** A browser that keeps nothing still uploads; only a closed tab would end it. */
  async #keep(opening: ReturnType<typeof openingOf>): Promise<void> {
    const { broadcast, file, handle } = this.#options;
    const { name, size, lastModified } = file;
    await keepUpload({
      id: broadcast.id,
      broadcast,
      ...opening,
      file: { name, size, lastModified },
      handle,
      renditions: this.#renditions,
      keptAtMs: Date.now(),
    }).catch(() => undefined);
  }

  #enter(phase: RecordingPhase): void {
    this.#phase = phase;
    this.#tell();
  }

  #fail(cause: unknown): void {
    if (this.#phase.kind === 'failed' || this.#phase.kind === 'complete') return;
    const error =
      cause instanceof StageError
        ? cause
        : new StageError(
            'encode',
            'upload_failed',
            'The upload stopped for an unknown reason. Reload the page to go on.',
            {
              cause,
            },
          );
    // Deleted meanwhile: there is nothing to come back to.
    if (error.code === 'unknown_broadcast') void forgetUpload(this.#options.broadcast.id).catch(() => undefined);
    this.#close();
    this.#enter({ kind: 'failed', error: error.toWire() });
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#pool?.close();
    this.#recording?.input.dispose();
    this.#release();
  }

  #tell(): void {
    const { broadcast, file } = this.#options;
    const recording = this.#recording;
    const board = this.#board;
    const segments = board?.views() ?? [];
    const left = segments.filter(({ state }) => state === 'waiting' || state === 'working').length;
    const workers = Math.max(1, this.#leases.size);
    const usualMs = board?.usualMs ?? undefined;
    this.#options.onState({
      phase: this.#phase,
      broadcast,
      source:
        recording === undefined
          ? undefined
          : {
              name: file.name,
              width: recording.width,
              height: recording.height,
              frameRate: recording.plan.frameRate,
              durationMs: durationMsOf(recording.plan),
              hasSound: recording.sound !== undefined,
            },
      heights: this.#renditions.map(({ height }) => height),
      segments,
      soundShare: this.#soundEnd === 0 ? 1 : Math.min(1, this.#soundParts / this.#soundEnd),
      workers,
      framesPerSecond: this.#rate.value,
      leftMs: usualMs === undefined ? undefined : (left * usualMs) / workers,
      isConnected: this.#sender?.isConnected ?? true,
    });
  }
}

const RATE_SECONDS = 2;
const SENDING_PROGRESS = 0.97;
const SOUND_BATCH_PARTS = 10 * SEGMENT_SECONDS;

/** No other maker's work would be taken either. */
const isFinal = ({ code }: StageError): boolean => code !== 'bad_part' && code !== 'too_large';

const isSameInits = (kept: KeptUpload, opening: ReturnType<typeof openingOf>): boolean =>
  kept.inits.length === opening.inits.length &&
  kept.inits.every(({ track, bytes }) => {
    const other = opening.inits.find((one) => one.track === track)?.bytes;
    return other?.length === bytes.length && bytes.every((byte, i) => byte === other[i]);
  });
