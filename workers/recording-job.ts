import { JobBoard } from '../src/mapreduce/job-board.ts';
import { missingSegments, pictureEnds } from '../src/mapreduce/missing.ts';
import { segmentsOf } from '../src/mapreduce/recording-plan.ts';
import { StageError } from '../src/protocol/errors.ts';
import { holdBroadcast } from './broadcast-lock.ts';
import { MakerPool } from './maker-pool.ts';
import { OriginClient } from './origin-client.ts';
import { type BeginOptions, type Begun, beginRecording, SOUND_TRACK, soundOf } from './recording-begin.ts';
import { RecordingHelp } from './recording-help.ts';
import type { RecordingPhase, RecordingState } from './recording-messages.ts';
import { RecordingSoundTrack } from './recording-sound-track.ts';
import { recordingState } from './recording-views.ts';
import { changedEncoder, isPinned, type MadeSegment } from './segment-maker.ts';
import { forgetUpload } from './upload-sessions.ts';

const TICK_MS = 500;
const RATE_MS = 2_000;
/** Decoding and five encoders of one segment keep about two processors busy [measured]. */
const CORES_PER_MAKER = 2;
const MAX_MAKERS = 8;
/** What is made and on the way is nearly done. */
const SENDING_PROGRESS = 0.97;

export interface RecordingJobOptions extends BeginOptions {
  readonly baseUrl: string;
  onState(state: RecordingState): void;
}

/** Everything there is once the origin knows of the recording. */
interface Work extends Begun {
  readonly board: JobBoard;
  readonly help: RecordingHelp;
  readonly pool: MakerPool;
  readonly soundTrack: RecordingSoundTrack;
}

/** One recording from the file to its last stored part: joins the board, the makers, the sound and the sender. */
export class RecordingJob {
  readonly #options: RecordingJobOptions;
  readonly #client: OriginClient;
  /** Of each segment that is made and on the way, its lease. */
  readonly #sending = new Map<number, number>();
  readonly #slotsDone = new Map<number, number>();
  #rate = { slots: 0, sinceMs: performance.now(), perSecond: 0 };
  #phase: RecordingPhase = { kind: 'opening' };
  #work: Work | undefined;
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
    if (this.#phase.kind === 'paused') this.#goOn();
  }

  retry(): void {
    if (this.#phase.kind !== 'stuck') return;
    this.#work?.board.retrySetAside();
    this.#goOn();
  }

  /** Somebody was invited, or sent away. */
  askForHelp(): void {
    this.#work?.help.ask();
  }

  async #begin(): Promise<void> {
    this.#release = await holdBroadcast(this.#options.broadcast.id);
    const begun = await beginRecording(this.#options, this.#client);
    const { recipe, endParts, stored, sender, sound } = begun;
    const size = Math.max(1, Math.min(MAX_MAKERS, Math.floor(navigator.hardwareConcurrency / CORES_PER_MAKER)));
    const pool = new MakerPool(this.#options.file, recipe, size, {
      onSlots: (maker, segment, done, of) => this.#onSlots(maker, segment, done, of),
      onRead: () => this.#lend(),
      onMade: (maker, segment, made) => {
        this.#onMade(maker, segment, made).catch((cause: unknown) => this.#fail(cause));
      },
      onFailed: (maker, segment, error) => {
        if (error.code === 'file_changed') this.#fail(new StageError('capture', error.code, error.message));
        this.#work?.board.fail(segment, maker, error.message);
        this.#lend();
        this.#look();
      },
    });
    const soundTrack = new RecordingSoundTrack(sender, endParts[SOUND_TRACK] ?? 0, recipe.grid.partsPerSegment);
    const board = this.#boardOf(begun);
    this.#work = { ...begun, board, pool, soundTrack, help: this.#helpOf(begun, board) };
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#goOn();
    if (sound !== undefined) await soundTrack.send(sound, stored);
    this.#look();
  }

  #helpOf({ recording, recipe, inits }: Begun, board: JobBoard): RecordingHelp {
    return new RecordingHelp({
      client: this.#client,
      board,
      recording,
      recipe,
      inits: new Map(inits.map(({ track, bytes }) => [track, bytes])),
      isWilling: () => this.#phase.kind === 'making',
      isSending: (segment) => this.#sending.has(segment),
      onChange: () => {
        this.#lend();
        this.#look();
      },
      onFatal: (cause) => this.#fail(cause),
    });
  }

  #boardOf({ recipe, endParts, stored }: Begun): JobBoard {
    const missing = new Set(missingSegments(stored, pictureEnds(endParts), recipe.grid.partsPerSegment));
    const jobs = Array.from({ length: segmentsOf(recipe.plan) }, (_, segment) => ({
      segment,
      failures: [],
      outcome: missing.has(segment)
        ? ({ kind: 'open' } as const)
        : ({ kind: 'done', by: 'an earlier tab', serviceMs: 0 } as const),
    }));
    const renditions = recipe.renditions.map(({ track }) => track);
    return new JobBoard({ broadcastId: this.#options.broadcast.id, renditions, jobs });
  }

  #goOn(): void {
    this.#enter({ kind: 'making' });
    this.#lend();
  }

  /** Gives idle makers work, unless as much as they make already waits for the line. */
  #lend(): void {
    const work = this.#work;
    if (work === undefined) return;
    // Whoever held what is late hangs, and would never be idle again. What else it had in hand will be late, too.
    for (const { holder, segment } of work.board.expire(performance.now()))
      if (work.pool.isMaking(holder, segment)) work.pool.replace(holder);
    for (const maker of this.#phase.kind === 'making' ? work.pool.idle : []) {
      if (this.#sending.size > work.pool.size) break;
      const lease = work.board.lend(maker, performance.now());
      if (lease === undefined) break;
      work.pool.make(maker, lease.segment);
    }
    this.#tell();
  }

  #onSlots(maker: string, segment: number, done: number, of: number): void {
    this.#rate.slots += Math.max(0, done - (this.#slotsDone.get(segment) ?? 0));
    this.#slotsDone.set(segment, done);
    this.#work?.board.progress(leaseOf(this.#work.board, maker, segment), done / (of + 1), performance.now());
  }

  async #onMade(maker: string, segment: number, made: MadeSegment): Promise<void> {
    const work = this.#work;
    if (work === undefined) return;
    this.#slotsDone.delete(segment);
    // Two makers' parts are never mixed: whoever is on the line first is the one.
    if (this.#sending.has(segment)) {
      this.#lend();
      return;
    }
    this.#sending.set(segment, leaseOf(work.board, maker, segment));
    this.#lend();
    try {
      if (!isPinned(made.configs, work.configs)) throw changedEncoder();
      if (!work.board.isDone(segment)) await work.sender.send(made.parts);
      work.board.finish(segment, maker, performance.now());
    } catch (cause) {
      if (!(cause instanceof StageError) || !isPartsFault(cause)) throw cause;
      work.board.fail(segment, maker, cause.message);
    } finally {
      this.#sending.delete(segment);
    }
    // An invitation may also have been made elsewhere; this is often enough to hear of it.
    work.help.ask();
    this.#lend();
    this.#look();
  }

  #tick(): void {
    const work = this.#work;
    if (work === undefined) return;
    const nowMs = performance.now();
    for (const leaseId of this.#sending.values()) work.board.progress(leaseId, SENDING_PROGRESS, nowMs);
    const forMs = nowMs - this.#rate.sinceMs;
    if (forMs >= RATE_MS) this.#rate = { slots: 0, sinceMs: nowMs, perSecond: (this.#rate.slots * 1000) / forMs };
    this.#lend();
    // Whoever stored the last part may not have told everybody yet.
    this.#look();
  }

  /** Is anything left to do? What the origin says counts, not what was sent. */
  #look(): void {
    const work = this.#work;
    const isAtWork = this.#phase.kind === 'making' || this.#phase.kind === 'paused';
    if (work === undefined || !isAtWork || this.#isChecking || !work.board.isOver || !work.soundTrack.isDone) return;
    if (!work.board.isComplete) {
      this.#enter({ kind: 'stuck' });
      return;
    }
    this.#isChecking = true;
    this.#check(work)
      .catch((cause: unknown) => this.#fail(cause))
      .finally(() => {
        this.#isChecking = false;
      });
  }

  async #check(work: Work): Promise<void> {
    const { state, stored } = await work.sender.insist(() => this.#client.state());
    if (state === 'sealed') {
      // This worker ends with the upload.
      await work.poster;
      await forgetUpload(this.#options.broadcast.id).catch(() => undefined);
      this.#close();
      this.#enter({ kind: 'complete' });
      return;
    }
    // An origin that was restarted may have lost what it had not written to disk yet.
    const { partsPerSegment } = work.recipe.grid;
    for (const segment of missingSegments(stored, pictureEnds(work.endParts), partsPerSegment))
      work.board.reopen(segment);
    if (work.soundTrack.isMissing(stored)) {
      const sound = soundOf(work.recording, work.recipe);
      await sound?.open();
      if (sound !== undefined) await work.soundTrack.send(sound, stored);
    }
    this.#lend();
  }

  #enter(phase: RecordingPhase): void {
    this.#phase = phase;
    this.#tell();
  }

  #fail(cause: unknown): void {
    if (this.#phase.kind === 'failed' || this.#phase.kind === 'complete') return;
    const sentence = 'The upload stopped for an unknown reason. Reload the page to go on.';
    const error = cause instanceof StageError ? cause : new StageError('encode', 'upload_failed', sentence, { cause });
    this.#close();
    this.#phase = { kind: 'failed', error: error.toWire() };
    // Deleted meanwhile: there is nothing to come back to. This worker ends when it has told.
    const forgetting =
      error.code === 'unknown_broadcast' ? forgetUpload(this.#options.broadcast.id) : Promise.resolve();
    forgetting.catch(() => undefined).finally(() => this.#tell());
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#work?.help.close();
    this.#work?.pool.close();
    this.#work?.recording.close();
    this.#release();
  }

  #tell(): void {
    const work = this.#work;
    this.#options.onState(
      recordingState({
        phase: this.#phase,
        broadcast: this.#options.broadcast,
        fileName: this.#options.file.name,
        framesPerSecond: this.#rate.perSecond,
        work: work && {
          ...work,
          makers: work.pool.size,
          soundShare: work.soundTrack.share,
          isConnected: work.sender.isConnected,
        },
      }),
    );
  }
}

/** 0 for one that is over. */
const leaseOf = (board: JobBoard, maker: string, segment: number): number =>
  board.leasesOf(maker).find((lease) => lease.segment === segment)?.id ?? 0;

/** Another maker's work may be taken. */
const isPartsFault = ({ code }: StageError): boolean => ['bad_part', 'too_large', 'encoder_changed'].includes(code);
