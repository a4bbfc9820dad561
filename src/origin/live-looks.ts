import { CREATOR, LiveChecks, type Look } from '../mapreduce/live-checks.ts';
import { SEGMENT_SECONDS, segmentOfPart } from '../protocol/grid.ts';
import type { HelpLooks, LiveLook, LookVerdict } from '../protocol/lend.ts';
import type { PartRange } from '../protocol/part.ts';
import { helpedTracks, helpSource, type TrackId } from '../protocol/track.ts';
import type { Broadcast } from './broadcast.ts';
import type { HelperRecord } from './lend-records.ts';
import { Problem } from './problem.ts';
import type { Running } from './running.ts';

export const staleLook = (): Problem =>
  new Problem(409, 'not_asked', 'Nobody waits for this look any more. Ask for another.');

/** The half-open range of parts `<from>-<to>`. Throws 404 for anything else. */
export function partRangeOf(text: string): PartRange {
  const [, from, to] = /^([0-9]{1,8})-([0-9]{1,8})$/.exec(text) ?? [];
  if (Number(from) < Number(to)) return { from: Number(from), to: Number(to) };
  throw new Problem(404, 'unknown_name', 'A range is two part numbers, like 100-103.');
}

export interface LiveLooksDeps {
  readonly nowMs: () => number;
  /** 0 to 1. */
  readonly chance: () => number;
  /** All of a segment was found right. */
  readonly onGood: (segment: number) => Promise<void>;
  /** Parts that were made again and are in nobody's sight yet; undefined for all others. */
  readonly redone: (track: TrackId, range: PartRange) => Promise<readonly Buffer[] | undefined>;
  /** It is settled: this helper made something else than the source shows. */
  readonly onLie: (helperId: string, reason: string) => Promise<void>;
}

/** What is looked at of one live: joins `LiveChecks` to those who look and to the bytes. */
export class LiveLooks {
  readonly checks: LiveChecks;
  readonly #broadcast: Broadcast;
  readonly #running: Running;
  readonly #deps: LiveLooksDeps;
  readonly #gopParts: number;

  constructor(broadcast: Broadcast, running: Running, deps: LiveLooksDeps) {
    const { partsPerSegment, gopSeconds } = running.grid;
    this.#gopParts = (partsPerSegment * gopSeconds) / SEGMENT_SECONDS;
    this.checks = new LiveChecks(this.#gopParts, deps.chance);
    this.#broadcast = broadcast;
    this.#running = running;
    this.#deps = deps;
  }

  get counts(): HelpLooks {
    return this.checks.counts;
  }

  /** Something for the creator's tab to look at. */
  askCreator(isAll: boolean): LiveLook | null {
    const look = this.checks.askCreator(isAll, this.#deps.nowMs());
    return look === undefined ? null : this.wire(look);
  }

  /** `helper` undefined: the creator's tab says it. Throws 409 `not_asked`. */
  async say(id: number, helper: HelperRecord | undefined, verdict: LookVerdict): Promise<void> {
    const outcome = this.checks.say(id, helper?.id ?? CREATOR, verdict.kind);
    if (outcome.kind === 'old') throw staleLook();
    if (outcome.kind === 'good') await this.#deps.onGood(outcome.segment);
    if (outcome.kind === 'lie' && verdict.kind !== 'good') await this.#deps.onLie(outcome.maker, verdict.reason);
  }

  /** Parts of the source and of what is looked at, for whoever was asked to. Throws 409 `not_asked`, 404. */
  async read(helper: HelperRecord | undefined, track: TrackId, { from, to }: PartRange): Promise<Buffer> {
    const { tracks, grid } = this.#running;
    const segment = segmentOfPart(from, grid.partsPerSegment);
    const isWithin = segmentOfPart(to - 1, grid.partsPerSegment) === segment;
    if (!isWithin || this.checks.lookBy(helper?.id ?? CREATOR)?.segment !== segment) throw staleLook();
    const isShown = [helpSource(tracks), ...helpedTracks(tracks)].some((one) => one?.id === track);
    const parts = isShown
      ? ((await this.#deps.redone(track, { from, to })) ?? (await this.#broadcast.store.read(track, from, to)))
      : [];
    if (parts.length === 0) throw new Problem(404, 'no_result', 'There is nothing to look at here.');
    return Buffer.concat(parts);
  }

  wire({ id, segment, fromPart, toPart }: Look): LiveLook {
    const { grid, tracks } = this.#running;
    const source = helpSource(tracks);
    if (source === undefined) throw staleLook();
    const sourceFromPart = fromPart - (fromPart % this.#gopParts);
    return { look: id, segment, fromPart, toPart, sourceFromPart, source, tracks: helpedTracks(tracks), grid };
  }
}
