import type { PartIndex } from '../protocol/grid.ts';
import type { PartRange } from '../protocol/part.ts';
import type { HolderId } from './job.ts';
import { CHECK_POLICY, type CheckPolicy } from './live-policy.ts';

/** The creator's own tab, among those who look. */
export const CREATOR: HolderId = 'creator';

/** Somebody is to compare the parts `[fromPart, toPart)`, which begin with a key picture, with the source. */
export interface Look {
  readonly id: number;
  readonly looker: HolderId;
  readonly segment: number;
  readonly fromPart: PartIndex;
  readonly toPart: PartIndex;
}

/** unable: whoever looked could not say. */
export type LookWord = 'good' | 'lie' | 'unable';

/** open: somebody else is asked. old: nobody had asked. good: nothing of the segment is left to be looked at. */
export type CheckOutcome =
  | { readonly kind: 'open' | 'old' }
  | { readonly kind: 'good'; readonly segment: number }
  | { readonly kind: 'lie'; readonly maker: HolderId };

/** What one helper made of one segment, while nobody has found it right. */
interface Check {
  readonly segment: number;
  readonly maker: HolderId;
  readonly madeFrom: PartIndex;
  madeTo: PartIndex;
  /** Once the segment is whole; everybody looks at the same place. */
  place: { readonly fromPart: PartIndex; readonly toPart: PartIndex; readonly sinceMs: number } | undefined;
  isForCreator: boolean;
  readonly words: Map<HolderId, LookWord>;
  look: { readonly id: number; readonly looker: HolderId; readonly sinceMs: number } | undefined;
}

export interface CheckCounts {
  readonly waiting: number;
  readonly good: number;
  readonly lies: number;
}

/**
 * Who looks at what the helpers of a live made, and what follows from what they say. One helper's `good` is enough;
 * a helper's `lie` only accuses: the creator's tab decides, and while it is not there a second helper has to say the
 * same. Reads no clock and does no I/O; `chance` gives 0 to 1.
 */
export class LiveChecks {
  readonly #gopParts: number;
  readonly #chance: () => number;
  readonly #policy: CheckPolicy;
  #checks: Check[] = [];
  /** Those who said of something what turned out to be wrong: they are not asked any more. */
  readonly #refuted = new Set<HolderId>();
  #creator = { heardMs: Number.NEGATIVE_INFINITY, isAll: false };
  #nextId = 1;
  #good = 0;
  #lies = 0;

  constructor(gopParts: number, chance: () => number, policy: CheckPolicy = CHECK_POLICY) {
    this.#gopParts = gopParts;
    this.#chance = chance;
    this.#policy = policy;
  }

  get counts(): CheckCounts {
    const waiting = this.#checks.filter(({ place }) => place !== undefined).length;
    return { waiting, good: this.#good, lies: this.#lies };
  }

  /** Somebody is looking. */
  get isBusy(): boolean {
    return this.#checks.some(({ look }) => look !== undefined);
  }

  made(maker: HolderId, segment: number, part: PartIndex): void {
    const last = this.#checks.findLast((check) => check.segment === segment);
    if (last?.maker === maker) last.madeTo = part + 1;
    else
      this.#checks.push({
        segment,
        maker,
        madeFrom: part,
        madeTo: part + 1,
        place: undefined,
        isForCreator: false,
        words: new Map(),
        look: undefined,
      });
  }

  /** From now on it is looked at, at a key picture chosen by chance in each helper's share. */
  whole(segment: number, nowMs: number): void {
    for (const check of this.#checks) {
      if (check.segment !== segment) continue;
      const fromPart = this.#keyIn(check);
      const toPart = Math.min(check.madeTo, fromPart + this.#policy.lookParts);
      check.place = { fromPart, toPart, sinceMs: nowMs };
      check.isForCreator = this.#chance() < this.#policy.creatorShare;
    }
  }

  /** A segment that somebody has made again: what was known of it does not count. `range` in parts. */
  remade(helper: HolderId, segment: number, { from, to }: PartRange, nowMs: number): void {
    this.drop(segment);
    for (let part = from; part < to; part++) this.made(helper, segment, part);
    this.whole(segment, nowMs);
  }

  /** It is not going to be whole. */
  drop(segment: number): void {
    this.#checks = this.#checks.filter((check) => check.segment !== segment);
  }

  /** Sent away, for whatever reason. The segments in which something of it has not been found right: nobody may see them. */
  dismiss(maker: HolderId): readonly number[] {
    const segments = new Set(this.#checks.filter((check) => check.maker === maker).map(({ segment }) => segment));
    this.#checks = this.#checks.filter(({ segment }) => !segments.has(segment));
    this.leave(maker);
    return [...segments];
  }

  /** Gone: what it was to look at is for others. */
  leave(looker: HolderId): void {
    for (const check of this.#checks) if (check.look?.looker === looker) check.look = undefined;
  }

  /** What is in somebody's hands. */
  lookBy(looker: HolderId): Look | undefined {
    const check = this.#checks.find(({ look }) => look?.looker === looker);
    return check && lookOn(check);
  }

  /** What these helpers are to look at now, one thing each at most. */
  assign(helpers: readonly HolderId[], nowMs: number): readonly Look[] {
    const looks: Look[] = [];
    for (const check of this.#checks) {
      const { look, place, words } = check;
      if (look !== undefined && nowMs - look.sinceMs > this.#policy.lookMs) {
        words.set(look.looker, 'unable');
        check.look = undefined;
      }
      if (check.look !== undefined || place === undefined || this.#isCreators(check, nowMs)) continue;
      const looker = helpers.find((helper) => this.#mayLook(helper, check));
      if (looker !== undefined) looks.push(this.#give(check, looker, nowMs));
    }
    return looks;
  }

  /** The creator's tab asks for something to look at; `isAll`: it wants to see everything itself. */
  askCreator(isAll: boolean, nowMs: number): Look | undefined {
    this.#creator = { heardMs: nowMs, isAll };
    const check = this.#checks.find(
      (one) =>
        one.place !== undefined &&
        (one.look === undefined || one.look.looker === CREATOR) &&
        (this.#isCreators(one, nowMs) ||
          (!one.words.has(CREATOR) && nowMs - one.place.sinceMs > this.#policy.patienceMs)),
    );
    return check && this.#give(check, CREATOR, nowMs);
  }

  say(id: number, looker: HolderId, word: LookWord): CheckOutcome {
    const check = this.#checks.find(({ look }) => look?.id === id && look.looker === looker);
    if (check === undefined) return { kind: 'old' };
    check.look = undefined;
    check.words.set(looker, word);
    const verdict = verdictOf(check.words);
    if (verdict === undefined && !(word === 'good' && !isAccused(check))) return { kind: 'open' };
    const isLie = verdict === 'lie';
    for (const [who, said] of check.words)
      if (who !== CREATOR && said === (isLie ? 'good' : 'lie')) this.#refuted.add(who);
    this.#checks = this.#checks.filter((one) => one !== check);
    if (isLie) this.#lies++;
    else this.#good++;
    if (isLie) return this.#convicted(check);
    const { segment } = check;
    return this.#checks.some((one) => one.segment === segment) ? { kind: 'open' } : { kind: 'good', segment };
  }

  /** Back among the open ones until its maker is dismissed, so that its segment goes with the others. */
  #convicted(check: Check): CheckOutcome {
    this.#checks.push({ ...check, place: undefined });
    return { kind: 'lie', maker: check.maker };
  }

  #give(check: Check, looker: HolderId, nowMs: number): Look {
    check.look = { id: this.#nextId++, looker, sinceMs: nowMs };
    return lookOn(check) as Look;
  }

  /** Only the creator's tab is asked about it, as long as it is there. */
  #isCreators(check: Check, nowMs: number): boolean {
    const isHere = nowMs - this.#creator.heardMs < this.#policy.creatorMs;
    const isWanted = this.#creator.isAll || check.isForCreator || isAccused(check);
    return isHere && isWanted && !check.words.has(CREATOR);
  }

  #mayLook(helper: HolderId, { maker, words }: Check): boolean {
    const isBusy = this.#checks.some(({ look }) => look?.looker === helper);
    return helper !== maker && !words.has(helper) && !this.#refuted.has(helper) && !isBusy;
  }

  /** Keys are on the grid, and where its share begins. */
  #keyIn({ madeFrom, madeTo }: Check): PartIndex {
    const next = (Math.floor(madeFrom / this.#gopParts) + 1) * this.#gopParts;
    const keys = [madeFrom];
    for (let part = next; part < madeTo; part += this.#gopParts) keys.push(part);
    return keys[Math.min(keys.length - 1, Math.floor(this.#chance() * keys.length))] ?? madeFrom;
  }
}

const lookOn = ({ segment, place, look }: Check): Look | undefined =>
  place && look && { id: look.id, looker: look.looker, segment, fromPart: place.fromPart, toPart: place.toPart };

const said = (words: ReadonlyMap<HolderId, LookWord>, wanted: LookWord): number =>
  [...words].filter(([who, word]) => who !== CREATOR && word === wanted).length;

const isAccused = ({ words }: Check): boolean => said(words, 'lie') > 0;

/** What is settled whoever else may speak: the creator's own word, or that of two helpers. */
function verdictOf(words: ReadonlyMap<HolderId, LookWord>): 'good' | 'lie' | undefined {
  const own = words.get(CREATOR);
  if (own === 'good' || own === 'lie') return own;
  if (said(words, 'lie') >= 2) return 'lie';
  return said(words, 'good') >= 2 ? 'good' : undefined;
}
