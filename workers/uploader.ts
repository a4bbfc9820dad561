import type { StartRequest } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import { type PartIndex, partDurationMicros } from '../src/protocol/grid.ts';
import type { Part, PartName, PartRange } from '../src/protocol/part.ts';
import { ownTracks, type TrackId } from '../src/protocol/track.ts';
import type { Spool } from '../src/spool/spool.ts';
import { planAnswer } from '../src/upload/answer.ts';
import { StoredParts } from '../src/upload/stored-parts.ts';
import type { BroadcastStart, InitSegment, TrackChange } from '../src/upload/unfinished.ts';
import { type Batch, UploadPlan } from '../src/upload/upload-plan.ts';
import { insist } from './insist.ts';
import { type OriginClient, OriginRefusal } from './origin-client.ts';
import { PartKeeper } from './part-keeper.ts';
import { TimelineTeller } from './timeline-teller.ts';
import type { UploadMeter } from './upload-stats.ts';

export interface UploaderEvents {
  /** Viewers can read the broadcast: the first part of every track came back from a plain GET. */
  onConfirmed(): void;
  onEnded(): void;
  /** Nothing more can be sent. */
  onFailed(error: StageError): void;
}

export interface UploaderOptions {
  readonly client: OriginClient;
  readonly meter: UploadMeter;
  /** Stays the caller's to close, after `onEnded` or `onFailed`. */
  readonly spool: Spool;
  readonly start: BroadcastStart;
  /** For the next tab. Never rejects. */
  readonly keepChange: (change: TrackChange) => Promise<void>;
  readonly events: UploaderEvents;
}

/** With less than this not sent, power that fails costs no more than a crash of the machine does anyway. */
const FLUSH_FROM_MS = 2_000;

/** Sends one broadcast: inits, start, parts as the plan says, end. Thin: what and when is decided in `UploadPlan`. */
export class Uploader {
  readonly timeline: TimelineTeller;
  readonly #client: OriginClient;
  readonly #meter: UploadMeter;
  readonly #events: UploaderEvents;
  readonly #request: StartRequest;
  readonly #inits: readonly InitSegment[];
  readonly #plan: UploadPlan;
  readonly #spool: Spool;
  readonly #keeper: PartKeeper;
  readonly #stored = new StoredParts();
  /** Of each batch on its way: ends the copy that lost. */
  readonly #underWay = new Map<number, AbortController>();
  #isStarted = false;
  #isOver = false;
  #wasDown = false;
  #endParts: Readonly<Record<TrackId, PartIndex>> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: UploaderOptions) {
    this.#client = options.client;
    this.#meter = options.meter;
    this.#spool = options.spool;
    this.#events = options.events;
    this.#request = options.start.request;
    this.#inits = options.start.inits;
    const { grid, tracks } = options.start.request;
    const plan = new UploadPlan({
      tracks: ownTracks(tracks).map((track) => track.id),
      partMs: partDurationMicros(grid.partsPerSegment) / 1000,
      gopMs: grid.gopSeconds * 1000,
    });
    this.#plan = plan;
    const { client, spool, start } = options;
    this.timeline = new TimelineTeller({
      client,
      spool,
      plan,
      request: start.request,
      keep: options.keepChange,
      onTold: () => this.#pump(),
      onFailed: (cause) => this.#fail(cause),
    });
    this.#keeper = new PartKeeper({
      spool,
      plan,
      grid,
      tracks,
      onGivenUp: () => this.timeline.onGivenUp(),
      onAdded: () => this.#pump(),
    });
  }

  get plan(): UploadPlan {
    return this.#plan;
  }

  /** Tells the origin what is coming; tries for as long as it may help. */
  async begin(): Promise<void> {
    await insist(async () => {
      await this.#putInits();
      await this.#client.start(this.#request);
    });
    this.#isStarted = true;
    this.timeline.begin();
    this.#pump();
    await this.#confirm();
  }

  /** Resolves when the part is in the spool and waits to be sent. */
  add(name: PartName, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#keeper.add(name, bytes);
  }

  /** Sends what an earlier tab kept. Before `begin`. */
  async sendKept(names: readonly PartName[]): Promise<void> {
    await this.#keeper.sendAgain(names);
  }

  /** The network came back, as far as the browser knows. */
  hurry(): void {
    this.#plan.hurry();
    this.#pump();
  }

  /** Now and then: what an outage keeps in this tab survives a loss of power too. Costs the live edge nothing. */
  secure(): void {
    if (this.#plan.backlogMs() >= FLUSH_FROM_MS) this.#spool.flush();
  }

  /** No more parts come; the end is told when all of them are there. */
  end(endParts: Readonly<Record<TrackId, PartIndex>>): void {
    this.#endParts = endParts;
    this.#plan.end();
    this.#pump();
  }

  #pump(): void {
    if (!this.#isStarted || this.#isOver) return;
    clearTimeout(this.#timer);
    for (;;) {
      const now = performance.now();
      const step = this.#plan.next(now);
      if (step.kind === 'send') {
        this.#sendBatch(step.batch).catch((cause: unknown) => this.#fail(cause));
        continue;
      }
      if (step.untilMs !== undefined) this.#timer = setTimeout(() => this.#pump(), Math.max(1, step.untilMs - now));
      break;
    }
    const isSent = !this.#keeper.isAdding && this.#plan.isIdle && this.timeline.isAllTold;
    if (this.#endParts !== undefined && isSent) this.#finish(this.#endParts);
  }

  async #sendBatch(batch: Batch): Promise<void> {
    const parts: Part[] = [];
    for (const name of batch.parts) {
      const part = await this.#spool.get(name);
      if (part !== undefined) parts.push(part);
    }
    if (parts.length === 0) {
      this.#plan.settle(batch.id, { kind: 'answered', again: [] }, performance.now());
      this.#pump();
      return;
    }
    const sentAt = performance.now();
    const ending = this.#underWay.get(batch.id) ?? new AbortController();
    this.#underWay.set(batch.id, ending);
    try {
      const { answer, bodyBytes } = await this.#client.postParts(parts, ending.signal);
      ending.abort();
      this.#meter.request(bodyBytes);
      const plan = planAnswer(parts, answer);
      this.#meter.answered(performance.now() - sentAt, plan.isFull);
      if (plan.isSealed)
        return this.#fail(new StageError('upload', 'sealed', 'This broadcast has been closed on the server.'));
      if (plan.needsInit) await this.#putInits();
      for (const name of plan.stored) this.#stored.add(name);
      await this.#forget(answer.durable);
      for (const refused of plan.refused) await this.#drop(refused.name);
      const kind = plan.isFull ? 'no-room' : 'answered';
      this.#plan.settle(batch.id, { kind, again: plan.again }, performance.now());
      this.#underWay.delete(batch.id);
      if (this.#wasDown) await this.#recheck();
    } catch (error) {
      if (ending.signal.aborted && error instanceof DOMException) return;
      if (error instanceof OriginRefusal && !error.isRetryable) return this.#fail(error);
      this.#wasDown = true;
      this.#meter.unanswered();
      const retryAfterMs = error instanceof OriginRefusal ? error.retryAfterMs : 0;
      this.#plan.settle(batch.id, { kind: 'failed', retryAfterMs }, performance.now());
    }
    this.#pump();
  }

  /** After an outage the origin may have lost what it had stored but not made durable: send that again. */
  async #recheck(): Promise<void> {
    this.#wasDown = false;
    const { stored } = await this.#client.state();
    for (const name of this.#stored.lostFrom(stored)) {
      await this.#keeper.sendAgain([name]);
      this.#stored.delete(name);
    }
  }

  async #forget(durable: Readonly<Record<TrackId, readonly PartRange[]>>): Promise<void> {
    await this.#spool.forget(durable);
    this.#stored.settle(durable);
  }

  async #drop(name: PartName): Promise<void> {
    await this.#spool.forget({ [name.track]: [{ from: name.part, to: name.part + 1 }] });
  }

  async #putInits(): Promise<void> {
    await Promise.all(this.#inits.map((init) => this.#client.putInit(init.track, init.bytes)));
  }

  async #confirm(): Promise<void> {
    const { grid, tracks } = this.#request;
    await insist(async () => {
      const served = await Promise.all(
        ownTracks(tracks).map((track) => this.#client.isServed(track.id, 0, 0, grid.partsPerSegment)),
      );
      if (!served.every(Boolean)) throw new Error('the first part is not served yet');
    });
    if (!this.#isOver) this.#events.onConfirmed();
  }

  #finish(endParts: Readonly<Record<TrackId, PartIndex>>): void {
    this.#stop();
    insist(() => this.#client.end({ endParts })).then(
      () => this.#events.onEnded(),
      (cause: unknown) => this.#fail(cause),
    );
  }

  /** Nothing more is taken. */
  #stop(): void {
    this.#isOver = true;
    this.#keeper.close();
    clearTimeout(this.#timer);
  }

  #fail(cause: unknown): void {
    if (this.#isOver && this.#endParts === undefined) return;
    this.#stop();
    const sentence = 'Sending stopped for an unknown reason. Reload the page.';
    this.#events.onFailed(
      cause instanceof StageError ? cause : new StageError('upload', 'upload_failed', sentence, { cause }),
    );
  }
}
