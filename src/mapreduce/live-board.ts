import { AwakeClock } from '../lib/awake-clock.ts';
import { type PartIndex, partMs } from '../protocol/grid.ts';
import type { HolderId } from './job.ts';
import { LiveHolders } from './live-holders.ts';
import type { LiveFacts, LiveOrder, LiveOutcome } from './live-orders.ts';
import { LIVE_POLICY, type LivePolicy } from './live-policy.ts';
import { type LiveLease, StandBys } from './live-stand-by.ts';

/**
 * own: the next part of this lease. old: it is there, or the lease is somebody else's. early: it has overtaken the one
 * before. far: it cannot have.
 */
export type LiveTake = 'own' | 'old' | 'early' | 'far';

interface Job {
  readonly segment: number;
  readonly endPart: PartIndex;
  nextPart: PartIndex;
  lease: LiveLease | undefined;
  /** When the lease gave its last part, or began; by the board's clock. */
  heardMs: number;
  hasBegun: boolean;
  /** When the lease began, by the board's clock. */
  lentMs: number;
}

/**
 * Who makes which segment of a live, in turn, and who goes on where somebody stopped. Of every segment exactly one
 * helper may bring the next part, so that its parts come once, in order, and a change of helper is always a key frame.
 * Reads no clock and does no I/O.
 */
export class LiveBoard {
  readonly #partsPerSegment: number;
  readonly #partMs: number;
  readonly #policy: LivePolicy;
  readonly #holders = new LiveHolders();
  readonly #jobs = new Map<number, Job>();
  readonly #standBys = new StandBys();
  /** When the source had the part, by the board's clock; of the parts that somebody may still wait for. */
  readonly #cameMs = new Map<PartIndex, number>();
  #sourcePart: PartIndex = 0;
  /** The board's clock: a machine that stands still hears nobody. */
  readonly #clock: AwakeClock;
  #fromSegment: number | undefined;
  #nextSegment = 0;
  #nextLease = 1;

  constructor(partsPerSegment: number, policy: LivePolicy = LIVE_POLICY) {
    this.#partsPerSegment = partsPerSegment;
    this.#partMs = partMs(partsPerSegment);
    this.#policy = policy;
    this.#clock = new AwakeClock(policy.lookMs);
  }

  enter(holder: HolderId): void {
    this.#holders.enter(holder, this.#nextLease);
  }

  /** Gone: what it holds passes on at the next look. */
  leave(holder: HolderId): void {
    this.#holders.leave(holder);
  }

  /** It has asked for something, or brought it. */
  heard(holder: HolderId): void {
    this.#holders.heard(holder);
  }

  /** How many could be lent something. */
  readyAt(nowMs: number): number {
    return this.#holders.turn(nowMs).length;
  }

  #isReady(holder: HolderId, nowMs: number): boolean {
    return this.#holders.stateAt(holder, nowMs) === 'ready';
  }

  leaseOf(segment: number, holder: HolderId): LiveLease | undefined {
    const lease = this.#jobs.get(segment)?.lease;
    return lease?.holder === holder ? lease : undefined;
  }

  /** Those who neither make anything nor stand by, the next in turn first. */
  idleAt(nowMs: number): readonly HolderId[] {
    return this.#freeAt(nowMs).filter((holder) => this.#isReady(holder, nowMs));
  }

  /** The same, and at the end those who may have vanished. */
  #freeAt(nowMs: number): readonly HolderId[] {
    const busy = new Set(this.leases.map(({ holder }) => holder));
    return this.#holders.turn(nowMs).filter((holder) => !busy.has(holder) && !this.#standBys.isHolder(holder));
  }

  /** Who makes what, for the creator to see. */
  get leases(): readonly LiveLease[] {
    return [...this.#jobs.values()].flatMap(({ lease }) => lease ?? []);
  }

  /** Nothing is to be made now. */
  get isIdle(): boolean {
    return this.#jobs.size === 0;
  }

  /** What to do with a part that a helper brings; it is the caller's to store it and then to say `took`. */
  judge(holder: HolderId, segment: number, part: PartIndex): LiveTake {
    const job = this.#jobs.get(segment);
    if (job?.lease?.holder !== holder || part < job.nextPart) return 'old';
    if (part === job.nextPart) return 'own';
    return part <= job.nextPart + this.#policy.earlyParts ? 'early' : 'far';
  }

  /** True when the part must begin with a key picture: it is the first of its lease. */
  isTurn(segment: number, part: PartIndex): boolean {
    return this.#jobs.get(segment)?.lease?.fromPart === part;
  }

  /** True when the segment is whole with it. */
  took(segment: number, part: PartIndex, nowMs: number): boolean {
    const job = this.#jobs.get(segment);
    if (job?.nextPart !== part) return false;
    job.nextPart = part + 1;
    job.heardMs = this.#clock.at(nowMs);
    job.hasBegun = true;
    if (job.nextPart < job.endPart) return false;
    this.#jobs.delete(segment);
    return true;
  }

  /** What this holder has made of the segment is not what it should be, or it cannot go on. */
  fail(holder: HolderId, nowMs: number): void {
    this.#holders.rest(holder, nowMs + this.#policy.restMs);
    for (const job of this.#jobs.values()) if (job.lease?.holder === holder) job.lease = undefined;
  }

  /** Everything that time and the source have changed; called every few hundredths of a second. */
  look(facts: LiveFacts): LiveOutcome {
    const orders: LiveOrder[] = [];
    const lost: number[] = [];
    this.#clock.look(facts.nowMs);
    this.#grow(facts);
    for (const job of Array.from(this.#jobs.values())) {
      if (facts.fromSegment === undefined || job.segment < facts.fromSegment) this.#drop(job, orders);
      else if (this.#isLost(job, facts.nowMs)) {
        lost.push(job.segment);
        this.#drop(job, orders);
        if (job.lease !== undefined && this.#hadTime(job, facts.nowMs)) this.fail(job.lease.holder, facts.nowMs);
      } else if (job.lease === undefined || !this.#holders.holds(job.lease)) this.#pass(job, orders, facts.nowMs);
      else if (this.#isSilent(job, job.lease, facts.nowMs)) this.#passFrom(job.lease, job, orders, facts.nowMs);
    }
    if (facts.fromSegment !== undefined) this.#begin(facts.fromSegment, facts, orders);
    this.#standBy(orders, facts.nowMs);
    this.#forgetTimes();
    return { orders, lost };
  }

  #grow({ sourcePart, nowMs }: LiveFacts): void {
    for (let part = this.#sourcePart; part < sourcePart; part++) this.#cameMs.set(part, this.#clock.at(nowMs));
    this.#sourcePart = Math.max(this.#sourcePart, sourcePart);
  }

  #forgetTimes(): void {
    const wanted = Math.min(this.#sourcePart, ...[...this.#jobs.values()].map(({ nextPart }) => nextPart));
    for (const part of this.#cameMs.keys()) if (part < wanted) this.#cameMs.delete(part);
  }

  /** Since when the source of its next part waits for it; undefined while there is nothing to be made. */
  #dueSinceMs(job: Job): number | undefined {
    const cameMs = this.#cameMs.get(job.nextPart);
    return cameMs === undefined ? undefined : Math.max(cameMs, job.heardMs);
  }

  #isSilent(job: Job, { holder }: LiveLease, nowMs: number): boolean {
    if (this.#holders.stateAt(holder, nowMs) === 'silent') return true;
    const sinceMs = this.#dueSinceMs(job);
    if (sinceMs === undefined) return false;
    return this.#clock.at(nowMs) - sinceMs > (job.hasBegun ? this.#policy.silentMs : this.#policy.startMs);
  }

  #isLost(job: Job, nowMs: number): boolean {
    const cameMs = this.#cameMs.get(job.nextPart);
    return cameMs !== undefined && this.#clock.at(nowMs) - cameMs > this.#policy.lostMs;
  }

  /** Who got the lease when its part was late already is not to blame. */
  #hadTime({ lentMs }: Job, nowMs: number): boolean {
    return this.#clock.at(nowMs) - lentMs > this.#policy.startMs;
  }

  /** Somebody goes on at the first missing part, if anybody is there. */
  #pass(job: Job, orders: LiveOrder[], nowMs: number): void {
    const ready = this.#standBys.take(job.segment, ({ holder }) => this.#isReady(holder, nowMs));
    const next = ready?.holder ?? this.#nextHolder(nowMs);
    if (next === undefined) return;
    this.#holders.had(next);
    this.#drop(job, orders);
    this.#lend(job, ready ?? { holder: next, id: this.#nextLease++ }, nowMs, orders);
  }

  /** From somebody who is silent only to somebody who is not: one who has vanished would take longer to show it. */
  #passFrom({ holder: silent }: LiveLease, job: Job, orders: LiveOrder[], nowMs: number): void {
    if (!this.#holders.turn(nowMs).some((holder) => holder !== silent && this.#isReady(holder, nowMs))) return;
    this.#holders.fellSilent(silent);
    this.#pass(job, orders, nowMs);
  }

  /** Of every segment that somebody makes, one who has nothing to do follows the source. */
  #standBy(orders: LiveOrder[], nowMs: number): void {
    const hasSense = (lease: LiveLease): boolean => {
      const isMaker = this.#jobs.get(lease.segment)?.lease?.holder === lease.holder;
      if (isMaker || !this.#jobs.has(lease.segment) || !this.#holders.holds(lease)) return false;
      const state = this.#holders.stateAt(lease.holder, nowMs);
      return state === 'ready' || (state === 'silent' && this.idleAt(nowMs).length === 0);
    };
    for (const lease of this.#standBys.settle(hasSense)) orders.push({ kind: 'stand-down', lease });
    for (const { segment, nextPart, lease } of this.#jobs.values()) {
      const [holder] = lease === undefined || this.#standBys.has(segment) ? [] : this.#freeAt(nowMs);
      if (holder === undefined) continue;
      const ready: LiveLease = { id: this.#nextLease++, holder, segment, fromPart: nextPart };
      this.#standBys.add(ready);
      orders.push({ kind: 'stand-by', lease: ready });
    }
  }

  #drop(job: Job, orders: LiveOrder[]): void {
    this.#jobs.delete(job.segment);
    if (job.lease !== undefined) orders.push({ kind: 'stop', lease: job.lease });
  }

  #begin(fromSegment: number, { sourcePart, nowMs, endPart }: LiveFacts, orders: LiveOrder[]): void {
    const leadParts = this.#policy.leadMs / this.#partMs;
    if (fromSegment !== this.#fromSegment) this.#nextSegment = fromSegment;
    this.#fromSegment = fromSegment;
    for (;;) {
      const segment = this.#nextSegment;
      const firstPart = segment * this.#partsPerSegment;
      if (firstPart > sourcePart + leadParts || firstPart >= (endPart ?? Number.POSITIVE_INFINITY)) break;
      const holder = this.#nextHolder(nowMs);
      const end = Math.min(firstPart + this.#partsPerSegment, endPart ?? Number.POSITIVE_INFINITY);
      const job: Job = {
        segment,
        endPart: end,
        nextPart: firstPart,
        lease: undefined,
        heardMs: this.#clock.at(nowMs),
        hasBegun: false,
        lentMs: this.#clock.at(nowMs),
      };
      this.#nextSegment++;
      if (holder === undefined) {
        this.#jobs.set(segment, job);
        continue;
      }
      this.#holders.had(holder);
      this.#lend(job, { holder, id: this.#nextLease++ }, nowMs, orders);
    }
    // The end may come in the middle of what is being made.
    if (endPart === undefined) return;
    for (const job of Array.from(this.#jobs.values())) {
      if (job.endPart <= endPart) continue;
      const isWhole = job.nextPart >= endPart;
      this.#jobs.set(job.segment, { ...job, endPart });
      if (isWhole) this.#drop(job, orders);
    }
  }

  #lend(job: Job, { holder, id }: Pick<LiveLease, 'holder' | 'id'>, nowMs: number, orders: LiveOrder[]): void {
    const { segment, nextPart } = job;
    const lease: LiveLease = { id, holder, segment, fromPart: nextPart };
    const lentMs = this.#clock.at(nowMs);
    this.#jobs.set(segment, { ...job, lease, heardMs: lentMs, hasBegun: false, lentMs });
    orders.push({ kind: 'make', lease });
  }

  /** In turn: those with less to do first, and after them those who may have vanished. */
  #nextHolder(nowMs: number): HolderId | undefined {
    const turn = this.#holders.turn(nowMs);
    const known = turn.filter((holder) => this.#isReady(holder, nowMs));
    const asked = known.length > 0 ? known : turn;
    const load = (holder: HolderId): number => this.leases.filter((lease) => lease.holder === holder).length;
    const least = Math.min(...asked.map(load));
    return asked.find((holder) => load(holder) === least);
  }
}
