import type { KeptHelpJob } from '../mapreduce/help-board.ts';
import { HelpBoard } from '../mapreduce/help-board.ts';
import { LEASE_POLICY, offersWanted } from '../mapreduce/policy.ts';
import type { HelperView, HelpState, LendWork, LendWorkRequest } from '../protocol/lend.ts';
import type { Broadcast } from './broadcast.ts';
import type { Clock } from './clock.ts';
import { type LendFiles, MAX_HELP_BYTES } from './lend-files.ts';
import type { HelperRecord, InvitationRecord, LendRecords } from './lend-records.ts';
import { Problem } from './problem.ts';
import { hashToken, mintBroadcastId, mintToken } from './token.ts';

/** Somebody who has given no sign of life for this long is not counted on. */
const HERE_MS = 10_000;
const MAX_HELPERS = 1000;
const MAX_INVITATIONS = 20;
const KEPT_OUT = 'This helper was sent away by the creator.';

interface Helper {
  record: HelperRecord;
  heardMs: number;
  framesPerSecond: number;
}

export const badInvitation = (): Problem =>
  new Problem(404, 'bad_link', 'This invitation is not good any more. Ask whoever gave it to you for a new one.');

const hex = (token: string): string => hashToken(token).toString('hex');

/** Who helps whom with what: joins the boards, their tables, and the files that lie between. */
export class LendDesk {
  readonly #records: LendRecords;
  readonly #files: LendFiles;
  readonly #clock: Clock;
  /** By SHA-256 of the token, hex. */
  readonly #invitations = new Map<string, InvitationRecord>();
  readonly #helpers = new Map<string, Helper>();
  readonly #boards = new Map<string, HelpBoard>();

  private constructor(records: LendRecords, files: LendFiles, clock: Clock) {
    this.#records = records;
    this.#files = files;
    this.#clock = clock;
  }

  /** Leases go on with a fresh deadline: the time the origin was down is nobody's silence. */
  static async load(records: LendRecords, files: LendFiles, clock: Clock): Promise<LendDesk> {
    const desk = new LendDesk(records, files, clock);
    for (const record of await records.invitations()) desk.#invitations.set(record.tokenHash.toString('hex'), record);
    for (const record of await records.helpers())
      desk.#helpers.set(record.tokenHash.toString('hex'), { record, heardMs: clock.nowMs(), framesPerSecond: 0 });
    const deadlineMs = clock.nowMs() + LEASE_POLICY.leaseMs;
    for (const [id, jobs] of await records.jobs()) {
      const usable: KeptHelpJob[] = [];
      for (const job of jobs) {
        const leases = (job.leases ?? []).map((lease) => ({ ...lease, deadlineMs }));
        if (job.isAccepted || files.hasSource(id, job.segment)) usable.push({ ...job, leases });
        else await records.saveJob(id, job.segment, undefined);
      }
      desk.#boards.set(id, new HelpBoard(id, [], usable));
    }
    return desk;
  }

  get files(): LendFiles {
    return this.#files;
  }

  board(broadcastId: string): HelpBoard {
    let board = this.#boards.get(broadcastId);
    if (board === undefined) {
      board = new HelpBoard(broadcastId, []);
      this.#boards.set(broadcastId, board);
    }
    return board;
  }

  async invite(broadcastId: string, forMs: number): Promise<{ invitation: InvitationRecord; token: string }> {
    if (this.invitations(broadcastId).length >= MAX_INVITATIONS)
      throw new Problem(409, 'too_many', `There are ${MAX_INVITATIONS} open invitations. Revoke one first.`);
    const token = mintToken();
    const nowMs = this.#clock.nowMs();
    const invitation: InvitationRecord = {
      id: mintBroadcastId(),
      broadcastId,
      tokenHash: hashToken(token),
      createdMs: nowMs,
      expiresMs: nowMs + forMs,
    };
    await this.#records.insertInvitation(invitation);
    this.#invitations.set(hex(token), invitation);
    return { invitation, token };
  }

  /** Those that are still good, newest first. */
  invitations(broadcastId: string): readonly InvitationRecord[] {
    const nowMs = this.#clock.nowMs();
    return [...this.#invitations.values()]
      .filter((one) => one.broadcastId === broadcastId && one.expiresMs > nowMs)
      .toSorted((a, b) => b.createdMs - a.createdMs);
  }

  /** Nobody else comes by it; those who did stay. */
  async close(broadcastId: string, invitationId: string): Promise<void> {
    for (const [key, one] of this.#invitations) {
      if (one.id !== invitationId || one.broadcastId !== broadcastId) continue;
      this.#invitations.delete(key);
      await this.#records.removeInvitation(invitationId);
    }
  }

  /** Whoever came by it is sent away too. */
  async revoke(broadcastId: string, invitationId: string): Promise<void> {
    await this.close(broadcastId, invitationId);
    for (const { record } of this.#of(broadcastId))
      if (record.invitationId === invitationId && record.sentAway === undefined)
        await this.sendAway(broadcastId, record.id, 'The invitation was revoked by the creator.');
  }

  /** Throws 404 `bad_link` for unknown, revoked and too old alike. */
  invitation(token: string): InvitationRecord {
    const invitation = this.#invitations.get(hex(token));
    if (invitation === undefined || invitation.expiresMs <= this.#clock.nowMs()) throw badInvitation();
    return invitation;
  }

  async join(invitation: InvitationRecord, name: string): Promise<{ helper: HelperRecord; token: string }> {
    if (this.#of(invitation.broadcastId).length >= MAX_HELPERS)
      throw new Problem(409, 'too_many', `${MAX_HELPERS} helpers is all that one recording takes.`);
    const token = mintToken();
    const helper: HelperRecord = {
      id: mintBroadcastId(),
      broadcastId: invitation.broadcastId,
      invitationId: invitation.id,
      name,
      tokenHash: hashToken(token),
      joinedMs: this.#clock.nowMs(),
      segmentsDone: 0,
      sentAway: undefined,
    };
    await this.#records.insertHelper(helper);
    this.#helpers.set(hex(token), { record: helper, heardMs: helper.joinedMs, framesPerSecond: 0 });
    return { helper, token };
  }

  /** Throws 401 `wrong_token`, 403 `sent_away`. Every word of a helper is a sign of life. */
  helper(token: string): HelperRecord {
    const helper = this.#helpers.get(hex(token));
    if (helper === undefined)
      throw new Problem(401, 'wrong_token', 'The recording needs no help any more.', { 'www-authenticate': 'Bearer' });
    const { sentAway } = helper.record;
    if (sentAway !== undefined) throw new Problem(403, 'sent_away', sentAway);
    helper.heardMs = this.#clock.nowMs();
    return helper.record;
  }

  /** A sign of life that is no request. */
  hear(helper: HelperRecord, framesPerSecond: number): void {
    const known = this.#helpers.get(helper.tokenHash.toString('hex'));
    if (known === undefined) return;
    known.heardMs = this.#clock.nowMs();
    known.framesPerSecond = framesPerSecond;
  }

  /** It may help: nobody has sent it away. */
  isWelcome(helper: HelperRecord): boolean {
    const known = this.#helpers.get(helper.tokenHash.toString('hex'));
    return known !== undefined && known.record.sentAway === undefined;
  }

  /** Renews what is held, and lends more to whoever wants it. */
  async work(helper: HelperRecord, request: LendWorkRequest): Promise<LendWork> {
    const nowMs = this.#clock.nowMs();
    const board = this.board(helper.broadcastId);
    for (const known of this.#of(helper.broadcastId))
      if (known.record.id === helper.id) known.framesPerSecond = request.framesPerSecond;
    const before = new Set(board.leasesOf(helper.id).map(({ segment }) => segment));
    const ended = request.held
      .filter(({ lease, progress }) => !board.progress(lease, helper.id, progress, nowMs))
      .map(({ lease }) => lease);
    const late = board.expire(nowMs);
    const { roundTripMs, serviceMs } = request;
    if (request.isWilling)
      board.lend(helper.id, { roundTripMs, serviceMs, helpers: this.#here(helper.broadcastId) }, nowMs);
    const leases = board.leasesOf(helper.id);
    const changed = new Set(
      [...late, ...leases.filter(({ segment }) => !before.has(segment))].map((one) => one.segment),
    );
    await this.save(helper.broadcastId, [...changed]);
    // All that it holds and has not named, so that a lost answer costs no lease.
    const held = new Set(request.held.map(({ lease }) => lease));
    const lent = leases.filter(({ id }) => !held.has(id)).map(({ id, segment }) => ({ lease: id, segment }));
    return { state: 'open', lent, ended, segmentsDone: helper.segmentsDone };
  }

  async leave(helper: HelperRecord): Promise<void> {
    const board = this.board(helper.broadcastId);
    const held = board.leasesOf(helper.id).map(({ segment }) => segment);
    board.leave(helper.id);
    for (const known of this.#of(helper.broadcastId)) if (known.record.id === helper.id) known.heardMs = 0;
    await this.save(helper.broadcastId, held);
  }

  /** Nothing of it is taken any more, and what nobody has looked at is made anew. */
  async sendAway(broadcastId: string, helperId: string, reason: string = KEPT_OUT): Promise<void> {
    const helper = this.#of(broadcastId).find(({ record }) => record.id === helperId);
    if (helper === undefined) throw new Problem(404, 'unknown_helper', 'There is no such helper here.');
    const board = this.board(broadcastId);
    const held = board.leasesOf(helperId).map(({ segment }) => segment);
    const brought = board.dismiss(helperId);
    helper.record = { ...helper.record, sentAway: reason };
    helper.framesPerSecond = 0;
    await this.#records.saveHelper(helper.record);
    for (const segment of [...held, ...brought]) await this.#files.dropResult(broadcastId, segment, helperId);
    await this.save(broadcastId, [...held, ...brought]);
  }

  async credit(broadcastId: string, helperId: string): Promise<void> {
    const helper = this.#of(broadcastId).find(({ record }) => record.id === helperId);
    if (helper === undefined) return;
    helper.record = { ...helper.record, segmentsDone: helper.record.segmentsDone + 1 };
    await this.#records.saveHelper(helper.record);
  }

  state(broadcastId: string, hasRoom: boolean): Omit<HelpState, 'looks' | 'helped'> {
    const nowMs = this.#clock.nowMs();
    const board = this.board(broadcastId);
    board.expire(nowMs);
    const helpers: HelperView[] = this.#of(broadcastId).map(({ record, heardMs, framesPerSecond }) => {
      const isHere = record.sentAway === undefined && nowMs - heardMs < HERE_MS;
      const { id, name, segmentsDone, sentAway } = record;
      return {
        id,
        name,
        segmentsDone,
        framesPerSecond: isHere ? framesPerSecond : 0,
        isHere,
        sentAway: sentAway ?? null,
      };
    });
    const isFull = !hasRoom || this.#files.bytesOf(broadcastId) > MAX_HELP_BYTES;
    const wanted = isFull ? 0 : offersWanted({ helpers: this.#here(broadcastId), open: board.open });
    const jobs = board.views().map(({ reason, ...view }) => ({ ...view, reason: reason ?? null }));
    const isExpected =
      this.invitations(broadcastId).length > 0 ||
      helpers.some(({ isHere }) => isHere) ||
      jobs.some(({ state }) => state !== 'done');
    return { helpers, jobs, wanted, isExpected };
  }

  /** Durable when the promise resolves. */
  async save(broadcastId: string, segments: readonly number[]): Promise<void> {
    const board = this.board(broadcastId);
    for (const segment of segments) await this.#records.saveJob(broadcastId, segment, board.keepJob(segment));
  }

  /** The recording is complete or deleted: who helped with it is told at the next word. */
  async forget(broadcastId: string): Promise<void> {
    for (const [key, one] of this.#invitations) if (one.broadcastId === broadcastId) this.#invitations.delete(key);
    for (const [key, { record }] of this.#helpers) if (record.broadcastId === broadcastId) this.#helpers.delete(key);
    this.#boards.delete(broadcastId);
    await this.#files.forget(broadcastId);
    await this.#records.forget(broadcastId);
  }

  /** `find` gives undefined for broadcasts that are gone. */
  async housekeep(find: (broadcastId: string) => Pick<Broadcast['record'], 'state'> | undefined): Promise<void> {
    const known = [...this.#invitations.values(), ...[...this.#helpers.values()].map(({ record }) => record)];
    const ids = new Set([...known.map((one) => one.broadcastId), ...this.#boards.keys(), ...this.#files.broadcasts()]);
    for (const id of ids) {
      const record = find(id);
      if (record === undefined || record.state === 'sealed') await this.forget(id);
    }
  }

  #of(broadcastId: string): readonly Helper[] {
    return [...this.#helpers.values()].filter(({ record }) => record.broadcastId === broadcastId);
  }

  #here(broadcastId: string): number {
    const nowMs = this.#clock.nowMs();
    return this.#of(broadcastId).filter(
      ({ record, heardMs }) => record.sentAway === undefined && nowMs - heardMs < HERE_MS,
    ).length;
  }
}
