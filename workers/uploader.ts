import { backoffMs } from '../src/lib/backoff.ts';
import type { StartRequest, TimelineCut } from '../src/protocol/broadcast.ts';
import { StageError } from '../src/protocol/errors.ts';
import { type PartIndex, partDurationMicros, SEGMENT_MS } from '../src/protocol/grid.ts';
import type { Part, PartName, PartRange } from '../src/protocol/part.ts';
import { ownTracks, type TrackId } from '../src/protocol/track.ts';
import { giveUpOrder, whatToGiveUp } from '../src/spool/give-up.ts';
import type { Spool } from '../src/spool/spool.ts';
import { planAnswer } from '../src/upload/answer.ts';
import { type Going, lostCuts } from '../src/upload/lost-cuts.ts';
import { otherInits } from '../src/upload/other-inits.ts';
import type { BroadcastStart, InitSegment, LaterInit } from '../src/upload/unfinished.ts';
import { type Batch, UPLOAD_RETRY_POLICY, UploadPlan } from '../src/upload/upload-plan.ts';
import { type OriginClient, OriginRefusal } from './origin-client.ts';
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
  readonly events: UploaderEvents;
}

/** With less than this not sent, power that fails costs no more than a crash of the machine does anyway. */
const FLUSH_FROM_MS = 2_000;

/** Sends one broadcast: inits, start, parts as the plan says, end. Thin: what and when is decided in `UploadPlan`. */
export class Uploader {
  readonly #client: OriginClient;
  readonly #meter: UploadMeter;
  readonly #events: UploaderEvents;
  readonly #request: StartRequest;
  readonly #inits: readonly InitSegment[];
  readonly #plan: UploadPlan;
  readonly #spool: Spool;
  /** Answered as stored, not yet as durable. */
  readonly #stored = new Map<string, PartName>();
  /** Of each batch on its way: ends the copy that lost. */
  readonly #underWay = new Map<number, AbortController>();
  /** How often the spool gave something up that the origin has not been told. */
  #untold = 0;
  #isTelling = false;
  #isStarted = false;
  #isOver = false;
  /** Parts that are not in the spool yet. */
  #adding = 0;
  /** One after another, so that a crash loses the newest parts and never one in between. */
  #added: Promise<void> = Promise.resolve();
  #wasDown = false;
  /** Which tracks are made from a part on, the newest last. */
  #going: readonly Going[];
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
    const ids = ownTracks(tracks).map((track) => track.id);
    this.#going = [{ from: 0, tracks: ids }];
    this.#plan = new UploadPlan({
      tracks: ids,
      partMs: partDurationMicros(grid.partsPerSegment) / 1000,
      gopMs: grid.gopSeconds * 1000,
    });
  }

  /** What the spool had no room for. */
  get lostMs(): Readonly<Record<TrackId, number>> {
    const lost: Record<TrackId, number> = {};
    for (const tracks of this.#spool.givenUp().values())
      for (const track of tracks) lost[track] = (lost[track] ?? 0) + SEGMENT_MS;
    return lost;
  }

  get plan(): UploadPlan {
    return this.#plan;
  }

  /** Tells the origin what is coming; tries for as long as it may help. */
  async begin(): Promise<void> {
    await this.#insist(async () => {
      await this.#putInits();
      await this.#client.start(this.#request);
    });
    this.#isStarted = true;
    this.#tellLost().catch((cause: unknown) => this.#fail(cause));
    this.#pump();
    await this.#confirm();
  }

  /** Resolves when the part is in the spool and waits to be sent. */
  add(name: PartName, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#adding++;
    this.#added = this.#added
      .catch(() => undefined)
      .then(() => this.#addNext(name, bytes))
      .finally(() => {
        this.#adding--;
        this.#pump();
      });
    return this.#added;
  }

  /** Sends what an earlier tab kept. Before `begin`. */
  async sendKept(names: readonly PartName[]): Promise<void> {
    for (const name of names) {
      const part = await this.#spool.get(name);
      if (part !== undefined) this.#plan.add({ ...name, bytes: part.bytes.length }, performance.now());
    }
  }

  /** Rejects when the origin refuses it; otherwise tries until it is done. */
  async declare(cut: TimelineCut): Promise<void> {
    await this.#insist(() => this.#client.cut(cut));
  }

  /** From `part` on only these tracks are made, those of `inits` by another encoder: origin and players are told. */
  async changeTracks(tracks: readonly TrackId[], part: PartIndex, inits: readonly LaterInit[]): Promise<void> {
    this.setTracks(tracks, part);
    const segment = part / this.#request.grid.partsPerSegment;
    const codecs = Object.fromEntries(inits.map((init) => [init.track, init.codecs]));
    await this.#insist(async () => {
      await Promise.all(inits.map((init) => this.#client.putInit(init.track, init.bytes, segment)));
      await this.#cutIfPossible({ fromPart: part, toPart: part, tracks, ...(inits.length > 0 && { inits: codecs }) });
    });
  }

  /** The encoders of this tab, which goes on with a broadcast; what they do otherwise than before is told. */
  async renewInits(inits: readonly LaterInit[]): Promise<void> {
    const digests = await Promise.all(inits.map(async ({ track, bytes }) => [track, await sha256Hex(bytes)] as const));
    await this.#insist(async () => {
      const others = otherInits(Object.fromEntries(digests), await this.#client.state());
      if (others === undefined) return;
      const part = others.segment * this.#request.grid.partsPerSegment;
      const changed = inits.filter(({ track }) => others.tracks.includes(track));
      await this.changeTracks(this.#goingIn(others.segment), part, changed);
    });
  }

  /** What an earlier tab made of this broadcast. Before `begin`. */
  recall(going: readonly Going[]): void {
    this.#going = going;
    this.#plan.setTracks(going.at(-1)?.tracks ?? [], 0);
    if (this.#spool.givenUp().size > 0) this.#untold++;
  }

  /** The same, for what the origin knows already. */
  setTracks(tracks: readonly TrackId[], from: PartIndex): void {
    this.#going = [...this.#going, { from, tracks }];
    this.#plan.setTracks(tracks, from);
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

  async #addNext(name: PartName, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#isOver) return;
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    await this.#keep({ ...name, bytes, digest });
    this.#plan.add({ ...name, bytes: bytes.length }, performance.now());
  }

  /** When the spool is full, old pictures in the high qualities make room: the lowest and the sound stay longest. */
  async #keep(part: Part): Promise<void> {
    for (;;) {
      try {
        await this.#spool.put(part);
        return;
      } catch (error) {
        if (!(error instanceof StageError) || error.code !== 'spool_full' || !(await this.#makeRoom())) throw error;
      }
    }
  }

  /** False when nothing may go any more. */
  async #makeRoom(): Promise<boolean> {
    const { grid, tracks } = this.#request;
    const gone = whatToGiveUp(this.#spool.kept(), giveUpOrder(tracks), grid.partsPerSegment);
    if (gone === undefined) return false;
    const from = gone.segment * grid.partsPerSegment;
    for (const track of gone.tracks) {
      await this.#spool.giveUp(track, gone.segment);
      this.#plan.drop(track, from, from + grid.partsPerSegment);
    }
    this.#untold++;
    this.#tellLost().catch((cause: unknown) => this.#fail(cause));
    return true;
  }

  /** The manifests stop offering what will never come. */
  async #tellLost(): Promise<void> {
    if (this.#isTelling || !this.#isStarted) return;
    this.#isTelling = true;
    const { partsPerSegment } = this.#request.grid;
    while (this.#untold > 0) {
      const told = this.#untold;
      await this.#insist(async () => {
        const { cuts } = await this.#client.state();
        for (const cut of lostCuts(this.#spool.givenUp(), (segment) => this.#goingIn(segment), partsPerSegment, cuts))
          await this.#cutIfPossible(cut);
      });
      this.#untold -= told;
    }
    this.#isTelling = false;
    this.#pump();
  }

  #goingIn(segment: number): readonly TrackId[] {
    const part = segment * this.#request.grid.partsPerSegment;
    return this.#going.findLast(({ from }) => from <= part)?.tracks ?? [];
  }

  /** A cut that does not fit between those that are there leaves a gap that players wait out, as without it. */
  async #cutIfPossible(cut: TimelineCut): Promise<void> {
    await this.#client.cut(cut).catch((error: unknown) => {
      const isImpossible =
        error instanceof OriginRefusal && (error.code === 'bad_request' || error.code === 'other_cut');
      if (!isImpossible) throw error;
    });
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
    const isSent = this.#adding === 0 && this.#plan.isIdle && this.#untold === 0;
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
      this.#meter.answered(performance.now() - sentAt);
      const plan = planAnswer(parts, answer);
      if (plan.isSealed)
        return this.#fail(new StageError('upload', 'sealed', 'This broadcast has been closed on the server.'));
      if (plan.needsInit) await this.#putInits();
      for (const name of plan.stored) this.#stored.set(`${name.track}/${name.part}`, name);
      await this.#forget(answer.durable);
      for (const refused of plan.refused) await this.#drop(refused.name);
      this.#plan.settle(batch.id, { kind: 'answered', again: plan.again }, performance.now());
      this.#underWay.delete(batch.id);
      if (this.#wasDown) await this.#recheck();
    } catch (error) {
      if (ending.signal.aborted && error instanceof DOMException) return;
      if (error instanceof OriginRefusal && !error.isRetryable) return this.#fail(error);
      this.#wasDown = true;
      const retryAfterMs = error instanceof OriginRefusal ? error.retryAfterMs : 0;
      this.#plan.settle(batch.id, { kind: 'failed', retryAfterMs }, performance.now());
    }
    this.#pump();
  }

  /** After an outage the origin may have lost what it had stored but not made durable: send that again. */
  async #recheck(): Promise<void> {
    this.#wasDown = false;
    const { stored } = await this.#client.state();
    for (const [key, name] of this.#stored) {
      const isThere = (stored[name.track] ?? []).some((range) => range.from <= name.part && name.part < range.to);
      const part = isThere ? undefined : await this.#spool.get(name);
      if (part === undefined) continue;
      this.#stored.delete(key);
      this.#plan.add({ ...name, bytes: part.bytes.length }, performance.now());
    }
  }

  async #forget(durable: Readonly<Record<TrackId, readonly PartRange[]>>): Promise<void> {
    await this.#spool.forget(durable);
    for (const [key, name] of this.#stored) {
      if ((durable[name.track] ?? []).some((range) => range.from <= name.part && name.part < range.to))
        this.#stored.delete(key);
    }
  }

  async #drop(name: PartName): Promise<void> {
    await this.#spool.forget({ [name.track]: [{ from: name.part, to: name.part + 1 }] });
  }

  async #putInits(): Promise<void> {
    await Promise.all(this.#inits.map((init) => this.#client.putInit(init.track, init.bytes)));
  }

  async #confirm(): Promise<void> {
    const { grid, tracks } = this.#request;
    await this.#insist(async () => {
      const served = await Promise.all(
        ownTracks(tracks).map((track) => this.#client.isServed(track.id, 0, 0, grid.partsPerSegment)),
      );
      if (!served.every(Boolean)) throw new Error('the first part is not served yet');
    });
    if (!this.#isOver) this.#events.onConfirmed();
  }

  #finish(endParts: Readonly<Record<TrackId, PartIndex>>): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#insist(() => this.#client.end({ endParts })).then(
      () => this.#events.onEnded(),
      (cause: unknown) => this.#fail(cause),
    );
  }

  /** Repeats until it works; only a refusal that no repeating can change ends it. */
  async #insist(work: () => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await work();
        return;
      } catch (error) {
        if (error instanceof OriginRefusal && !error.isRetryable) throw error;
        const retryAfterMs = error instanceof OriginRefusal ? error.retryAfterMs : 0;
        const delayMs = backoffMs(attempt, Math.random(), UPLOAD_RETRY_POLICY, retryAfterMs);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  #fail(cause: unknown): void {
    if (this.#isOver && this.#endParts === undefined) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const sentence = 'Sending stopped for an unknown reason. Reload the page.';
    this.#events.onFailed(
      cause instanceof StageError ? cause : new StageError('upload', 'upload_failed', sentence, { cause }),
    );
  }
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
