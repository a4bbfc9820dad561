import { LiveBoard } from '../mapreduce/live-board.ts';
import { helpedRenditions } from '../mapreduce/live-helped.ts';
import { LiveLags } from '../mapreduce/live-lags.ts';
import { type LiveRun, nextRun } from '../mapreduce/live-run.ts';
import type { LiveLease } from '../mapreduce/live-stand-by.ts';
import { partMs } from '../protocol/grid.ts';
import type { HelpedRendition, LivePartsAnswer, LiveWord } from '../protocol/lend.ts';
import type { Part } from '../protocol/part.ts';
import { helpedTracks, helpSource, type TrackId } from '../protocol/track.ts';
import type { Broadcast } from './broadcast.ts';
import type { Clock } from './clock.ts';
import type { LendDesk } from './lend-desk.ts';
import type { HelperRecord } from './lend-records.ts';
import { LiveLooks } from './live-looks.ts';
import { LiveRedo } from './live-redo.ts';
import { LiveTaking } from './live-taking.ts';
import type { Running } from './running.ts';

export interface LiveHelpDeps {
  readonly clock: Clock;
  readonly lending: LendDesk;
  /** The disk takes more. */
  readonly hasRoom: () => boolean;
}

const TURN_MS = 50;
const BEAT_MS = 1000;
/** After the end, for the last parts of what is being made; well before the manifest becomes static. */
const LAST_PARTS_MS = 5000;
/** After the end, without anybody bringing or saying anything. */
const FINISH_MS = 30_000;

interface Listener {
  readonly helper: HelperRecord;
  readonly tell: (word: LiveWord) => void;
  /** Breaks the request off. */
  readonly end: () => void;
}

/** One live and who makes its smaller pictures: joins the board to the broadcast and to the helpers' open requests. */
export class LiveHelp {
  readonly #broadcast: Broadcast;
  readonly #running: Running;
  readonly #deps: LiveHelpDeps;
  readonly #board: LiveBoard;
  readonly #source: TrackId;
  readonly #listeners = new Map<string, Listener>();
  readonly #lags = new LiveLags();
  /** What is looked at, and by whom (SPEC LEND14). */
  readonly looks: LiveLooks;
  readonly #redo: LiveRedo;
  readonly #taker: LiveTaking;
  /** Everybody who made something or may still. */
  readonly #known = new Map<string, HelperRecord>();
  #run: LiveRun | undefined;
  /** What is being taken; one after the other, and no lease passes meanwhile. */
  #taking: Promise<unknown> = Promise.resolve();
  #takes = 0;
  #isGoing = false;
  /** What was promised holds no more. */
  #isBroken = false;
  #beatMs = 0;
  /** When somebody brought or said something. */
  #newsMs = 0;

  constructor(broadcast: Broadcast, running: Running, deps: LiveHelpDeps) {
    this.#broadcast = broadcast;
    this.#running = running;
    this.#deps = deps;
    this.#board = new LiveBoard(running.grid.partsPerSegment);
    this.#taker = new LiveTaking(broadcast, {
      board: this.#board,
      tracks: helpedTracks(running.tracks),
      nowMs: () => deps.clock.nowMs(),
      hasRoom: deps.hasRoom,
      onTaken: (helper, segment, index) => {
        this.looks.checks.made(helper.id, segment, index);
        this.#lags.push((this.#sourcePart - index) * partMs(running.grid.partsPerSegment), deps.clock.nowMs());
      },
      onWhole: async (helper, segment) => {
        this.looks.checks.whole(segment, deps.clock.nowMs());
        await deps.lending.credit(broadcast.record.id, helper.id);
        await this.#promise();
      },
    });
    this.#source = helpSource(running.tracks)?.id ?? '';
    this.#redo = new LiveRedo(broadcast, running, {
      lending: deps.lending,
      nowMs: () => deps.clock.nowMs(),
      hasRoom: deps.hasRoom,
      onRefused: (helperId) => this.#board.fail(helperId, deps.clock.nowMs()),
      onBrought: (segment, helperId, range) => this.looks.checks.remade(helperId, segment, range, deps.clock.nowMs()),
    });
    this.looks = new LiveLooks(broadcast, running, {
      nowMs: () => deps.clock.nowMs(),
      chance: Math.random,
      onGood: (segment) => this.#publishRedone(segment),
      redone: (track, range) => this.#redo.read(track, range),
      onLie: (helperId, reason) => this.#convict(helperId, reason),
    });
  }

  get leases(): readonly LiveLease[] {
    return this.#board.leases;
  }

  get helped(): readonly HelpedRendition[] {
    const ends = new Map(
      helpedTracks(this.#running.tracks).map(({ id }) => [id, this.#broadcast.store.stored(id).end]),
    );
    return helpedRenditions(this.leases, { sourcePart: this.#sourcePart, ends }, this.#running.grid.partsPerSegment);
  }

  holds(helperId: string, segment: number): boolean {
    return this.#board.leaseOf(segment, helperId) !== undefined || this.#redo.holds(helperId, segment);
  }

  /** A helper has asked for something, or brought it: it is there. */
  heard(helperId: string): void {
    this.#board.heard(helperId);
  }

  /** Somebody still helps, or is waited for. */
  get isBusy(): boolean {
    return this.#isGoing;
  }

  /** Somebody listens for work, until the returned function is called. The newest request of a helper counts. */
  listen(helper: HelperRecord, { tell, end }: Omit<Listener, 'helper'>): () => void {
    const listener = { helper, tell, end };
    // What an earlier request was told went with it.
    this.#leave(helper.id);
    this.#known.set(helper.id, helper);
    this.#listeners.set(helper.id, listener);
    this.#board.enter(helper.id);
    if (!this.#isGoing) this.#goRound();
    return () => {
      if (this.#listeners.get(helper.id) !== listener) return;
      this.#listeners.delete(helper.id);
      this.#leave(helper.id);
    };
  }

  #leave(helperId: string): void {
    this.#board.leave(helperId);
    this.#redo.leave(helperId);
    this.looks.checks.leave(helperId);
  }

  async #publishRedone(segment: number): Promise<void> {
    this.#newsMs = this.#deps.clock.nowMs();
    await this.#redo.accept(segment);
    await this.#promise();
  }

  async #convict(helperId: string, reason: string): Promise<void> {
    const liar = this.#known.get(helperId);
    if (liar === undefined) return;
    this.#sendOff(liar);
    const { lending } = this.#deps;
    await lending.close(liar.broadcastId, liar.invitationId);
    await lending.sendAway(liar.broadcastId, liar.id, `Sent away: ${reason}. Nobody else can come by the same link.`);
  }

  /** What of it nobody has found right leaves the manifests, and what was promised with it (SPEC LEND16). */
  #sendOff(helper: HelperRecord): void {
    this.#known.delete(helper.id);
    this.#listeners.get(helper.id)?.end();
    this.#listeners.delete(helper.id);
    const segments = this.looks.checks.dismiss(helper.id);
    this.#board.leave(helper.id);
    if (segments.length === 0) return;
    this.#isBroken = true;
    this.#broadcast.disown(segments).catch((error: unknown) => this.#broadcast.report(error));
  }

  /** SPEC LEND10. Throws 422 `bad_part`, after which the helper is not asked for a while. */
  take(helper: HelperRecord, segment: number, parts: readonly Part[]): Promise<LivePartsAnswer> {
    this.#takes++;
    const taken = this.#taking.then(() => this.#take(helper, segment, parts));
    this.#taking = taken.catch(() => undefined).finally(() => this.#takes--);
    return taken;
  }

  async #take(helper: HelperRecord, segment: number, parts: readonly Part[]): Promise<LivePartsAnswer> {
    this.#newsMs = this.#deps.clock.nowMs();
    if (this.#redo.holds(helper.id, segment)) return this.#redo.take(helper, segment, parts);
    // It may have been on its way when the promise ended, and its maker be told a moment later.
    if (this.#isBroken || this.#run === undefined || segment < this.#run.fromSegment) return { isYours: false };
    await this.#taker.take(helper, segment, parts);
    // Nobody holds what is whole.
    return { isYours: this.holds(helper.id, segment) };
  }

  get #sourcePart(): number {
    return this.#broadcast.store.stored(this.#source).end;
  }

  #promise(): Promise<void> {
    const promise = this.#run && {
      fromPart: this.#run.fromSegment * this.#running.grid.partsPerSegment,
      lagMs: this.#lags.shownMs,
    };
    return this.#broadcast.promiseHelp(promise);
  }

  readonly #goRound = (): void => {
    const nowMs = this.#deps.clock.nowMs();
    const isHelped = this.#listeners.size > 0 || this.#run !== undefined;
    // Who is making what lacks may only have lost the line for a moment.
    this.#isGoing = isHelped || (this.#broadcast.isOver && this.#isFinishing(nowMs));
    if (!this.#isGoing) {
      this.#broadcast.setBeingRedone(false);
      return;
    }
    this.#deps.clock.at(nowMs + TURN_MS, this.#goRound);
    if (this.#takes === 0) this.#turn(nowMs);
    if (nowMs - this.#beatMs < BEAT_MS) return;
    this.#beatMs = nowMs;
    this.#askForRedo(nowMs);
    for (const { helper, tell } of this.#listeners.values()) {
      tell({ kind: 'beat', segmentsDone: helper.segmentsDone });
      this.#deps.lending.hear(helper, this.#holdsAny(helper) ? this.#running.grid.frameRate : 0);
    }
  };

  #holdsAny(helper: HelperRecord): boolean {
    return this.leases.some(({ holder }) => holder === helper.id) || this.#redo.holdsAny(helper.id);
  }

  #turn(nowMs: number): void {
    for (const helper of Array.from(this.#known.values()))
      if (!this.#deps.lending.isWelcome(helper)) this.#sendOff(helper);
    this.#askForLooks(nowMs);
    const { record, isOver } = this.#broadcast;
    const endPart = record.end?.endParts[this.#source];
    const { orders, lost } = this.#board.look({
      nowMs,
      sourcePart: this.#sourcePart,
      fromSegment: this.#run?.fromSegment,
      endPart,
    });
    for (const { kind, lease } of orders) {
      const { id, segment, fromPart } = lease;
      if (kind === 'stop') this.#taker.drop(segment);
      const told = { kind: kind === 'stand-down' ? 'stop' : kind, lease: id, segment, fromPart } as const;
      this.#listeners.get(lease.holder)?.tell(told);
    }
    for (const segment of lost) {
      this.#taker.drop(segment);
      this.looks.checks.drop(segment);
    }
    const run = isOver ? this.#runAfterEnd(nowMs) : this.#runNow(nowMs, this.#isBroken || lost.length > 0);
    this.#isBroken = false;
    const isNew = run?.fromSegment !== this.#run?.fromSegment;
    this.#run = run;
    if (this.#lags.look(nowMs) || isNew) this.#promise().catch((error: unknown) => this.#broadcast.report(error));
    if (!isOver || run !== undefined) return;
    this.#askForRedo(nowMs);
    if (this.#isFinishing(nowMs)) return;
    this.#broadcast.setBeingRedone(false);
    for (const { tell } of this.#listeners.values()) tell({ kind: 'over' });
    this.#listeners.clear();
  }

  #askForLooks(nowMs: number): void {
    for (const look of this.looks.checks.assign([...this.#listeners.keys()], nowMs))
      this.#listeners.get(look.looker)?.tell({ kind: 'look', look: this.looks.wire(look) });
  }

  /** Whoever is idle makes again what lacks; while live nobody whose turn is now or the next, or who stands by. */
  #askForRedo(nowMs: number): void {
    const idle = this.#board.idleAt(nowMs);
    const free = this.#broadcast.isOver || this.leases.length > 0 ? idle : idle.slice(2);
    if (this.#broadcast.running === undefined || free.length === 0) return;
    const tell = (helper: string, word: LiveWord): void => this.#listeners.get(helper)?.tell(word);
    this.#redo.lend(free, this.#run?.fromSegment, tell).catch((error: unknown) => this.#broadcast.report(error));
  }

  /** After the end: what lacks is still made, or looked at. */
  #isFinishing(nowMs: number): boolean {
    this.#newsMs = Math.max(this.#newsMs, this.#broadcast.record.endedMs ?? nowMs);
    const isLookedAt = this.#listeners.size > 0 && this.looks.counts.waiting > 0;
    const isOpen = this.#redo.isOpen || isLookedAt;
    const isFinishing = isOpen && nowMs - this.#newsMs < FINISH_MS;
    if (isFinishing) this.#broadcast.setBeingRedone(true);
    return isFinishing;
  }

  #runNow(nowMs: number, isBroken: boolean): LiveRun | undefined {
    const mediaNowMs = nowMs - this.#running.availabilityStartMs;
    const isLive = this.#broadcast.record.state === 'live';
    return nextRun(this.#run, { mediaNowMs, isLive, ready: this.#board.readyAt(nowMs), isBroken });
  }

  #runAfterEnd(nowMs: number): LiveRun | undefined {
    const isLate = nowMs > (this.#broadcast.record.endedMs ?? nowMs) + LAST_PARTS_MS;
    return isLate || this.#board.isIdle ? undefined : this.#run;
  }
}
