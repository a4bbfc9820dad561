import { type BackoffPolicy, backoffMs } from '../lib/backoff.ts';
import type { PartIndex } from '../protocol/grid.ts';
import type { PartName } from '../protocol/part.ts';
import { MAX_PARTS_PER_REQUEST } from '../protocol/tick.ts';
import type { TrackId } from '../protocol/track.ts';
import { type Flight, Lateness, lateFlight } from './hedge.ts';

/** A part that waits to be sent. */
export interface QueuedPart extends PartName {
  readonly bytes: number;
}

export interface Batch {
  readonly id: number;
  readonly parts: readonly QueuedPart[];
}

export type NextStep =
  /** isCopy: of a batch that is late; the first answer of the two settles both. */
  | { readonly kind: 'send'; readonly batch: Batch; readonly isCopy: boolean }
  /** Ask again at `untilMs`, or only after the next `add` or `settle` when it is undefined. */
  | { readonly kind: 'wait'; readonly untilMs: number | undefined };

/** What became of a request as a whole; the answer's parts that must go again are named by the caller. */
export type BatchOutcome =
  | { readonly kind: 'answered'; readonly again: readonly PartName[] }
  /** The origin's disk is full: these wait as in an outage, instead of going over the line again and again. */
  | { readonly kind: 'no-room'; readonly again: readonly PartName[] }
  /** No answer, or one that says later. */
  | { readonly kind: 'failed'; readonly retryAfterMs: number };

export interface UploadPlanOptions {
  readonly tracks: readonly TrackId[];
  readonly partMs: number;
  /** From key frame to key frame: a viewer can begin only there. */
  readonly gopMs: number;
  /** Of the six connections a browser has to one host over HTTP/1.1, a watch page in the same browser needs two. */
  readonly maxInFlight?: number;
  readonly maxBatchBytes?: number;
  /** How long the renditions of a tick wait for each other. */
  readonly lingerMs?: number;
  readonly policy?: BackoffPolicy;
  readonly random?: () => number;
}

/** The pictures of one tick, or its sound: sound comes out of its encoder later, and neither waits for the other. */
interface Tick {
  readonly index: PartIndex;
  readonly key: string;
  readonly addedMs: number;
  readonly parts: Map<TrackId, QueuedPart>;
}

/** A creator is one sender, not a crowd: viewers wait for this line, so it is tried again sooner than others. */
export const UPLOAD_RETRY_POLICY: BackoffPolicy = { floorMs: 250, baseMs: 500, capMs: 3_000 };

const partsNamed = (batch: Batch, names: readonly PartName[]): readonly QueuedPart[] =>
  batch.parts.filter((part) => names.some((name) => name.part === part.part && name.track === part.track));

/** After a failure a backlog this long was an outage: viewers want the newest first. */
const OUTAGE_MS = 2_000;
/** Viewers at the live edge are so far behind it at least, before the key frame that they begin at. */
const EDGE_MS = 1_000;
/** More ticks than are ever between the first and the last track of one. */
const REMEMBERED_TICKS = 200;

const kindOf = (track: TrackId): string => track.charAt(0);

function countKinds(tracks: readonly TrackId[]): ReadonlyMap<string, number> {
  const ofKind = new Map<string, number>();
  for (const track of tracks) ofKind.set(kindOf(track), (ofKind.get(kindOf(track)) ?? 0) + 1);
  return ofKind;
}

/**
 * Decides what to send next; does no I/O and reads no clock. One tick a request while the line keeps up, several when
 * it is slow, and after a failure one cautious request until something gets through. After an outage what is made from
 * the last key frame on goes first and in order for as long as there is any, and what is older fills in beside it.
 */
export class UploadPlan {
  /** How many tracks of each kind there are from a part on, the newest last. */
  readonly #tracksFrom: { readonly from: PartIndex; readonly ofKind: ReadonlyMap<string, number> }[];
  readonly #partMs: number;
  readonly #gopMs: number;
  readonly #maxInFlight: number;
  readonly #maxBatchBytes: number;
  readonly #lingerMs: number;
  readonly #policy: BackoffPolicy;
  readonly #random: () => number;
  readonly #ticks = new Map<string, Tick>();
  readonly #inFlight = new Map<number, Flight<Batch>>();
  readonly #lateness = new Lateness();
  /** Keys of the newest ticks that have left, in order. */
  readonly #sent = new Set<string>();
  #nextId = 0;
  #failures = 0;
  #blockedUntilMs = 0;
  #retries = 0;
  #isEnding = false;
  /** Something failed since the edge was looked for; what an earlier tab left is an outage too. */
  #hasFailed = true;
  /** The first part of what goes first; undefined: everything in order. */
  #edgeFrom: PartIndex | undefined;
  /** Batches on their way that fill in. */
  readonly #filling = new Set<number>();

  constructor(options: UploadPlanOptions) {
    this.#tracksFrom = [{ from: 0, ofKind: countKinds(options.tracks) }];
    this.#partMs = options.partMs;
    this.#gopMs = options.gopMs;
    this.#maxInFlight = options.maxInFlight ?? 3;
    this.#maxBatchBytes = options.maxBatchBytes ?? 512 * 1024;
    this.#lingerMs = options.lingerMs ?? 50;
    this.#policy = options.policy ?? UPLOAD_RETRY_POLICY;
    this.#random = options.random ?? Math.random;
  }

  add(part: QueuedPart, nowMs: number): void {
    const key = `${kindOf(part.track)}${part.part}`;
    let tick = this.#ticks.get(key);
    if (tick === undefined) {
      tick = { index: part.part, key, addedMs: nowMs, parts: new Map() };
      this.#ticks.set(key, tick);
    }
    tick.parts.set(part.track, part);
  }

  /** From this part on only these tracks are made: nobody waits for the others. */
  setTracks(tracks: readonly TrackId[], from: PartIndex): void {
    this.#tracksFrom.push({ from, ofKind: countKinds(tracks) });
  }

  /** Nothing more will be added: a tick waits for nobody. */
  end(): void {
    this.#isEnding = true;
  }

  next(nowMs: number): NextStep {
    const limit = this.#failures > 0 ? 1 : this.#maxInFlight;
    const late = this.#failures > 0 ? undefined : lateFlight(this.#liveFlights(), this.#lateness.lateAfterMs);
    if (late !== undefined && nowMs >= late.lateAtMs) return this.#sendCopy(late.flight);
    const soonest = (untilMs: number | undefined): NextStep => {
      const times = [untilMs, late?.lateAtMs].filter((atMs) => atMs !== undefined);
      return { kind: 'wait', untilMs: times.length === 0 ? undefined : Math.min(...times) };
    };
    if (this.#ticks.size === 0 || this.#inFlight.size >= limit) return soonest(undefined);
    if (nowMs < this.#blockedUntilMs) return soonest(this.#blockedUntilMs);
    const ready = this.#readyTicks(nowMs);
    const { first, isFilling } = this.#firstOf(ready);
    // One request is kept for the live edge.
    const isHeld = isFilling && this.#filling.size >= Math.max(1, this.#maxInFlight - 1);
    if (first.length === 0 || isHeld) return soonest(this.#nextLinger(nowMs));
    const batch = { id: this.#nextId++, parts: this.#take(first) };
    this.#inFlight.set(batch.id, { batch, sentAtMs: nowMs, copies: 1 });
    if (isFilling) this.#filling.add(batch.id);
    return { kind: 'send', batch, isCopy: false };
  }

  settle(id: number, outcome: BatchOutcome, nowMs: number): void {
    const flight = this.#inFlight.get(id);
    if (flight === undefined) return;
    if (outcome.kind === 'failed' && flight.copies === 2) {
      // The other copy may still get through.
      this.#inFlight.set(id, { ...flight, copies: 1 });
      return;
    }
    const { batch } = flight;
    this.#inFlight.delete(id);
    const wasFilling = this.#filling.delete(id);
    const named = outcome.kind === 'failed' ? batch.parts : partsNamed(batch, outcome.again);
    if (outcome.kind !== 'answered') {
      const retryAfterMs = outcome.kind === 'failed' ? outcome.retryAfterMs : 0;
      this.#hasFailed = true;
      this.#blockedUntilMs = nowMs + backoffMs(this.#failures, this.#random(), this.#policy, retryAfterMs);
      this.#failures++;
      this.#retries++;
      for (const part of named) this.add(part, nowMs - this.#lingerMs);
      return;
    }
    this.#failures = 0;
    this.#blockedUntilMs = 0;
    // Of a pair it is not known which one was answered; the time of the late one would make the next ones wait too long.
    if (flight.copies === 1 && !wasFilling) this.#lateness.answered(nowMs - flight.sentAtMs);
    for (const part of named) {
      this.#retries++;
      this.#blockedUntilMs = nowMs + this.#policy.floorMs;
      this.add(part, nowMs - this.#lingerMs);
    }
  }

  /** Media time that is finished here and not acknowledged: from the oldest waiting tick's part to the newest's end. */
  backlogMs(): number {
    const indices = new Set([...this.#ticks.values()].map((tick) => tick.index));
    for (const { batch } of this.#inFlight.values()) for (const part of batch.parts) indices.add(part.part);
    return indices.size * this.#partMs;
  }

  get isIdle(): boolean {
    return this.#ticks.size === 0 && this.#inFlight.size === 0;
  }

  get failures(): number {
    return this.#failures;
  }

  get retries(): number {
    return this.#retries;
  }

  /** The line may be back: tries at once. */
  hurry(): void {
    this.#blockedUntilMs = 0;
  }

  /** These parts will never be sent. */
  drop(track: TrackId, from: PartIndex, to: PartIndex): void {
    for (const [key, { index, parts }] of this.#ticks) {
      if (index < from || index >= to || !parts.delete(track)) continue;
      if (parts.size === 0) this.#ticks.delete(key);
    }
  }

  /** Drops everything that waits; what is in flight still settles. */
  clear(): void {
    this.#ticks.clear();
  }

  /** What fills in takes long because it is much, and nobody waits for it: a copy would only narrow the line. */
  #liveFlights(): readonly Flight<Batch>[] {
    return [...this.#inFlight.values()].filter(({ batch }) => !this.#filling.has(batch.id));
  }

  #sendCopy(flight: Flight<Batch>): NextStep {
    const { batch } = flight;
    this.#inFlight.set(batch.id, { ...flight, copies: 2 });
    this.#retries++;
    return { kind: 'send', batch, isCopy: true };
  }

  #isReady(tick: Tick, nowMs: number): boolean {
    const ofKind = this.#tracksFrom.findLast(({ from }) => from <= tick.index)?.ofKind;
    const isWhole = tick.parts.size >= (ofKind?.get(tick.key.charAt(0)) ?? 1);
    // What comes after its tick has left waits for nobody.
    return isWhole || this.#isEnding || this.#sent.has(tick.key) || nowMs - tick.addedMs >= this.#lingerMs;
  }

  #readyTicks(nowMs: number): Tick[] {
    const ready = [...this.#ticks.values()].filter((tick) => this.#isReady(tick, nowMs));
    return ready.sort((a, b) => a.index - b.index);
  }

  #nextLinger(nowMs: number): number | undefined {
    const times = [...this.#ticks.values()]
      .filter((tick) => !this.#isReady(tick, nowMs))
      .map((tick) => tick.addedMs + this.#lingerMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** What goes before everything else, in order. */
  #firstOf(ready: readonly Tick[]): { readonly first: readonly Tick[]; readonly isFilling: boolean } {
    const oldest = ready[0]?.index ?? 0;
    const newest = ready.at(-1)?.index ?? 0;
    const isOutage = (newest - oldest) * this.#partMs > OUTAGE_MS;
    if (!isOutage) this.#edgeFrom = undefined;
    else if (this.#hasFailed) {
      const edgeMs = Math.max(0, newest * this.#partMs - EDGE_MS);
      this.#edgeFrom = Math.floor((edgeMs - (edgeMs % this.#gopMs)) / this.#partMs);
    }
    if (ready.length > 0) this.#hasFailed = false;
    const edgeFrom = this.#edgeFrom ?? oldest;
    const edge = ready.filter((tick) => tick.index >= edgeFrom);
    return edge.length > 0 ? { first: edge, isFilling: false } : { first: ready, isFilling: true };
  }

  #take(order: readonly Tick[]): readonly QueuedPart[] {
    const parts: QueuedPart[] = [];
    let bytes = 0;
    for (const tick of order) {
      const tickBytes = [...tick.parts.values()].reduce((sum, part) => sum + part.bytes, 0);
      const isFull = bytes + tickBytes > this.#maxBatchBytes || parts.length + tick.parts.size > MAX_PARTS_PER_REQUEST;
      if (parts.length > 0 && isFull) break;
      parts.push(...tick.parts.values());
      bytes += tickBytes;
      this.#ticks.delete(tick.key);
      this.#rememberSent(tick.key);
    }
    return parts;
  }

  #rememberSent(key: string): void {
    this.#sent.add(key);
    const [oldest] = this.#sent;
    if (this.#sent.size > REMEMBERED_TICKS && oldest !== undefined) this.#sent.delete(oldest);
  }
}
