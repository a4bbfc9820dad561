import type { TrackId } from '../protocol/track.ts';
import type { Failure, HolderId, JobOutcome, JobView, KeptBoard, KeptJob, Lease, Verdict } from './job.ts';
import { LEASE_POLICY, type LeasePolicy } from './policy.ts';

interface Job {
  readonly segment: number;
  leases: Lease[];
  failures: Failure[];
  outcome: JobOutcome;
}

const kept = ({ segment, failures, outcome, leases }: Job): KeptJob => ({ segment, failures, outcome, leases });

/** The usual time of a segment, from the last few that were done. */
const REMEMBERED_TIMES = 15;

/**
 * The jobs of one broadcast: who makes which segment, what came back, what failed. Reads no clock and does no I/O. Work
 * is given at least once; because a segment's parts are named and never change, the first valid result wins and every
 * other one is only a duplicate: the outcome is there exactly once.
 */
export class JobBoard {
  readonly broadcastId: string;
  /** What every job makes. */
  readonly renditions: readonly TrackId[];
  readonly #policy: LeasePolicy;
  readonly #jobs = new Map<number, Job>();
  readonly #leases = new Map<number, Lease>();
  readonly #times: number[] = [];
  /** In playing order; everything before `#firstOpen` is done or set aside. */
  readonly #order: Job[] = [];
  #firstOpen = 0;
  #nextLease = 1;

  constructor(kept: KeptBoard, policy: LeasePolicy = LEASE_POLICY) {
    this.broadcastId = kept.broadcastId;
    this.renditions = kept.renditions;
    this.#policy = policy;
    for (const { segment, failures, outcome, leases = [] } of kept.jobs.toSorted((a, b) => a.segment - b.segment)) {
      const job: Job = { segment, leases: [...leases], failures: [...failures], outcome };
      this.#jobs.set(segment, job);
      this.#order.push(job);
      for (const lease of leases) {
        this.#leases.set(lease.id, lease);
        this.#nextLease = Math.max(this.#nextLease, lease.id + 1);
      }
    }
  }

  /** A board on which nothing has been done. */
  static of(
    broadcastId: string,
    renditions: readonly TrackId[],
    segments: readonly number[],
    policy?: LeasePolicy,
  ): JobBoard {
    const jobs = segments.map((segment) => ({ segment, failures: [], outcome: { kind: 'open' } as const }));
    return new JobBoard({ broadcastId, renditions, jobs }, policy);
  }

  /** One more job. False: it is there already. */
  add(segment: number): boolean {
    if (this.#jobs.has(segment)) return false;
    const job: Job = { segment, leases: [], failures: [], outcome: { kind: 'open' } };
    this.#jobs.set(segment, job);
    const after = this.#order.findIndex((one) => one.segment > segment);
    this.#order.splice(after < 0 ? this.#order.length : after, 0, job);
    this.#firstOpen = 0;
    return true;
  }

  /** Nobody has to make it any more; whoever holds it is told at its next word. */
  remove(segment: number): void {
    const job = this.#jobs.get(segment);
    if (job === undefined) return;
    this.#dropLeases(job);
    this.#jobs.delete(segment);
    this.#order.splice(this.#order.indexOf(job), 1);
    this.#firstOpen = 0;
  }

  /**
   * Lends the next segment in playing order that nobody holds; when there is none, a second copy of the one that has
   * been out longest, if it is slow. Undefined: nothing for this holder now. Takes nothing back: `expire` does, and says
   * from whom.
   */
  lend(holder: HolderId, nowMs: number): Lease | undefined {
    const job = this.#nextWaiting(holder) ?? this.#slowest(holder, nowMs);
    return job && this.#lendTo(job, holder, nowMs);
  }

  /** The first segment in playing order that nobody holds and that `may` lets; nothing is lent by asking. */
  nextFor(may: (segment: number) => boolean): number | undefined {
    return this.#order.find((job) => job.outcome.kind === 'open' && job.leases.length === 0 && may(job.segment))
      ?.segment;
  }

  /** A certain segment, because this holder has it already; undefined when it is done or set aside. */
  lendSegment(segment: number, holder: HolderId, nowMs: number): Lease | undefined {
    const job = this.#jobs.get(segment);
    return job?.outcome.kind === 'open' ? this.#lendTo(job, holder, nowMs) : undefined;
  }

  #lendTo(job: Job, holder: HolderId, nowMs: number): Lease {
    const lease: Lease = {
      id: this.#nextLease++,
      segment: job.segment,
      holder,
      startedMs: nowMs,
      deadlineMs: nowMs + this.#policy.leaseMs,
      progress: 0,
    };
    job.leases.push(lease);
    this.#leases.set(lease.id, lease);
    return lease;
  }

  /** False: the lease is over, and whoever held it may stop. */
  progress(leaseId: number, progress: number, nowMs: number): boolean {
    const lease = this.#leases.get(leaseId);
    if (lease === undefined || nowMs >= lease.deadlineMs) return false;
    const renewed = {
      ...lease,
      progress: Math.max(lease.progress, progress),
      deadlineMs: nowMs + this.#policy.leaseMs,
    };
    this.#replace(lease, renewed);
    return true;
  }

  /** A valid result of `segment` is stored, whoever brings it and however late. */
  finish(segment: number, holder: HolderId, nowMs: number): Verdict {
    const job = this.#jobs.get(segment);
    if (job === undefined) return 'unknown';
    if (job.outcome.kind === 'done') return 'duplicate';
    const own = job.leases.find((lease) => lease.holder === holder);
    const serviceMs = own === undefined ? 0 : nowMs - own.startedMs;
    if (own !== undefined) this.#remember(serviceMs);
    job.outcome = { kind: 'done', by: holder, serviceMs };
    // The other copies are told at their next word.
    this.#dropLeases(job);
    return 'first';
  }

  /** The work went wrong, or its result was not what was asked for. The third time the segment is set aside. */
  fail(segment: number, holder: HolderId, reason: string): void {
    const job = this.#jobs.get(segment);
    if (job?.outcome.kind !== 'open') return;
    job.failures = [...job.failures, { holder, reason }];
    this.#giveBack(job, (lease) => lease.holder === holder);
    if (job.failures.length < this.#policy.maxFailures) return;
    job.outcome = { kind: 'set-aside', reason };
    this.#dropLeases(job);
  }

  /** Somebody left, or was sent away: what they held is for others. That is nobody's failure. */
  leave(holder: HolderId): void {
    for (const lease of this.leasesOf(holder)) this.#drop(lease);
  }

  /** Takes back what nobody has spoken of in time. */
  expire(nowMs: number): readonly Lease[] {
    const late = [...this.#leases.values()].filter((lease) => nowMs >= lease.deadlineMs);
    for (const lease of late) this.#drop(lease);
    return late;
  }

  /** The creator wants the segments that were set aside tried again. */
  retrySetAside(): void {
    for (const job of this.#order) {
      if (job.outcome.kind !== 'set-aside') continue;
      job.outcome = { kind: 'open' };
      job.failures = [];
    }
    this.#firstOpen = 0;
  }

  /** What was done turned out to be missing (an origin that lost it): it is open again. */
  reopen(segment: number): void {
    const job = this.#jobs.get(segment);
    if (job?.outcome.kind !== 'done') return;
    job.outcome = { kind: 'open' };
    this.#firstOpen = 0;
  }

  /** The usual time a segment takes, in milliseconds; null before the first is done. */
  get usualMs(): number | null {
    const sorted = this.#times.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }

  isDone(segment: number): boolean {
    return this.doneBy(segment) !== undefined;
  }

  doneBy(segment: number): HolderId | undefined {
    const outcome = this.#jobs.get(segment)?.outcome;
    return outcome?.kind === 'done' ? outcome.by : undefined;
  }

  get isComplete(): boolean {
    return this.#order.every((job) => job.outcome.kind === 'done');
  }

  /** Nothing more can be lent until somebody tries the set-aside ones again. */
  get isOver(): boolean {
    return this.#order.every((job) => job.outcome.kind !== 'open');
  }

  leasesOf(holder: HolderId): readonly Lease[] {
    return [...this.#leases.values()].filter((lease) => lease.holder === holder);
  }

  get waiting(): number {
    return this.#order.filter((job) => job.outcome.kind === 'open' && job.leases.length === 0).length;
  }

  views(): readonly JobView[] {
    return this.#order.map((job) => ({
      segment: job.segment,
      state: job.outcome.kind !== 'open' ? job.outcome.kind : job.leases.length > 0 ? 'working' : 'waiting',
      holders: job.outcome.kind === 'done' ? [job.outcome.by] : job.leases.map((lease) => lease.holder),
      progress: job.outcome.kind === 'done' ? 1 : Math.max(0, ...job.leases.map((lease) => lease.progress)),
      failures: job.failures.length,
      reason: job.outcome.kind === 'set-aside' ? job.outcome.reason : job.failures.at(-1)?.reason,
    }));
  }

  keep(): KeptBoard {
    return { broadcastId: this.broadcastId, renditions: this.renditions, jobs: this.#order.map(kept) };
  }

  keepJob(segment: number): KeptJob | undefined {
    const job = this.#jobs.get(segment);
    return job && kept(job);
  }

  /** Who failed at a segment gets it again only when nobody else has asked for it. */
  #nextWaiting(holder: HolderId): Job | undefined {
    while (this.#order[this.#firstOpen]?.outcome.kind === 'done') this.#firstOpen++;
    let again: Job | undefined;
    for (let i = this.#firstOpen; i < this.#order.length; i++) {
      const job = this.#order[i];
      if (job?.outcome.kind !== 'open' || job.leases.length > 0) continue;
      if (!job.failures.some((failure) => failure.holder === holder)) return job;
      again ??= job;
    }
    return again;
  }

  #slowest(holder: HolderId, nowMs: number): Job | undefined {
    const usual = this.usualMs;
    if (usual === null) return undefined;
    const slowSinceMs = nowMs - usual * this.#policy.slowFactor;
    let slowest: Job | undefined;
    let since = slowSinceMs;
    for (const { segment, startedMs } of this.#leases.values()) {
      const job = this.#jobs.get(segment);
      if (job === undefined || startedMs > since || job.leases.length >= this.#policy.maxCopies) continue;
      if (job.leases.some((lease) => lease.holder === holder)) continue;
      slowest = job;
      since = startedMs;
    }
    return slowest;
  }

  #remember(serviceMs: number): void {
    this.#times.push(serviceMs);
    if (this.#times.length > REMEMBERED_TIMES) this.#times.shift();
  }

  #replace(lease: Lease, renewed: Lease): void {
    this.#leases.set(lease.id, renewed);
    const job = this.#jobs.get(lease.segment);
    if (job !== undefined) job.leases = job.leases.map((one) => (one.id === lease.id ? renewed : one));
  }

  #giveBack(job: Job, isGiven: (lease: Lease) => boolean): void {
    for (const lease of job.leases.filter(isGiven)) this.#drop(lease);
  }

  #dropLeases(job: Job): void {
    this.#giveBack(job, () => true);
  }

  #drop(lease: Lease): void {
    this.#leases.delete(lease.id);
    const job = this.#jobs.get(lease.segment);
    if (job !== undefined) job.leases = job.leases.filter((one) => one.id !== lease.id);
  }
}
