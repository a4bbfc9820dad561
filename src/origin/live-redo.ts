import type { HelpBoard } from '../mapreduce/help-board.ts';
import { LIVE_POLICY } from '../mapreduce/live-policy.ts';
import { type PartIndex, type PartsPerSegment, segmentOfPart } from '../protocol/grid.ts';
import type { LeaseWord, LivePartsAnswer } from '../protocol/lend.ts';
import type { Part, PartRange } from '../protocol/part.ts';
import { encodeTick } from '../protocol/tick.ts';
import { helpedTracks, redoneId, type TrackId } from '../protocol/track.ts';
import type { Broadcast } from './broadcast.ts';
import type { LendDesk } from './lend-desk.ts';
import type { HelperRecord } from './lend-records.ts';
import { liveTickProblem, ticksOf } from './live-part.ts';
import { Problem } from './problem.ts';
import { publish } from './publish.ts';
import type { Running } from './running.ts';
import { partsOfSegment } from './segment-store.ts';

export interface LiveRedoDeps {
  readonly lending: LendDesk;
  readonly nowMs: () => number;
  readonly hasRoom: () => boolean;
  /** It cannot make what it should, and rests. */
  readonly onRefused: (helperId: string) => void;
  /** Somebody has made all of a segment again: it is to be looked at. */
  readonly onBrought: (segment: number, helperId: string, range: PartRange) => void;
}

interface Taken {
  readonly lease: number;
  /** The part that is due. */
  next: PartIndex;
  /** Of each rendition. */
  readonly bytes: Map<TrackId, number>;
  /** What has overtaken it. */
  readonly early: Map<PartIndex, readonly Part[]>;
}

/**
 * Segments of a live that lack the helped renditions, made again by who is idle: from the stored source, kept aside until
 * somebody has found them right, and published under names of their own (SPEC LEND17).
 */
export class LiveRedo {
  readonly #broadcast: Broadcast;
  readonly #grid: { readonly partsPerSegment: PartsPerSegment };
  readonly #tracks: readonly TrackId[];
  readonly #deps: LiveRedoDeps;
  readonly #bitratesBps: ReadonlyMap<TrackId, number>;
  /** By helper, who holds one segment at most. */
  readonly #taken = new Map<string, Taken>();

  constructor(broadcast: Broadcast, running: Running, deps: LiveRedoDeps) {
    const tracks = helpedTracks(running.tracks);
    this.#broadcast = broadcast;
    this.#grid = running.grid;
    this.#tracks = tracks.map(({ id }) => id);
    this.#bitratesBps = new Map(tracks.map(({ id, bitrateBps }) => [id, bitrateBps]));
    this.#deps = deps;
  }

  /** Something is still to be made. */
  get isOpen(): boolean {
    return this.#board.open > 0;
  }

  holds(helperId: string, segment: number): boolean {
    return this.#leaseOf(helperId, segment) !== undefined;
  }

  holdsAny(helperId: string): boolean {
    return this.#board.leasesOf(helperId).length > 0;
  }

  leave(helperId: string): void {
    this.#board.leave(helperId);
    this.#taken.delete(helperId);
  }

  /** Lends what lacks; `idle` are those with nothing else to do. Leases are negative on the wire: the live's own are not. */
  async lend(
    idle: readonly string[],
    beforeSegment: number | undefined,
    tell: (helperId: string, word: LeaseWord) => void,
  ): Promise<void> {
    const board = this.#board;
    const { lending, nowMs } = this.#deps;
    for (const segment of this.#broadcast.lackingOfHelpers())
      if (segment < (beforeSegment ?? Number.POSITIVE_INFINITY)) board.offer(segment);
    for (const helper of idle) {
      const asking = { roundTripMs: 0, serviceMs: null, helpers: idle.length };
      for (const { id, segment } of board.lend(helper, asking, nowMs())) {
        const { from } = this.#range(segment);
        this.#taken.set(helper, { lease: id, next: from, bytes: new Map(), early: new Map() });
        // What it brought of an earlier lease is another encoder's.
        await lending.files.dropResult(this.#broadcast.record.id, segment, helper);
        tell(helper, { kind: 'make', lease: -id, segment, fromPart: from });
      }
    }
  }

  /** Throws 422 `bad_part`, which is a failure. */
  async take(helper: HelperRecord, segment: number, parts: readonly Part[]): Promise<LivePartsAnswer> {
    const lease = this.#leaseOf(helper.id, segment);
    const taken = this.#taken.get(helper.id);
    if (lease === undefined || taken?.lease !== lease.id) return { isYours: false };
    const { from, to } = this.#range(segment);
    const own: Part[] = [];
    for (const [index, tick] of ticksOf(parts)) {
      if (index >= to) throw this.#refuse(segment, helper, 'it goes on behind its segment');
      if (index > taken.next + LIVE_POLICY.earlyParts)
        throw this.#refuse(segment, helper, `part ${index} comes long before the one that is due`);
      if (index >= taken.next) taken.early.set(index, tick);
      for (let due = taken.early.get(taken.next); due !== undefined; due = taken.early.get(taken.next)) {
        const problem = this.#tickProblem(due, taken, from);
        if (problem !== undefined) throw this.#refuse(segment, helper, problem);
        own.push(...due.map((part) => ({ ...part, track: redoneId(part.track) })));
        taken.early.delete(taken.next++);
      }
    }
    const { broadcastId, id } = helper;
    const [first] = own;
    if (first !== undefined)
      await this.#deps.lending.files.putResult(broadcastId, segment, id, Buffer.from(encodeTick(own)), first);
    const nowMs = this.#deps.nowMs();
    if (taken.next < to)
      return { isYours: this.#board.progress(lease.id, id, (taken.next - from) / (to - from), nowMs) };
    this.#taken.delete(id);
    if (this.#board.bring(segment, id, nowMs) === 'first') this.#deps.onBrought(segment, id, { from, to });
    else await this.#deps.lending.files.dropResult(broadcastId, segment, id);
    return { isYours: false };
  }

  #tickProblem(parts: readonly Part[], { next, bytes }: Taken, from: PartIndex): string | undefined {
    return liveTickProblem(this.#broadcast, {
      parts,
      index: next,
      isTurn: next === from,
      bitratesBps: this.#bitratesBps,
      bytes,
      nameOf: redoneId,
    });
  }

  #refuse(segment: number, helper: HelperRecord, reason: string): Problem {
    this.#board.fail(segment, helper.id, reason);
    this.#deps.onRefused(helper.id);
    return new Problem(422, 'bad_part', `What was made cannot be used: ${reason}.`);
  }

  /** Of what was brought and nobody has found right yet; undefined when it is no such segment. */
  async read(track: TrackId, { from, to }: PartRange): Promise<readonly Buffer[] | undefined> {
    const segment = segmentOfPart(from, this.#grid.partsPerSegment);
    const by = this.#board.broughtBy(segment);
    if (by === undefined || !this.#tracks.includes(track)) return undefined;
    const parts = await this.#deps.lending.files.result(this.#broadcast.record.id, segment, by);
    return parts
      .filter((one) => one.track === redoneId(track) && one.part >= from && one.part < to)
      .toSorted((a, b) => a.part - b.part)
      .map(({ bytes }) => Buffer.from(bytes));
  }

  /** Somebody has found right what was brought: viewers get it. */
  async accept(segment: number): Promise<void> {
    const by = this.#board.broughtBy(segment);
    if (by === undefined) return;
    const { lending, hasRoom } = this.#deps;
    const { id } = this.#broadcast.record;
    await publish(this.#broadcast, await lending.files.result(id, segment, by), hasRoom());
    this.#board.accept(segment);
    await lending.credit(id, by);
    await lending.files.dropSegment(id, segment);
    await lending.save(id, [segment]);
  }

  /** One board for each broadcast: what is accepted, and whom it was lent, is where an upload's is. */
  get #board(): HelpBoard {
    return this.#deps.lending.board(this.#broadcast.record.id);
  }

  #leaseOf(helperId: string, segment: number) {
    return this.#board.leasesOf(helperId).find((lease) => lease.segment === segment);
  }

  #range(segment: number): PartRange {
    const { end } = this.#broadcast.record;
    const shape = { ...this.#grid, ...(end === undefined ? {} : { endParts: end.endParts }) };
    return partsOfSegment(shape, this.#tracks[0] ?? '', segment);
  }
}
