import {
  type FillSample,
  fateOfSkipped,
  fillLeftMs,
  GO_AHEAD_MS,
  HOLD_AHEAD_MS,
  type Holdings,
  isCreatorAway,
  mayAsk,
  missingWithin,
  type Outage,
} from './outage.ts';

export interface BackfillContext {
  holdings(): Holdings;
  isFollowing(): boolean;
  /** What is known may be old: asks the origin, and `look` is called when it has answered. */
  refresh(): void;
}

interface Held {
  readonly atMs: number;
  /** A request has looked for it and did not find it. */
  readonly wasSkipped: boolean;
  readonly go: () => void;
}

const KEPT_SAMPLES = 5;
/** News that are older may not know yet of what came first. */
const FRESH_MS = 1000;

/** Requests for what the creator's tab still has wait here, instead of being answered with nothing and skipped. */
export class BackfillGate {
  readonly #context: BackfillContext;
  readonly #held = new Map<symbol, Held>();
  #samples: FillSample[] = [];
  #newsAtMs = Number.NEGATIVE_INFINITY;
  #forNews: (() => void)[] = [];

  constructor(context: BackfillContext) {
    this.#context = context;
  }

  /** Settles when media at `atMs` can be asked for. */
  whenThere(atMs: number): Promise<void> {
    const context = this.#context;
    if (mayAsk(atMs, HOLD_AHEAD_MS, context.isFollowing(), context.holdings())) return Promise.resolve();
    context.refresh();
    return new Promise((go) => this.#held.set(Symbol(), { atMs, wasSkipped: false, go }));
  }

  /** The same for what `fateOf` said to wait for. */
  whenCame(atMs: number): Promise<void> {
    return new Promise((go) => this.#held.set(Symbol(), { atMs, wasSkipped: true, go }));
  }

  /** What becomes of media at `atMs` that was not where a request looked for it; the origin is asked first. */
  async fateOf(atMs: number, nowMs: number): Promise<ReturnType<typeof fateOfSkipped>> {
    if (this.#context.isFollowing()) return 'never';
    if (nowMs - this.#newsAtMs > FRESH_MS) {
      const news = new Promise<void>((go) => this.#forNews.push(go));
      if (this.#forNews.length === 1) this.#context.refresh();
      await news;
    }
    return fateOfSkipped(atMs, this.#context.isFollowing(), this.#context.holdings());
  }

  /** Something came, or the origin said something new. */
  look(nowMs: number, isNews: boolean): void {
    const holdings = this.#context.holdings();
    if (isNews) {
      this.#newsAtMs = nowMs;
      this.#sample(nowMs, holdings);
      for (const go of this.#forNews.splice(0)) go();
    }
    const isFollowing = this.#context.isFollowing();
    for (const [key, { atMs, wasSkipped, go }] of this.#held) {
      if (!mayAsk(atMs, GO_AHEAD_MS, isFollowing, holdings)) continue;
      if (wasSkipped && fateOfSkipped(atMs, isFollowing, holdings) === 'wait') continue;
      this.#held.delete(key);
      go();
    }
  }

  /** For a viewer whose picture ends at `endMs`. */
  outage(endMs: number): Outage {
    const holdings = this.#context.holdings();
    const isFollowing = this.#context.isFollowing();
    // On a busy machine the picture may end seconds before the sound: who follows the edge waits for the creator anyhow.
    if (isCreatorAway(holdings) && (isFollowing || endMs >= holdings.knownEndMs - HOLD_AHEAD_MS))
      return { kind: 'away' };
    if (isFollowing || missingWithin(holdings.missing, endMs, endMs + HOLD_AHEAD_MS) === 0) return { kind: 'none' };
    const neededMs = missingWithin(holdings.missing, 0, endMs + GO_AHEAD_MS);
    return { kind: 'filling', leftMs: fillLeftMs(this.#samples, neededMs) };
  }

  /** Nothing new comes to the origin. */
  get isCreatorAway(): boolean {
    return isCreatorAway(this.#context.holdings());
  }

  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  /** What waits belongs to a source that is gone. */
  clear(): void {
    this.#held.clear();
  }

  #sample(atMs: number, { missing }: Holdings): void {
    const missingMs = missingWithin(missing, 0, Number.POSITIVE_INFINITY);
    const last = this.#samples.at(-1);
    // A new outage begins a new measurement.
    const isNew = missingMs === 0 || (last !== undefined && missingMs > last.missingMs);
    this.#samples = [...(isNew ? [] : this.#samples), { atMs, missingMs }].slice(-KEPT_SAMPLES);
  }
}
