import type { TrackId } from '../protocol/track.ts';
import type { HolderId, JobView, KeptJob, Lease, Verdict } from './job.ts';
import { JobBoard } from './job-board.ts';
import { batchSize, LEASE_POLICY, type LeasePolicy } from './policy.ts';

/** A job that is lent to helpers, with what has been taken of it. */
export interface KeptHelpJob extends KeptJob {
  /** The creator's tab has looked at the result and it is published. */
  readonly isAccepted: boolean;
}

/** returned: somebody brought it, and the creator's tab has yet to look at it. */
export interface HelpJobView extends Omit<JobView, 'state'> {
  readonly state: JobView['state'] | 'returned';
}

export interface Asking {
  readonly roundTripMs: number;
  /** Null before its first segment is done. */
  readonly serviceMs: number | null;
  /** How many share what waits. */
  readonly helpers: number;
}

/**
 * The segments of one recording that its creator gives away: lent to helpers, brought back, looked at by the creator's
 * tab, accepted or refused. A job board with a judge behind it; no clock, no I/O.
 */
export class HelpBoard {
  readonly #board: JobBoard;
  readonly #policy: LeasePolicy;
  readonly #accepted = new Set<number>();

  constructor(
    broadcastId: string,
    renditions: readonly TrackId[],
    jobs: readonly KeptHelpJob[] = [],
    policy: LeasePolicy = LEASE_POLICY,
  ) {
    this.#policy = policy;
    this.#board = new JobBoard({ broadcastId, renditions, jobs }, policy);
    for (const job of jobs) if (job.isAccepted) this.#accepted.add(job.segment);
  }

  /** False: it was offered before. */
  offer(segment: number): boolean {
    return this.#board.add(segment);
  }

  /** The creator makes it, or has made it. What is accepted stays as it is. */
  withdraw(segment: number): void {
    if (!this.#accepted.has(segment)) this.#board.remove(segment);
  }

  /** As many as this helper may hold more now, in playing order; none is lent twice to one. */
  lend(holder: HolderId, asking: Asking, nowMs: number): readonly Lease[] {
    this.#board.expire(nowMs);
    const { waiting } = this.#board;
    const room = batchSize({ ...asking, waiting }, this.#policy) - this.#board.leasesOf(holder).length;
    const lent: Lease[] = [];
    while (lent.length < room) {
      const lease = this.#board.lend(holder, nowMs);
      if (lease === undefined) break;
      lent.push(lease);
    }
    return lent;
  }

  /** False: the lease is over, or somebody else's. */
  progress(leaseId: number, holder: HolderId, progress: number, nowMs: number): boolean {
    const isOwn = this.#board.leasesOf(holder).some(({ id }) => id === leaseId);
    return isOwn && this.#board.progress(leaseId, progress, nowMs);
  }

  leasesOf(holder: HolderId): readonly Lease[] {
    return this.#board.leasesOf(holder);
  }

  /** A result that is whole and well formed is there; the first one waits for the creator's look. */
  bring(segment: number, holder: HolderId, nowMs: number): Verdict {
    return this.#board.finish(segment, holder, nowMs);
  }

  fail(segment: number, holder: HolderId, reason: string): void {
    this.#board.fail(segment, holder, reason);
  }

  /** Who brought what waits for the creator's look; undefined when nothing does. */
  broughtBy(segment: number): HolderId | undefined {
    return this.#accepted.has(segment) ? undefined : this.#board.doneBy(segment);
  }

  accept(segment: number): void {
    if (this.broughtBy(segment) !== undefined) this.#accepted.add(segment);
  }

  /** It is not what was asked for: it counts as a failure, and somebody else makes it. */
  refuse(segment: number, reason: string): void {
    const holder = this.broughtBy(segment);
    if (holder === undefined) return;
    this.#board.reopen(segment);
    this.#board.fail(segment, holder, reason);
  }

  /** Gone, on its own wish: its leases are for others, what it brought is still looked at. */
  leave(holder: HolderId): void {
    this.#board.leave(holder);
  }

  /** Sent away: nothing of it is taken any more. Which segments it had brought that nobody has looked at. */
  dismiss(holder: HolderId): readonly number[] {
    this.#board.leave(holder);
    const brought = this.#board.views().filter(({ segment }) => this.broughtBy(segment) === holder);
    for (const { segment } of brought) this.#board.reopen(segment);
    return brought.map(({ segment }) => segment);
  }

  expire(nowMs: number): readonly Lease[] {
    return this.#board.expire(nowMs);
  }

  /** Jobs that helpers have yet to bring. */
  get open(): number {
    return this.views().filter(({ state }) => state === 'waiting' || state === 'working').length;
  }

  views(): readonly HelpJobView[] {
    return this.#board
      .views()
      .map((view) =>
        view.state === 'done' && !this.#accepted.has(view.segment) ? { ...view, state: 'returned' } : view,
      );
  }

  keep(): readonly KeptHelpJob[] {
    return this.#board.keep().jobs.map((job) => ({ ...job, isAccepted: this.#accepted.has(job.segment) }));
  }

  keepJob(segment: number): KeptHelpJob | undefined {
    const job = this.#board.keepJob(segment);
    return job && { ...job, isAccepted: this.#accepted.has(segment) };
  }
}
