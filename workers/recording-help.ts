import type { JobBoard } from '../src/mapreduce/job-board.ts';
import { slotsOfSegment } from '../src/mapreduce/recording-plan.ts';
import { StageError } from '../src/protocol/errors.ts';
import type { HelperView, HelpJob, HelpState } from '../src/protocol/lend.ts';
import type { TrackId } from '../src/protocol/track.ts';
import { lookAtResult } from './look-at-result.ts';
import type { OriginClient } from './origin-client.ts';
import type { RecordingFile } from './recording-file.ts';
import type { Recipe } from './segment-maker.ts';
import { sliceSource } from './source-slice.ts';

const ASK_MS = 1_000;
/** What a helper has made is not done before it was looked at. */
const RETURNED_PROGRESS = 0.97;

export interface RecordingHelpOptions {
  readonly client: OriginClient;
  readonly board: JobBoard;
  readonly recording: RecordingFile;
  readonly recipe: Recipe;
  readonly inits: ReadonlyMap<TrackId, Uint8Array<ArrayBuffer>>;
  /** False while the person wants nothing more to be made. */
  readonly isWilling: () => boolean;
  /** A worker of this tab has the segment on the line already; nobody else's is published between its parts. */
  readonly isSending: (segment: number) => boolean;
  readonly onChange: () => void;
  readonly onFatal: (cause: unknown) => void;
}

const HELP = 'help-';
const holderOf = (segment: number): string => HELP + segment;
/** True for the holder that stands for helpers on the tab's own board. */
export const isHelp = (holder: string): boolean => holder.startsWith(HELP);

/**
 * Gives segments to helpers through the origin, looks at what they bring, and has it published. To the tab's own board
 * helpers are one more holder: what they do not do, its workers make.
 */
export class RecordingHelp {
  readonly #options: RecordingHelpOptions;
  /** Segments that are out with helpers, and their leases on the tab's own board. */
  readonly #given = new Map<number, number>();
  /** Too large to be sent, or refused by the origin: only this tab can make them. */
  readonly #own = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: HelpState = { helpers: [], jobs: [], wanted: 0, looks: null, helped: [], isExpected: false };
  #isAsking = false;
  /** Something changed while an answer was on its way, which may be older than the change. */
  #isAskedAgain = false;
  #isGiving = false;
  #isLooking = false;
  #isClosed = false;

  constructor(options: RecordingHelpOptions) {
    this.#options = options;
    void this.#turn();
  }

  /** Asks the origin now, and goes on asking while anybody may come; nobody is asked about again and again for nothing. */
  ask(): void {
    this.#isAskedAgain = true;
    void this.#turn();
  }

  get helpers(): readonly HelperView[] {
    return this.#state.helpers;
  }

  /** Who has, or had, the segment outside this tab. */
  namesOf(segment: number): readonly string[] {
    const job = this.#state.jobs.find((one) => one.segment === segment);
    return job?.holders.map((id) => this.#state.helpers.find((helper) => helper.id === id)?.name ?? 'a helper') ?? [];
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #turn(): Promise<void> {
    if (this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    this.#isAskedAgain = false;
    clearTimeout(this.#timer);
    let isAgain = true;
    try {
      this.#state = await this.#options.client.helpState();
      if (this.#isClosed) return;
      isAgain = this.#state.isExpected;
      await this.#follow();
      void this.#give();
      void this.#look();
      this.#options.onChange();
    } catch (cause) {
      this.#onError(cause);
    } finally {
      this.#isAsking = false;
      if ((isAgain || this.#isAskedAgain) && !this.#isClosed) this.#timer = setTimeout(() => void this.#turn(), ASK_MS);
    }
  }

  /** Brings the tab's board to what the origin says. */
  async #follow(): Promise<void> {
    const { board, client } = this.#options;
    const nowMs = performance.now();
    const isAnybodyHere = this.#state.helpers.some(({ isHere }) => isHere);
    for (const job of this.#state.jobs) {
      const { segment } = job;
      if (job.state === 'done') {
        board.finish(segment, holderOf(segment), nowMs);
        this.#given.delete(segment);
      } else if (board.isDone(segment) || job.state === 'set-aside' || (job.state === 'waiting' && !isAnybodyHere)) {
        await client.takeBackSegment(segment);
        this.#letGo(segment, job.state === 'set-aside' ? (job.reason ?? 'no helper could make it') : undefined);
      } else this.#hold(job, nowMs);
    }
    const known = new Set(this.#state.jobs.map(({ segment }) => segment));
    for (const segment of this.#given.keys()) if (!known.has(segment)) this.#letGo(segment, undefined);
  }

  #hold({ segment, progress, state }: HelpJob, nowMs: number): void {
    const { board } = this.#options;
    const share = state === 'returned' ? RETURNED_PROGRESS : progress * RETURNED_PROGRESS;
    const given = this.#given.get(segment);
    if (given !== undefined && board.progress(given, share, nowMs)) return;
    // Given by an earlier tab, or this one slept longer than a lease lasts.
    const lease = board.lendSegment(segment, holderOf(segment), nowMs);
    if (lease !== undefined) this.#given.set(segment, lease.id);
  }

  #letGo(segment: number, failure: string | undefined): void {
    const { board } = this.#options;
    if (failure === undefined) board.leave(holderOf(segment));
    else board.fail(segment, holderOf(segment), failure);
    this.#given.delete(segment);
    if (failure !== undefined) this.#own.add(segment);
  }

  /** One source after the other: the line is what is short. */
  async #give(): Promise<void> {
    if (this.#isGiving) return;
    this.#isGiving = true;
    try {
      for (let left = this.#state.wanted; left > 0 && !this.#isClosed && this.#options.isWilling(); left--)
        if (!(await this.#giveOne())) break;
    } catch (cause) {
      this.#onError(cause);
    } finally {
      this.#isGiving = false;
    }
  }

  /** False: there is nothing to give. */
  async #giveOne(): Promise<boolean> {
    const { board, recording, recipe, client } = this.#options;
    const { packets } = recording;
    if (packets === undefined) return false;
    const segment = board.nextFor((one) => !this.#own.has(one));
    const lease = segment === undefined ? undefined : board.lendSegment(segment, holderOf(segment), performance.now());
    if (segment === undefined || lease === undefined) return false;
    this.#given.set(segment, lease.id);
    const { plan } = recipe;
    const { fromSlot, toSlot } = slotsOfSegment(segment, plan);
    const range = {
      fromSeconds: plan.zeroSeconds + fromSlot / plan.frameRate,
      toSeconds: plan.zeroSeconds + (toSlot + 1) / plan.frameRate,
      zeroSeconds: plan.zeroSeconds,
    };
    const alive = setInterval(() => board.progress(lease.id, 0, performance.now()), ASK_MS);
    try {
      const source = await sliceSource(packets, range);
      if (source === undefined) this.#own.add(segment);
      else await client.offerSegment(segment, source);
    } catch (cause) {
      this.#letGo(segment, undefined);
      throw cause;
    } finally {
      clearInterval(alive);
    }
    if (this.#own.has(segment)) this.#letGo(segment, undefined);
    return true;
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (const { segment, state } of this.#state.jobs)
        if (state === 'returned' && !this.#isClosed && !this.#options.isSending(segment)) await this.#judge(segment);
    } catch (cause) {
      this.#onError(cause);
    } finally {
      this.#isLooking = false;
    }
  }

  async #judge(segment: number): Promise<void> {
    const { board, client, recording, recipe, inits } = this.#options;
    if (board.isDone(segment)) return;
    const verdict = await lookAtResult(segment, { client, recipe, inits, pictures: recording.pictures });
    if (this.#options.isSending(segment) || board.isDone(segment)) return;
    await client.judgeSegment(segment, verdict);
    if (verdict.kind === 'good') board.finish(segment, holderOf(segment), performance.now());
    this.#options.onChange();
  }

  /** An origin that does not answer is asked again; only what no repeating can change is told. */
  #onError(cause: unknown): void {
    const isPassing = !(cause instanceof StageError) || cause.isRetryable;
    const isLate = cause instanceof StageError && ['no_result', 'sealed', 'unknown_helper'].includes(cause.code);
    if (!isPassing && !isLate && !this.#isClosed) this.#options.onFatal(cause);
  }
}
